"""Payments of which the gateway gives nothing back: too old, not charged yet, or disputed."""

from datetime import timedelta

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.outside.desk import Desk
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL
from tests.kit.hotel import open_hotel

CLOSE = "POST /admin/bookings/{booking_id}/refunds/close"
REVERSE = "POST /admin/wallets/{user_id}/credits/{seq}/reverse"
HALF = STAY_TOTAL // 2


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
