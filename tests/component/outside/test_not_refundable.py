"""Payments of which the gateway gives nothing back: too old, not charged yet, or disputed."""

from datetime import date, timedelta

import msgspec
import pytest

from holdfast.model.property import PolicyStep, Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.refunds import card_refunds_end, step_ends
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.outside.desk import Desk
from tests.kit.builders import a_hold
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL
from tests.kit.hotel import MONTHS, add_property, add_room_type, months_for, open_hotel
from tests.kit.log_capture import LogLines

CLOSE = "POST /admin/bookings/{booking_id}/refunds/close"
REVERSE = "POST /admin/wallets/{user_id}/credits/{seq}/reverse"
HALF = STAY_TOTAL // 2
VAT = TaxTable(names=("VAT",), periods=(TaxPeriod(date(2000, 1, 1), (TaxSlab(None, 1000, (1000,)),)),))
INN = Property(
    property_id="inn",
    name="Inn",
    city="Inn",
    timezone="UTC",
    country="FR",
    currency="EUR",
    taxes=VAT,
    cancellation_policy=(PolicyStep(2, 100),),
)
INN_ROOM = RoomType(
    room_type_id="inn-room", property_id="inn", name="Room", base_price=9_999, total_rooms=3, max_guests=2
)


class TestPaymentsTooOldToRefund:
    """Razorpay refunds nothing after six months; rooms are sold eighteen months ahead."""

    @pytest.fixture
    def gateway(self) -> FakeGateway:
        return FakeGateway(name="razorpay", closes_orders=False)

    @pytest.fixture
    def hotel(self, table: Table) -> CatalogStore:
        return open_hotel(table, months=9)

    def test_the_preview_says_from_when_on_the_refund_goes_to_the_wallet(
        self, desk: Desk, gateway: FakeGateway
    ) -> None:
        booking_id = desk.door.held(check_in="2027-06-10", check_out="2027-06-11", guests=1)
        started = desk.door.start(booking_id, gateway="razorpay")
        desk.gateway.authorise(started.body["gateway_order_id"])
        assert desk.door.pay_by_card(booking_id, started).status == 200
        desk.booking_id = booking_id

        steps = [(step["until"], step["wallet"], step["gateway"]) for step in desk.preview()["schedule"]]
        assert steps[:2] == [("2027-05-21", 0, 525_000), ("2027-06-03", 525_000, 0)]
        desk.clock.advance(181 * 86_400)
        answer = desk.cancel()

        assert answer.status == 200
        assert desk.balance() == 525_000
        assert desk.booking.tasks == ()
        assert desk.broken() == []

    @pytest.mark.parametrize(
        ("gateway_name", "check_in", "wallet", "until", "where"),
        [
            ("razorpay", "2027-06-10", "INR", "2027-05-21T06:30:00.000Z", "to the wallet"),
            ("razorpay", "2027-06-10", "EUR", "2027-05-21T06:30:00.000Z", "in cash by the hotel"),
            ("razorpay", "2027-05-23", "INR", "2027-05-21T06:30:00.000Z", "to the wallet"),
            ("razorpay", "2027-05-22", "INR", None, None),  # its policy gives something back until two days before
            ("stripe", "2027-06-10", "INR", None, None),
        ],
    )
    def test_a_guest_is_told_before_paying(
        self, desk: Desk, gateway_name: str, check_in: str, wallet: str, until: str | None, where: str | None
    ) -> None:
        desk.door.gateways = {name: FakeGateway(name=name) for name in ("stripe", "razorpay")}
        desk.credit(100, wallet)
        night = {"check_in": check_in, "check_out": f"{date.fromisoformat(check_in) + timedelta(days=1)}"}
        booking_id = desk.door.held(guests=1, **night)
        route, query = "GET /bookings/{booking_id}/pricing", {"gateway": gateway_name}
        asked = desk.door.call(route, query=query, booking_id=booking_id).body
        unasked = desk.door.call(route, booking_id=booking_id).body
        started = desk.door.start(booking_id, gateway=gateway_name).body
        again = desk.door.start(booking_id, gateway=gateway_name).body
        quoted = desk.door.call(route, booking_id=booking_id).body  # of the gateway with which it was started

        note = f"razorpay refunds a card for 180 days: from 2027-05-21 on, a cancellation is refunded {where}."
        assert "refund_note" not in unasked
        for pricing in (asked, started["pricing"], again["pricing"], quoted):
            assert pricing.get("refund_note") == (note if where else None)
        assert started.get("card_refunds_until") == again.get("card_refunds_until") == until

    @pytest.mark.parametrize("policy", [(), (PolicyStep(2, 0),)])
    def test_nothing_is_said_where_the_policy_gives_nothing_back(
        self, desk: Desk, hotel: CatalogStore, policy: tuple[PolicyStep, ...]
    ) -> None:
        inn = msgspec.structs.replace(INN, cancellation_policy=policy)
        add_property(hotel, inn)
        add_room_type(hotel, INN_ROOM, months_for(inn, INN_ROOM, MONTHS[:9]))
        booking_id = desk.door.held(room_type_id="inn-room", check_in="2027-06-10", check_out="2027-06-11", guests=1)
        started = desk.door.start(booking_id, gateway="razorpay")

        assert started.status == 200
        assert "card_refunds_until" not in started.body
        assert "refund_note" not in started.body["pricing"]

    @pytest.mark.parametrize("begun_before", [True, False])
    def test_the_wallets_currency_when_it_is_cancelled_decides_whether_it_takes_the_refund(
        self, desk: Desk, hotel: CatalogStore, *, begun_before: bool
    ) -> None:
        """A wallet is in rupees until its first entry; one in euros, after the cancellation, changes nothing."""
        add_property(hotel, INN)
        add_room_type(hotel, INN_ROOM, months_for(INN, INN_ROOM, MONTHS[:9]))
        desk.booking_id = desk.door.held(
            room_type_id="inn-room", check_in="2027-06-10", check_out="2027-06-11", guests=1
        )
        started = desk.door.start(desk.booking_id, gateway="razorpay")
        desk.gateway.authorise(started.body["gateway_order_id"])
        assert desk.door.pay_by_card(desk.booking_id, started).status == 200
        desk.clock.advance(181 * 86_400)

        steps = [desk.cancel, lambda: desk.credit(700, "EUR")]
        for step in reversed(steps) if begun_before else steps:
            assert step().status in {200, 201}
            desk.clock.advance(600)

        assert desk.balance() == (10_999 + 700 if begun_before else 700)
        assert desk.cases("cash_owed") == ([] if begun_before else [("owed", 10_999)])
        assert desk.broken() == []


