"""What is due at a gateway is done in the end, once; what can never be done is undone or shown to an operator."""

from itertools import pairwise

import pytest

from holdfast.desk.cancel import cancel_at_desk
from holdfast.desk.clerk import Clerk, ClerkRole
from holdfast.desk.requests import DeskCancelRequest
from holdfast.desk.stay import check_in
from holdfast.errors import NotFound
from holdfast.model.booking import Status
from holdfast.model.case import CaseKind
from holdfast.model.gateway_task import TaskAction
from holdfast.storage.items import PAYMENTS_STUCK, booking_key
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import HOLD_SECONDS, PaymentScenario, days_before
from tests.kit.stand_in import update_by_hand
from tests.kit.webhooks import from_razorpay, razorpay_body

A_DAY_OF_TRIES = 40


def troubled(driver: RazorpayDriver, call: str, kind: str = "error", times: int = 1) -> None:
    """The next calls of that name go wrong at the gateway."""
    driver.razorpay.play("faults", kind=kind, on=call, times=times)


def give_up(scenario: PaymentScenario) -> None:
    """Rounds until nothing is tried any more."""
    for _ in range(A_DAY_OF_TRIES):
        scenario.settle()
        scenario.clock.advance(3600)


@pytest.mark.parametrize("kind", ["error", "busy", "declined", "dropped", "lost"])
def test_a_capture_that_failed_is_done_by_settle_once(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines, kind: str
) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    troubled(driver, "capture", kind)
    scenario.finalize(booking, proof)
    assert scenario.stored(booking).status is Status.CONFIRMED
    scenario.settle()
    scenario.clock.advance(60)
    scenario.settle()
    scenario.settle()
    assert driver.record(order_id).captures == 1
    assert lines.tags.count("PAYMENT_CAPTURED") == 1
    assert wrong_in(scenario) == []


def test_a_failed_capture_waits_longer_after_each_try(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    troubled(driver, "capture", times=100)
    scenario.finalize(booking, proof)
    waits = []
    for _ in range(4):
        [task] = scenario.stored(booking).tasks
        waits.append(task.at_ms)
        assert scenario.settle().waiting == 0  # not yet
        scenario.clock.now = type(scenario.clock.now).fromtimestamp(task.at_ms / 1000, scenario.clock.now.tzinfo)
        assert scenario.settle().waiting == 1
    steps = [second - first for first, second in pairwise(waits)]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]


def test_a_lapsed_authorisation_undoes_the_booking(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines
) -> None:
    scenario.give(50_000)
    scenario.promo()
    booking = scenario.hold()
    _, proof = scenario.paid(booking, wallet=50_000, promo="ONCE")
    troubled(driver, "capture", times=100)
    scenario.finalize(booking, proof)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    scenario.clock.advance(60)
    scenario.settle()
    after = scenario.stored(booking)
    assert (after.status, after.tasks) == (Status.CANCELLED, ())
    assert (scenario.balance(), scenario.free(booking), scenario.claimed()) == (50_000, 5, 0)
    assert scenario.entries() == [("booking_payment", -50_000), ("booking_refund", 50_000)]
    assert "lapsed" in scenario.notes(booking)[-1]
    assert lines.of("BOOKING_CANCELLED")["by"] == "settle"
    assert wrong_in(scenario) == []


