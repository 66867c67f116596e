"""A crash or a lost answer at every call of every flow, and after it only what production does by itself.

Each flow is run once undisturbed, to count the calls that leave the engine: DynamoDB's and the gateway's, each HTTP
request by itself. Then it is run again for each of them, from the same start, with the trouble at that call. At the end
there is one payment at most, no money kept without a room, and every wallet agrees with its ledger.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast
from uuid import uuid4

import pytest

from holdfast.errors import BookingError
from holdfast.logs import metrics
from holdfast.payments.gateways.protocol import Gateway
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.storage.store import Store
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.flows import FLOWS, GIFT, REPEATABLE, Act, Flow, one_booking
from tests.component.payments.snapshots import razorpay_snapshot, table_snapshot
from tests.kit.clock import NOW, FakeClock
from tests.kit.fault_injection import Crash, Line, Trouble, Wire, WiredAdapter, WiredClient, WiredGateway
from tests.kit.gateway_driver import StripeTill
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import House, table_over

TABLE_READS = ("batch_get_item", "query")  # asked again at once when they are not answered: nothing to see
READS = ("GET", "fetch", *TABLE_READS)


@pytest.mark.parametrize("kind", ["crash", "answer lost"])
@pytest.mark.parametrize("name", FLOWS)
def test_a_trouble_at_any_call_to_razorpay_or_the_table_loses_no_money(
    name: str, kind: str, house: House, razorpay: LocalRazorpay, razorpay_gateway: RazorpayGateway
) -> None:
    line = Line()
    razorpay_gateway._session.mount("http://", WiredAdapter(line))
    house = _wired(house, line, house.gateways)
    house.give(GIFT)
    act = FLOWS[name].prepare(house)
    restores = [table_snapshot(), razorpay_snapshot(razorpay)]
    at = house.clock.now

    def prepared() -> Act:
        for restore in restores:
            restore()
        house.clock.now = at
        return act

    _at_every_call(name, kind, house, line, prepared)


@pytest.mark.localstripe
@pytest.mark.parametrize("kind", ["crash", "answer lost"])
@pytest.mark.parametrize("name", ["finalize", "cancel for half", "top-up", "top-up closed"])
def test_a_trouble_at_any_call_to_stripe_or_the_table_loses_no_money(
    name: str, kind: str, stripe_house: House, localstripe: str
) -> None:
    line = Line()
    gateway = cast("Gateway", WiredGateway(stripe_house.gateways["stripe"], line))
    house = _wired(stripe_house, line, {"stripe": gateway})
    house.give(GIFT)
    restore = table_snapshot()

    def prepared() -> Act:
        restore()
        house.clock.now = NOW
        house.till = StripeTill(localstripe)  # what was there before belongs to no booking any more
        house.run = uuid4().hex  # nor do the keys that Stripe remembers
        return FLOWS[name].prepare(house)

    _at_every_call(name, kind, house, line, prepared)


def _wired(house: House, line: Line, gateways: dict[str, Gateway]) -> House:
    """The same house, with every call that leaves it on the line; one shard is enough for one booking."""
    table = table_over(WiredClient(house.store.table.client, line))
    return House(Store(table, due_shards=1), FakeClock(), house.till, gateways)


def _at_every_call(name: str, kind: str, house: House, line: Line, prepared: Callable[[], Act]) -> None:
    clean = Wire()
    assert _run(name, house, line, clean, prepared) == []
    places = list(_troubles(clean.calls, kind))
    assert len(places) > 1
    for trouble, at in places:
        wire = Wire(trouble, at)
        told = _run(name, house, line, wire, prepared)
        assert told == [], f"{trouble} at call {at}, {clean.calls[at]}: {wire.calls}"


def _troubles(calls: list[str], kind: str) -> Iterator[tuple[Trouble, int]]:
    """A crash at a read leaves what a crash after the write before it leaves: one before the first, and after each."""
    if kind == "answer lost":
        yield from ((Trouble.ANSWER_LOST, at) for at, call in enumerate(calls) if not call.startswith(TABLE_READS))
        return
    writes = [at for at, call in enumerate(calls) if not call.startswith(READS)]
    yield Trouble.CRASH_BEFORE, writes[0]
    yield from ((Trouble.CRASH_AFTER, at) for at in writes)


def _run(name: str, house: House, line: Line, wire: Wire, prepared: Callable[[], Act]) -> list[str]:
    """Acts with the trouble, comes to rest, and says what is wrong then."""
    line.wire = Wire()
    act = prepared()
    line.wire = wire
    try:
        act(house)
    except (Crash, BookingError):
        line.wire = Wire()
        if name in REPEATABLE:
            with suppress(BookingError):
                act(house)
    line.wire = Wire()
    house.come_to_rest()
    metrics.clear_metrics()
    return [*wrong_in(house), *_unexpected(FLOWS[name], house)]


def _unexpected(flow: Flow, house: House) -> Iterator[str]:
    """A flow whose guest gives up half way may end either way; any other has one right end."""
    if flow.status is not None:
        booking = one_booking(house)
        if booking.status is not flow.status:
            yield f"the booking is {booking.status}"
        if house.balance() != GIFT - flow.spent:
            yield f"the wallet holds {house.balance()}"
    elif flow.spent and house.balance() != GIFT - flow.spent:
        yield f"the wallet holds {house.balance()}"
