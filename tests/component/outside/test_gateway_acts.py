"""What people and banks do at the gateway without us: each act in each state, then whatever guest and admin do next.

Every row is audited with and without the gateway's records, and a repeated event changes nothing.
"""

from datetime import timedelta

import pytest

from holdfast.model.booking import Status
from holdfast.model.gateway_task import TaskAction
from tests.component.outside.desk import PART, Desk
from tests.component.outside.gateway_acts import (
    BOOKINGS,
    NEXT,
    NEXT_TOPUP,
    TOPUPS,
    Step,
    capture_part,
    dispute,
    lose,
    named,
    our_refund_fails,
    refund_part,
    rows,
)
from tests.kit.front_door import ALICE, STAY_TOTAL


@pytest.mark.parametrize(("state", "act", "then", "reported"), rows(BOOKINGS, NEXT), ids=named)
def test_after_any_act_and_any_answer_to_it_a_bookings_books_agree(
    desk: Desk, state: Step, act: Step, then: Step, reported: bool
) -> None:
    state(desk)
    act(desk)
    if reported:
        desk.deliver()
    then(desk)
    desk.deliver()
    desk.come_to_rest()

    disputed = desk.order.dispute is not None and desk.order.dispute.state == "open"
    waiting = [task for task in desk.booking.tasks if not disputed]
    assert waiting == []
    assert not any(task.stuck for task in desk.booking.tasks)
    before = desk.booking
    assert desk.deliver().status == 200
    assert desk.booking == before
    assert desk.broken() == []
    if disputed:
        desk.gateway.lose_dispute(desk.order_id)
        desk.deliver()
        desk.come_to_rest()
        assert desk.booking.tasks == ()
        assert desk.broken() == []


@pytest.mark.parametrize(("state", "act", "then", "reported"), rows(TOPUPS, NEXT_TOPUP), ids=named)
def test_after_any_act_and_any_answer_to_it_a_topups_books_agree(
    desk: Desk, state: Step, act: Step, then: Step, reported: bool
) -> None:
    state(desk)
    act(desk)
    if reported:
        desk.deliver()
    then(desk)
    desk.deliver()
    desk.come_to_rest()

    before = desk.store.account(ALICE), desk.store.topup(desk.started.body["topup_id"])
    assert desk.deliver().status == 200
    assert (desk.store.account(ALICE), desk.store.topup(desk.started.body["topup_id"])) == before
    assert desk.broken() == []