def test_a_declined_first_try_does_not_hide_that_the_second_has_lapsed(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.razorpay.play(f"orders/{order_id}/fail")
    proof = driver.pay(order_id)
    troubled(driver, "capture", times=100)
    scenario.finalize(booking, proof)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    scenario.clock.advance(60)
    scenario.settle()
    assert scenario.stored(booking).status is Status.CANCELLED
    assert wrong_in(scenario) == []


def test_a_second_payment_for_an_undone_booking_is_refunded(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    troubled(driver, "capture")
    scenario.finalize(booking, proof)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    scenario.clock.advance(60)
    scenario.settle()
    driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CANCELLED
    assert (driver.record(order_id).net, driver.record(order_id).held) == (0, 0)
    assert wrong_in(scenario) == []


def test_a_lapse_after_a_cancellation_leaves_nothing_due(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    """Half was to go back of what was never taken: now neither is due any more."""
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    troubled(driver, "capture", times=2)
    scenario.finalize(booking, proof)
    scenario.clock.advance(35 * 86_400)
    scenario.cancel(booking)
    assert {task.action for task in scenario.stored(booking).tasks} == {TaskAction.CAPTURE, TaskAction.REFUND}
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    give_up(scenario)
    assert (scenario.stored(booking).status, scenario.stored(booking).tasks) == (Status.CANCELLED, ())
    assert wrong_in(scenario) == []


def test_what_cannot_be_done_for_a_day_is_stuck_and_shown(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines
) -> None:
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    troubled(driver, "capture", times=1000)
    scenario.finalize(booking, proof)
    [task] = scenario.listed("due")
    assert (task.booking_id, task.action, task.attempts) == (booking.booking_id, "capture", 1)
    give_up(scenario)
    assert scenario.listed("due") == []
    [stuck] = scenario.listed("stuck")
    assert (stuck.booking_id, stuck.attempts) == (booking.booking_id, 30)
    assert (stuck.age_seconds or 0) > 86_400
    assert [line["stuck"] for line in lines.tagged if line["tag"] == "SETTLE_FAILED"].count(True) == 1
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.settle().stuck == scenario.settle().stuck == 1, "reported by each round, not once"


def test_a_stuck_capture_is_reported_though_a_refund_behind_it_is_still_due(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    troubled(driver, "capture", times=1000)
    scenario.finalize(booking, proof)
    give_up(scenario)
    scenario.clock.advance(32 * 86_400)
    scenario.cancel(booking)
    assert [(task.action, task.stuck) for task in scenario.stored(booking).tasks] == [
        (TaskAction.CAPTURE, True),
        (TaskAction.REFUND, False),
    ]
    done = scenario.settle()
    assert (done.stuck, done.waiting) == (1, 0)


def test_a_payment_that_matches_nothing_is_reported_until_it_is_refunded(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    order = {"amount": 5000, "currency": "INR", "notes": {"holdfast_reference": "bk_gone"}}
    order |= {"payment": {"capture": "manual"}}
    order_id = driver.razorpay.account.call("POST", "/v1/orders", order, None)["id"]
    proof = driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.settle().unmatched == scenario.settle().unmatched == 1
    payment = f"/v1/payments/{proof.transaction_id}"
    driver.razorpay.account.call("POST", f"{payment}/capture", {"amount": 5000, "currency": "INR"}, None)
    driver.razorpay.account.call("POST", f"{payment}/refund", {"amount": 5000}, None)
    scenario.deliver(from_razorpay(razorpay_body("refund.processed", order_id)))
    assert scenario.cases(CaseKind.UNMATCHED) == []
    assert scenario.settle().unmatched == 0


def test_an_admin_settles_what_is_stuck(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    troubled(driver, "capture", times=31)
    scenario.finalize(booking, proof)
    give_up(scenario)
    assert scenario.store.all_due(PAYMENTS_STUCK)
    scenario.settle_now(booking, "the bank is back")  # still in trouble
    assert scenario.stored(booking).tasks
    scenario.settle_now(booking, "once more")
    assert driver.record(order_id).captures == 1
    notes = scenario.notes(booking)
    assert notes[-3:] == ["admin root: the bank is back", "admin root: once more", notes[-1]]
    assert notes[-1].endswith("captured")
    assert wrong_in(scenario) == []


def test_an_admin_cannot_settle_what_does_not_exist(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    other = type(booking)(
        **{name: getattr(booking, name) for name in booking.__struct_fields__} | {"booking_id": "bk_none"}
    )
    with pytest.raises(NotFound):
        scenario.settle_now(other)


def test_every_act_of_an_admin_is_in_the_history(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    scenario.started(booking)
    scenario.confirm_as_admin(booking, "Cash at the desk")
    scenario.settle_now(booking, "to be sure")
    notes = scenario.notes(booking)
    assert "admin root: Cash at the desk" in notes
    assert "admin root: to be sure" in notes


def test_an_expired_hold_leaves_its_order_to_be_looked_at_until_the_gateway_answers(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    scenario.run_out()
    driver.razorpay.play("faults", kind="error", on="orders", method="GET", times=4)
    scenario.settle()
    assert scenario.stored(booking).status is Status.EXPIRED
    assert driver.record(order_id).held > 0
    for _ in range(4):
        scenario.clock.advance(HOLD_SECONDS)
        scenario.settle()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_one_booking_in_trouble_does_not_keep_the_others_waiting(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    bookings = [scenario.hold(f"guest-{n}", nights=1) for n in range(4)]
    for booking in bookings:
        _, proof = scenario.paid(booking)
        troubled(driver, "capture")
        scenario.finalize(booking, proof)
    broken = scenario.stored(bookings[0])
    update_by_hand(
        scenario.store.table,
        booking_key(broken.booking_id),
        "SET history = :broken",
        ExpressionAttributeValues={":broken": {"S": "broken"}},
    )
    scenario.clock.advance(60)
    done = scenario.settle()
    assert (done.settled, done.failed) == (3, 1)


def test_a_card_that_lapses_during_the_stay_leaves_the_guest_in_the_room(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    days_before(scenario, 0)
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    troubled(driver, "capture", times=50)
    scenario.finalize(booking, proof)
    desk = Clerk(ClerkRole.ADMIN, "root")
    check_in(booking.booking_id, None, clerk=desk, engine=scenario.engine)
    free = scenario.free(booking)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    scenario.clock.advance(3600)
    scenario.settle()
    scenario.come_to_rest()

    stored = scenario.stored(booking)
    assert (stored.status, stored.tasks, scenario.free(booking)) == (Status.CONFIRMED, (), free)
    assert scenario.notes(booking)[-1].endswith(
        "nothing was taken; the stay had begun, and the guest owes 10,500.00 INR"
    )
    [case] = scenario.cases(CaseKind.CAPTURED_SHORT)
    assert (case.amount, case.booking_id) == (1_050_000, booking.booking_id)
    assert wrong_in(scenario) == []
    full = DeskCancelRequest(reason="The roof leaks", refund="full")
    cancelled = cancel_at_desk(booking.booking_id, full, clerk=desk, engine=scenario.engine)
    assert cancelled.cancellation
    assert (cancelled.cancellation.given_back, cancelled.cancellation.kept_price, cancelled.tasks) == (0, 0, ())
    assert wrong_in(scenario) == []