@pytest.mark.parametrize(
    ("gateway_name", "rest", "note"),
    [
        ("razorpay", 198, "A refund below 1.00 INR goes to the wallet."),  # half of it is 0.99
        ("razorpay", 199, None),
        ("stripe", 198, None),
    ],
)
def test_a_guest_is_told_of_refunds_that_are_too_small(
    desk: Desk, gateway_name: str, rest: int, note: str | None
) -> None:
    desk.door.gateways = {name: FakeGateway(name=name) for name in ("stripe", "razorpay")}
    desk.credit(STAY_TOTAL, "INR")
    booking_id = desk.door.held()
    started = desk.door.start(booking_id, gateway=gateway_name, wallet_apply_amount=STAY_TOTAL - rest).body

    assert started["amount"] == rest
    assert started["pricing"].get("refund_note") == note


@pytest.mark.parametrize(("days", "share"), [(17, 0), (13, STAY_TOTAL // 2)])
def test_a_share_of_nothing_is_not_rounded_up_to_what_a_gateway_refunds(desk: Desk, days: int, share: int) -> None:
    """For a wallet of another currency, less than the gateway's smallest refund becomes just that."""
    desk.credit(100, "EUR")
    desk.gateway.name = "razorpay"
    desk.booking_id = desk.door.held()
    started = desk.door.start(desk.booking_id, gateway="razorpay")
    desk.gateway.authorise(started.body["gateway_order_id"])
    assert desk.door.pay_by_card(desk.booking_id, started).status == 200
    desk.clock.advance(days * 86_400)

    now = desk.preview()["now"]
    assert (now["wallet"], now["gateway"], now.get("cash_refund", 0)) == (0, share, 0)


@pytest.mark.parametrize(("earlier", "ends"), [(timedelta(0), False), (timedelta(milliseconds=1), True)])
def test_a_gateway_that_refunds_as_long_as_the_policy_does_needs_no_warning(earlier: timedelta, *, ends: bool) -> None:
    booking = a_hold()
    last = step_ends(booking, booking.cancellation_policy[-1])

    end = card_refunds_end(booking, "razorpay", last - timedelta(days=180) - earlier)

    assert end == (last - earlier if ends else None)


def test_a_refund_of_a_card_that_is_not_charged_yet_is_not_closed(desk: Desk) -> None:
    desk.capture_due()
    desk.clock.advance(timedelta(days=13).total_seconds())
    desk.gateway.silent_before.add("capture")
    desk.cancel()

    answer = desk.as_admin(CLOSE, {"reason": "by hand", "paid": "wallet"}, booking_id=desk.booking_id)

    assert (answer.status, answer.code) == (409, "in_progress")
    assert desk.balance() == 0
    desk.gateway.silent_before.clear()
    desk.come_to_rest()
    assert desk.order.refunded == HALF
    assert desk.broken() == []


def test_a_refund_of_a_disputed_payment_is_not_closed(desk: Desk) -> None:
    desk.refund_due()
    desk.gateway.open_dispute(desk.order_id)

    answer = desk.as_admin(CLOSE, {"reason": "by hand", "paid": "wallet"}, booking_id=desk.booking_id)

    assert (answer.status, answer.code) == (409, "in_progress")
    assert desk.balance() == 0


@pytest.mark.parametrize(("wallet", "given", "owed"), [("INR", 50, []), ("EUR", 0, [("owed", 50)])])
def test_what_is_too_small_to_refund_waits_for_a_dispute_as_well(
    desk: Desk, lines: LogLines, wallet: str, given: int, owed: list[tuple[str, int]]
) -> None:
    desk.credit(1, wallet)
    desk.gateway.name = "razorpay"
    desk.booking_id = desk.door.held()
    started = desk.door.start(desk.booking_id, gateway="razorpay")
    desk.order_id = started.body["gateway_order_id"]
    desk.gateway.authorise(desk.order_id)
    assert desk.door.pay_by_card(desk.booking_id, started).status == 200
    desk.clock.advance(timedelta(days=13).total_seconds())
    desk.gateway.silent_before.add("refund")
    desk.cancel()
    desk.gateway.silent_before.clear()
    desk.gateway.refund_outside(desk.order_id, HALF - 50)
    desk.gateway.open_dispute(desk.order_id, 100)

    desk.come_to_rest()
    assert (desk.balance(), len(desk.booking.tasks)) == (1, 1)

    desk.gateway.win_dispute(desk.order_id)
    desk.come_to_rest()
    assert (desk.balance(), desk.booking.tasks) == (1 + given, ())
    assert desk.cases("cash_owed") == owed
    said = [line for line in lines.all if line["message"] == "a refund is too small for its gateway"]
    assert [line["amount"] for line in said] == [amount for _, amount in owed]
    assert desk.broken() == []
