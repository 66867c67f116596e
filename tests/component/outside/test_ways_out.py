"""The way out of each alarm about money: what a person says is in the history, the audit agrees, a repeat is none."""

from typing import Any

import pytest

from tests.component.outside.desk import PART, TOPUP, Desk
from tests.kit.front_door import ADMIN, ALICE, STAY_TOTAL

CLOSE = "POST /admin/bookings/{booking_id}/refunds/close"
REVERSE = "POST /admin/wallets/{user_id}/credits/{seq}/reverse"
HALF = STAY_TOTAL // 2


@pytest.mark.parametrize(
    ("paid", "to_wallet", "says"), [("outside", 0, "paid outside"), ("wallet", HALF, "paid to the wallet")]
)
def test_a_refund_that_can_never_succeed_is_closed_once(desk: Desk, paid: str, to_wallet: int, says: str) -> None:
    desk.refund_due()
    desk.gateway.refuses.add("refund")
    desk.come_to_rest()
    assert desk.booking.tasks

    answers = [
        desk.as_admin(CLOSE, {"reason": "The card is gone", "paid": paid}, booking_id=desk.booking_id) for _ in range(2)
    ]

    assert [answer.status for answer in answers] == [200, 200]
    assert desk.booking.tasks == ()
    assert desk.notes(f"admin {ADMIN}") == [f"refund of 7,875.00 INR closed, {says}: The card is gone"]
    assert (desk.balance(), desk.booking.wallet_refunded) == (to_wallet, to_wallet)
    assert answers[0].body.get("refund_pending", 0) == 0
    desk.come_to_rest()
    assert desk.order.refunded == 0
    assert desk.broken() == []


def test_a_refund_that_came_about_meanwhile_is_not_paid_twice(desk: Desk) -> None:
    desk.refund_due()
    desk.gateway.refund_outside(desk.order_id, HALF)

    answer = desk.as_admin(CLOSE, {"reason": "by hand", "paid": "wallet"}, booking_id=desk.booking_id)

    assert answer.status == 404
    assert desk.balance() == 0
    desk.deliver()
    assert desk.booking.tasks == ()
    assert desk.broken() == []


def test_a_closed_refund_that_comes_about_after_all_is_told(desk: Desk) -> None:
    desk.refund_due()
    desk.as_admin(CLOSE, {"reason": "by hand", "paid": "outside"}, booking_id=desk.booking_id)
    desk.gateway.refund(desk.order_id, HALF, "INR", "late")
    desk.deliver()

    assert desk.cases("refunded_outside") == [("refunded though it was closed", HALF)]


def test_nothing_due_is_nothing_to_close(desk: Desk) -> None:
    desk.captured()

    answer = desk.as_admin(CLOSE, {"reason": "to be sure", "paid": "outside"}, booking_id=desk.booking_id)

    assert answer.status == 404


def test_a_late_payment_that_cannot_be_given_back_is_closed(desk: Desk) -> None:
    desk.gateway.refuses.add("refund")
    desk.given_back()
    assert desk.booking.tasks

    answer = desk.as_admin(CLOSE, {"reason": "bank transfer", "paid": "outside"}, booking_id=desk.booking_id)
    for _ in range(2):
        desk.deliver()

    assert answer.status == 200
    assert desk.booking.tasks == ()
    assert desk.broken() == []


def test_a_topup_that_can_neither_be_credited_nor_given_back_is_closed(desk: Desk) -> None:
    desk.topup_authorised()
    desk.gateway.capture_outside(desk.order_id, PART)
    desk.gateway.refuses.add("refund")
    desk.come_to_rest()
    topup_id = desk.started.body["topup_id"]

    route = "POST /admin/topups/{topup_id}/close"
    answers = [desk.as_admin(route, {"reason": "bank transfer"}, topup_id=topup_id) for _ in range(2)]
    desk.deliver()

    assert [(answer.status, answer.body["status"]) for answer in answers] == [(200, "closed")] * 2
    assert desk.balance() == 0
    assert desk.store.account(ALICE).pending_topups == 0
    assert desk.broken() == []


