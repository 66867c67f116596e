"""Payments of which the gateway gives nothing back: too old, not charged yet, or disputed."""

from datetime import date, timedelta

import pytest

from holdfast.model.property import PolicyStep, Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.outside.desk import Desk
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL
from tests.kit.hotel import MONTHS, open_hotel

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

    @pytest.mark.parametrize("begun_before", [True, False])
    def test_the_wallets_currency_when_it_is_cancelled_decides_whether_it_takes_the_refund(
        self, desk: Desk, hotel: CatalogStore, *, begun_before: bool
    ) -> None:
        """A wallet is in rupees until its first entry; one in euros, after the cancellation, changes nothing."""
        hotel.add_property(INN)
        hotel.add_room_type(INN, INN_ROOM, MONTHS[:9])
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