class TestCapturedInPart:
    def test_a_hold_is_not_confirmed_by_a_part_which_goes_back(self, desk: Desk) -> None:
        desk.authorised()
        capture_part(desk)

        answer = desk.finalize()

        assert answer.code == "payment_declined"
        assert desk.booking.status is Status.PAYMENT_PENDING
        assert (desk.order.captured, desk.order.left) == (PART, 0)

    def test_a_confirmed_booking_keeps_what_was_taken_and_operators_are_told(self, desk: Desk) -> None:
        desk.capture_due()
        capture_part(desk)
        desk.deliver()

        assert desk.booking.tasks == ()
        assert desk.booking.payment
        assert desk.booking.payment.captured == PART
        assert desk.notes() == [
            "4,000.00 INR of 15,750.00 INR captured at the gateway, not by us; the rest is released"
        ]
        assert desk.cases("captured_short") == [("captured_short", STAY_TOTAL - PART)]

    def test_its_refund_is_a_share_of_what_was_taken(self, desk: Desk) -> None:
        desk.capture_due()
        capture_part(desk)
        desk.deliver()

        assert desk.preview()["now"]["gateway"] == PART
        desk.clock.advance(timedelta(days=13).total_seconds())
        assert desk.preview()["now"]["gateway"] == PART // 2
        desk.cancel()

        assert (desk.order.refunded, desk.order.left) == (PART // 2, PART // 2)
        assert desk.broken() == []


class TestRefundedOutside:
    def test_it_is_in_the_history_by_the_gateway_and_in_the_operators_list(self, desk: Desk) -> None:
        desk.captured()
        refund_part(desk)
        for _ in range(3):
            desk.deliver()

        assert desk.notes() == ["4,000.00 INR refunded at the gateway, not by us"]
        assert desk.booking.status is Status.CONFIRMED
        assert desk.cases("refunded_outside") == [("refunded", PART)]
        [line] = [line for line in desk.booking.history if line.by == "gateway stripe"]
        assert line.ref
        assert line.ref.refund_id == desk.order.refunds[0].refund_id

    @pytest.mark.parametrize(
        ("given", "more", "already"), [(PART, STAY_TOTAL // 2 - PART, PART), (1_000_000, 0, 1_000_000)]
    )
    def test_a_later_cancellation_gives_the_rest_of_the_share_and_says_so(
        self, desk: Desk, given: int, more: int, already: int
    ) -> None:
        desk.captured()
        desk.gateway.refund_outside(desk.order_id, given)
        desk.deliver()
        desk.clock.advance(timedelta(days=13).total_seconds())

        now = desk.preview()["now"]
        assert (now["gateway"], now["already_refunded"]) == (more, already)
        desk.cancel()
        desk.come_to_rest()

        assert desk.order.refunded == given + more
        assert desk.booking.tasks == ()
        assert desk.broken() == []

    def test_a_refund_by_hand_while_ours_is_due_counts_as_ours(self, desk: Desk) -> None:
        desk.refund_due()
        desk.gateway.refund_outside(desk.order_id, STAY_TOTAL // 2)
        desk.come_to_rest()

        assert desk.order.refunded == STAY_TOTAL // 2
        assert desk.booking.tasks == ()

    def test_ours_fails_as_it_becomes_less_and_is_put_off_once(self, desk: Desk) -> None:
        desk.refund_due()
        [due] = desk.booking.tasks
        desk.gateway.refund_outside(desk.order_id, PART)
        desk.gateway.refuses.add("refund")
        desk.clock.advance(3_600)

        desk.settle()

        [task] = desk.booking.tasks
        assert (task.amount, task.attempts) == (due.amount - PART, due.attempts + 1)

    def test_one_that_fails_after_a_cancellation_is_due_again_as_far_as_the_policy_says(self, desk: Desk) -> None:
        desk.captured()
        made = desk.gateway.refund_outside(desk.order_id, pending=True)
        desk.deliver()
        desk.clock.advance(timedelta(days=13).total_seconds())
        desk.cancel()
        desk.gateway.fail_refund(desk.order_id, made)
        desk.deliver()

        assert desk.order.refunded == STAY_TOTAL // 2
        assert desk.broken() == []

    def test_a_refund_is_pending_until_the_bank_has_paid_it(self, desk: Desk) -> None:
        desk.captured()
        desk.gateway.pending_refunds = True

        answer = desk.cancel().body

        assert (answer["refund_pending"], answer["payment"]["refunded"]) == (STAY_TOTAL, 0)
        desk.gateway.settle_refund(desk.order_id, desk.order.refunds[0].refund_id)
        desk.deliver()
        answer = desk.door.booking(desk.booking_id)
        assert (answer.get("refund_pending", 0), answer["payment"]["refunded"]) == (0, STAY_TOTAL)

    def test_a_refund_of_ours_that_fails_is_made_again(self, desk: Desk) -> None:
        desk.refunded()
        our_refund_fails(desk)
        desk.deliver()
        desk.come_to_rest()

        assert desk.order.refunded == STAY_TOTAL // 2
        assert desk.notes() == ["a refund failed at the gateway: 0.00 INR of 7,875.00 INR refunded"]
        assert desk.broken() == []


class TestDisputed:
    def test_refunds_wait_while_it_runs_without_becoming_stuck(self, desk: Desk) -> None:
        desk.captured()
        dispute(desk)
        desk.deliver()
        assert desk.cases("disputed") == [("open", STAY_TOTAL)]

        desk.cancel()
        for _ in range(40):
            desk.clock.advance(7_200)
            desk.settle()

        assert desk.order.refunded == 0
        [task] = desk.booking.tasks
        assert (task.action, task.stuck, task.attempts) == (TaskAction.REFUND, False, 0)
        desk.gateway.win_dispute(desk.order_id)
        desk.deliver()
        assert desk.order.refunded == STAY_TOTAL
        assert desk.cases("disputed") == []
        assert desk.broken() == []

    def test_money_lost_is_never_refunded_again(self, desk: Desk) -> None:
        desk.captured()
        lose(desk)
        desk.deliver()
        assert desk.preview()["now"]["gateway"] == 0
        assert desk.preview()["now"]["already_refunded"] == STAY_TOTAL

        desk.cancel()
        desk.come_to_rest()

        assert desk.order.refunded == 0
        assert desk.cases("disputed") == [("lost", STAY_TOTAL)]
        assert desk.broken() == []

    @pytest.mark.parametrize(("lost", "left"), [((300_000, 400_000), STAY_TOTAL - 700_000), ((STAY_TOTAL, PART), 0)])
    def test_all_that_disputes_have_lost_is_not_refunded_again(
        self, desk: Desk, lost: tuple[int, int], left: int
    ) -> None:
        desk.captured()
        for amount in lost:
            desk.gateway.open_dispute(desk.order_id, amount)
            desk.gateway.lose_dispute(desk.order_id)
            desk.deliver()
        assert desk.preview()["now"]["already_refunded"] == STAY_TOTAL - left

        desk.cancel()
        desk.come_to_rest()

        assert desk.order.refunded == left
        assert sorted(desk.cases("disputed")) == sorted(("lost", amount) for amount in lost)
        assert desk.broken() == []
