"""The budgets: round trips are counted at the SDK's hook, write units are computed by AWS's rules.

`pytest -s tests/component/test_budgets.py` prints the measured figures.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import msgspec
import pytest

from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.model.dates import months
from holdfast.model.property import RoomType
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item, page_key
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.component.measured_desk import DELUXE, PROPERTY, ROOM_TYPE, RULES, WITH_EVERYTHING, Desk, Measured
from tests.kit.builders import clock_at
from tests.kit.capacity import KB, item_size
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.hotel import add_property, add_room_type, months_for
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import update_by_hand

OVER_NEW_YEAR = date(2026, 12, 31)


class Budget(NamedTuple):
    round_trips: int
    units: int


BUDGETS = {
    "timer": Budget(1, 0),
    "quote": Budget(2, 0),
    "reserve, one month": Budget(2, 10),
    "reserve, two months": Budget(2, 12),
    "finalize by wallet": Budget(2, 11),
    "finalize by gateway": Budget(3, 10),
    "expire": Budget(2, 7),
}


@pytest.fixture(scope="module", autouse=True)
def _figures() -> Iterator[list[Measured]]:
    figures: list[Measured] = []
    yield figures
    heading = f"{'operation':<22}{'nights':>7}{'round trips':>13}{'write units':>13}{'largest item':>16}"
    print("\n" + "\n".join([heading, *map(str, figures)]))  # noqa: T201 - asked for with -s


@pytest.fixture(params=["plain", "everything"])
def room_type(request: pytest.FixtureRequest) -> RoomType:
    """A room type with one price, and one with all that rates can have: six plans, occupancy, rules on every night."""
    return DELUXE if request.param == "plain" else WITH_EVERYTHING


@pytest.fixture
def catalog(table: Table, room_type: RoomType) -> CatalogStore:
    catalog = CatalogStore(table)
    add_property(catalog, PROPERTY)
    months = months_for(PROPERTY, room_type, ["2026-12", "2027-01"])
    if room_type.plans:
        days = range(1, 32)
        prices = {day: 849_900 + day for day in days}
        rules = dict.fromkeys(days, RULES)
        months = [of._replace(rates=msgspec.structs.replace(of.rates, price=prices, rules=rules)) for of in months]
    add_room_type(catalog, room_type, months)
    return catalog


@pytest.fixture
def desk(
    store: Store,
    catalog: CatalogStore,
    recorder: DynamoDBRecorder,
    room_type: RoomType,
    _figures: list[Measured],
    lines: LogLines,
) -> Desk:
    """The log is captured, so that `-s` shows the figures alone."""
    return Desk(store, recorder, _figures, room_type)


def within(measured: Measured, operation: str) -> None:
    allowed = BUDGETS[operation]
    assert measured.round_trips <= allowed.round_trips, measured
    assert measured.units <= allowed.units, measured


@pytest.mark.parametrize("nights", [1, 2, 3, 7, 14, 30])
@pytest.mark.parametrize("before", [0, 4])
def test_a_hold_in_one_month(desk: Desk, nights: int, before: int) -> None:
    for n in range(before):  # the account has four live holds already
        desk.hold(1, date(2027, 1, 20), f"other-{n}", rooms=1)
    desk.hold(nights)

    within(desk.measured("reserve, one month", nights), "reserve, one month")


@pytest.mark.parametrize("nights", [2, 3, 7, 14, 30])
def test_a_hold_over_two_months(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights, OVER_NEW_YEAR)
    assert len(months(booking.check_in, booking.check_out)) == 2

    within(desk.measured("reserve, two months", nights), "reserve, two months")


@pytest.mark.parametrize("nights", [1, 3, 7, 30])
def test_the_timer(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights)
    desk.recorder.clear()
    assert desk.store.booking(booking.booking_id)

    within(desk.measured("timer", nights), "timer")


@pytest.mark.parametrize("nights", [1, 30])
def test_a_quote(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights)
    desk.recorder.clear()
    desk.total(booking)

    within(desk.measured("quote", nights), "quote")


@pytest.mark.parametrize("nights", [1, 3, 7])
def test_a_payment_by_wallet(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights)
    total = desk.total(booking)
    desk.credit(total + 12_345)
    desk.finalize(booking, payment_mode="wallet_only", wallet_applied=total, gateway_amount=0)

    within(desk.measured("finalize by wallet", nights), "finalize by wallet")


@pytest.mark.parametrize("nights", [1, 3, 7])
def test_a_payment_by_card_with_its_capture(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights)
    total = desk.total(booking)
    transaction = desk.start(booking)
    desk.finalize(
        booking,
        payment_mode="gateway_only",
        wallet_applied=0,
        gateway_amount=total,
        gateway_transaction_id=transaction,
    )
    assert desk.gateway.calls["capture"] == 1

    within(desk.measured("finalize by gateway", nights), "finalize by gateway")


@pytest.mark.parametrize("nights", [1, 3, 7])
def test_a_payment_by_both_with_its_capture(desk: Desk, nights: int) -> None:
    """No budget names it: a gateway payment, and the wallet's ledger line with its two units.

    With a plan and two families, the booking is just over 1 KB in the end, and its three writes cost three units more.
    """
    booking = desk.hold(nights)
    total = desk.total(booking)
    desk.credit(12_345)
    transaction = desk.start(booking, wallet=12_345)
    desk.finalize(
        booking,
        payment_mode="wallet_partial",
        wallet_applied=12_345,
        gateway_amount=total - 12_345,
        gateway_transaction_id=transaction,
    )
    measured = desk.measured("finalize by both", nights)

    assert measured.round_trips <= BUDGETS["finalize by gateway"].round_trips
    assert measured.units <= BUDGETS["finalize by gateway"].units + 2 + (3 if desk.room_type.plans else 0)


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("nights", [1, 3, 7])
def test_an_expiry_alone(desk: Desk, nights: int, started: bool) -> None:
    """The sweep's queries of its shards are shared by all that is due, and not counted here."""
    booking = desk.hold(nights)
    if started:
        desk.start(booking)
    desk.recorder.clear()
    assert sweep(engine=Engine(desk.store, {}, clock_at(600))).expired == 1
    queries = [request for request in desk.recorder.requests if request.operation == "Query"]
    for query in queries:
        desk.recorder.requests.remove(query)

    assert len(queries) == desk.store.due_shards
    within(desk.measured("expire", nights), "expire")


@pytest.mark.parametrize("nights", [1, 2, 3, 4, 5, 6, 7])
def test_a_booking_of_up_to_a_week_fits_one_kilobyte(desk: Desk, nights: int) -> None:
    booking = desk.hold(nights)

    assert item_size(booking_item(booking, 8)) <= KB


def test_a_sold_out_night_costs_no_write(desk: Desk) -> None:
    update_by_hand(
        desk.store.table,
        page_key(ROOM_TYPE, "2026-12"),
        "SET #free.#day = :none",
        ExpressionAttributeNames={"#free": "free", "#day": "1"},
        ExpressionAttributeValues={":none": {"N": "0"}},
    )
    desk.recorder.clear()
    with pytest.raises(Exception, match="not free"):
        desk.hold(3)

    assert desk.recorder.writes == []
    desk.measured("sold out", 3)


def test_the_page_of_the_longest_month_fits_one_kilobyte(desk: Desk, table: Table) -> None:
    desk.hold(30)
    page = next(write.new for write in desk.recorder.written if write.new and write.new["sk"] == "MONTH#2026-12")

    assert item_size(page) <= KB