class TestClosedTopUps:
    ROUTE = "POST /admin/topups/{topup_id}/close"

    def close(self, desk: Desk) -> Any:
        return desk.as_admin(self.ROUTE, {"reason": "bank transfer"}, topup_id=desk.started.body["topup_id"])

    def test_one_of_which_nothing_is_captured_is_left_to_settle_which_credits_it(self, desk: Desk) -> None:
        desk.topup_started()
        answers = [self.close(desk)]
        desk.gateway.authorise(desk.order_id)
        answers.append(self.close(desk))
        desk.gateway.capture_outside(desk.order_id)
        desk.come_to_rest()

        assert [(answer.status, answer.fields) for answer in answers] == [(422, {"topup_id"})] * 2
        assert desk.balance() == TOPUP
        assert desk.broken() == []

    def test_one_whose_order_the_gateway_does_not_know_can_be_closed(self, desk: Desk) -> None:
        desk.topup_started()
        desk.gateway.refuses.add("fetch")

        assert self.close(desk).status == 200

    def test_a_gateway_that_does_not_answer_is_asked_again(self, desk: Desk) -> None:
        desk.topup_started()
        desk.gateway.silent_before.add("fetch")

        assert self.close(desk).status == 503

    @pytest.mark.parametrize(
        ("call", "paid"), [("capture", TOPUP), ("fetch", PART)], ids=["while captured", "while refunded"]
    )
    def test_one_closed_while_a_worker_is_at_the_gateway_is_not_given_back_twice(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, call: str, paid: int
    ) -> None:
        desk.topup_authorised()
        if paid == PART:
            desk.gateway.capture_outside(desk.order_id, PART)
        real = getattr(desk.gateway, call)

        def then_an_admin_closes_it(*args: Any, **named: Any) -> Any:
            answer = real(*args, **named)
            monkeypatch.setattr(desk.gateway, call, real)
            assert self.close(desk).status == 200
            return answer

        desk.clock.advance(1_000)
        monkeypatch.setattr(desk.gateway, call, then_an_admin_closes_it)
        desk.settle()
        desk.come_to_rest()

        assert (desk.balance(), desk.order.captured, desk.order.refunded) == (0, paid, 0)
        assert desk.broken() == []

    def test_what_the_gateway_holds_beyond_what_was_closed_is_a_case_until_it_is_given_back(self, desk: Desk) -> None:
        desk.topup_authorised()
        desk.gateway.capture_outside(desk.order_id, PART)
        desk.gateway.refund_outside(desk.order_id, 1_000)
        assert self.close(desk).status == 200
        desk.deliver()
        assert desk.cases("unmatched") == []

        desk.gateway.fail_refund(desk.order_id)
        assert desk.broken() != []
        for _ in range(2):
            desk.deliver()
        assert desk.cases("unmatched") == [("captured", TOPUP)]
        assert desk.broken() == []
        desk.gateway.refund_outside(desk.order_id)
        desk.deliver()

        assert desk.cases("unmatched") == []
        assert desk.balance() == 0


class TestMistakenCredits:
    def test_one_is_taken_back_by_a_new_entry_once(self, desk: Desk) -> None:
        given = desk.door.credit(TOPUP).body

        answers = [
            desk.as_admin(REVERSE, {"reason": "Wrong guest"}, user_id=ALICE, seq=str(given["seq"])) for _ in range(2)
        ]

        assert [answer.status for answer in answers] == [201, 200]
        assert answers[0].body == answers[1].body
        assert (answers[0].body["amount"], answers[0].body["reverses"]) == (-TOPUP, given["seq"])
        assert answers[0].body["actor"] == f"admin {ADMIN}"
        assert desk.balance() == 0
        assert desk.broken() == []

    def test_one_that_is_spent_takes_the_wallet_below_zero(self, desk: Desk) -> None:
        given = desk.door.credit(STAY_TOTAL).body
        desk.door.pay(desk.door.held(), STAY_TOTAL)

        desk.as_admin(REVERSE, {"reason": "Wrong guest"}, user_id=ALICE, seq=str(given["seq"]))

        assert desk.balance() == -STAY_TOTAL
        assert desk.broken() == []

    @pytest.mark.parametrize(("seq", "status"), [("1", 422), ("2", 404)])
    def test_what_is_no_credit_of_an_admin_is_not_taken_back(self, desk: Desk, seq: str, status: int) -> None:
        desk.topup_credited()

        answer = desk.as_admin(REVERSE, {"reason": "Wrong guest"}, user_id=ALICE, seq=seq)

        assert answer.status == status
        assert desk.balance() == TOPUP
