"""What is due at a gateway is done in the end, once; what can never be done is undone or shown to an operator."""

from itertools import pairwise

import pytest

from holdfast.errors import NotFound
from holdfast.model.booking import Status, TaskAction
from holdfast.storage.items import PAYMENTS_STUCK
from tests.payments.books import wrong_in
from tests.payments.house import HOLD_SECONDS, House
from tests.payments.news import from_razorpay, razorpay_body
from tests.payments.tills import RazorpayTill
from tests.unit.log_lines import LogLines

A_DAY_OF_TRIES = 40


def troubled(till: RazorpayTill, call: str, kind: str = "error", times: int = 1) -> None:
    """The next calls of that name go wrong at the gateway."""
    till.razorpay.play("faults", kind=kind, on=call, times=times)


def give_up(house: House) -> None:
    """Rounds until nothing is tried any more."""
    for _ in range(A_DAY_OF_TRIES):
        house.settle()
        house.clock.advance(3600)


@pytest.mark.parametrize("kind", ["error", "busy", "declined", "dropped", "lost"])
def test_a_capture_that_failed_is_done_by_settle_once(
    house: House, till: RazorpayTill, lines: LogLines, kind: str
) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    troubled(till, "capture", kind)
    house.finalize(booking, proof)
    assert house.stored(booking).status is Status.CONFIRMED
    house.settle()
    house.clock.advance(60)
    house.settle()
    house.settle()
    assert till.gateway_records(order_id).captures == 1
    assert lines.tags.count("PAYMENT_CAPTURED") == 1
    assert wrong_in(house) == []


def test_a_failed_capture_waits_longer_after_each_try(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    _, proof = house.paid(booking)
    troubled(till, "capture", times=100)
    house.finalize(booking, proof)
    waits = []
    for _ in range(4):
        [task] = house.stored(booking).tasks
        waits.append(task.at_ms)
        assert house.settle().waiting == 0  # not yet
        house.clock.now = type(house.clock.now).fromtimestamp(task.at_ms / 1000, house.clock.now.tzinfo)
        assert house.settle().waiting == 1
    steps = [second - first for first, second in pairwise(waits)]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]


def test_a_lapsed_authorisation_undoes_the_booking(house: House, till: RazorpayTill, lines: LogLines) -> None:
    house.give(50_000)
    house.promo()
    booking = house.hold()
    _, proof = house.paid(booking, wallet=50_000, promo="ONCE")
    troubled(till, "capture", times=100)
    house.finalize(booking, proof)
    till.razorpay.play(f"payments/{proof.transaction_id}/expire")
    house.clock.advance(60)
    house.settle()
    after = house.stored(booking)
    assert (after.status, after.tasks) == (Status.CANCELLED, ())
    assert (house.balance(), house.free(booking), house.claimed()) == (50_000, 5, 0)
    assert house.entries() == [("booking_payment", -50_000), ("booking_refund", 50_000)]
    assert "lapsed" in house.notes(booking)[-1]
    assert lines.of("BOOKING_CANCELLED")["by"] == "settle"
    assert wrong_in(house) == []


def test_a_declined_first_try_does_not_hide_that_the_second_has_lapsed(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.play(f"orders/{order_id}/fail")
    proof = till.pay(order_id)
    troubled(till, "capture", times=100)
    house.finalize(booking, proof)
    till.razorpay.play(f"payments/{proof.transaction_id}/expire")
    house.clock.advance(60)
    house.settle()
    assert house.stored(booking).status is Status.CANCELLED
    assert wrong_in(house) == []


def test_money_that_comes_again_for_an_undone_booking_goes_back(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    troubled(till, "capture")
    house.finalize(booking, proof)
    till.razorpay.play(f"payments/{proof.transaction_id}/expire")
    house.clock.advance(60)
    house.settle()
    till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CANCELLED
    assert (till.gateway_records(order_id).net, till.gateway_records(order_id).held) == (0, 0)
    assert wrong_in(house) == []


def test_a_lapse_after_a_cancellation_leaves_nothing_due(house: House, till: RazorpayTill) -> None:
    """Half was to go back of what was never taken: now neither is due any more."""
    booking = house.hold()
    _, proof = house.paid(booking)
    troubled(till, "capture", times=2)
    house.finalize(booking, proof)
    house.clock.advance(35 * 86_400)
    house.cancel(booking)
    assert {task.action for task in house.stored(booking).tasks} == {TaskAction.CAPTURE, TaskAction.REFUND}
    till.razorpay.play(f"payments/{proof.transaction_id}/expire")
    give_up(house)
    assert (house.stored(booking).status, house.stored(booking).tasks) == (Status.CANCELLED, ())
    assert wrong_in(house) == []


def test_what_cannot_be_done_for_a_day_is_stuck_and_shown(house: House, till: RazorpayTill, lines: LogLines) -> None:
    booking = house.hold()
    _, proof = house.paid(booking)
    troubled(till, "capture", times=1000)
    house.finalize(booking, proof)
    [task] = house.listed("due")
    assert (task.booking_id, task.action, task.attempts) == (booking.booking_id, "capture", 1)
    give_up(house)
    assert house.listed("due") == []
    [stuck] = house.listed("stuck")
    assert (stuck.booking_id, stuck.attempts) == (booking.booking_id, 30)
    assert (stuck.age_seconds or 0) > 86_400
    assert [line["stuck"] for line in lines.tagged if line["tag"] == "SETTLE_FAILED"].count(True) == 1
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.settle().stuck == house.settle().stuck == 1, "told by each round, not once"


def test_a_stuck_capture_is_told_though_a_refund_behind_it_is_still_due(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    _, proof = house.paid(booking)
    troubled(till, "capture", times=1000)
    house.finalize(booking, proof)
    give_up(house)
    house.clock.advance(32 * 86_400)
    house.cancel(booking)
    assert [(task.action, task.stuck) for task in house.stored(booking).tasks] == [
        (TaskAction.CAPTURE, True),
        (TaskAction.REFUND, False),
    ]
    done = house.settle()
    assert (done.stuck, done.waiting) == (1, 0)


def test_a_payment_that_matches_nothing_is_told_until_its_money_is_back(house: House, till: RazorpayTill) -> None:
    order = {"amount": 5000, "currency": "INR", "notes": {}, "payment": {"capture": "manual"}}
    order_id = till.razorpay.account.call("POST", "/v1/orders", order, None)["id"]
    proof = till.pay(order_id)
    house.tell(order_id)
    assert house.settle().unmatched == house.settle().unmatched == 1
    payment = f"/v1/payments/{proof.transaction_id}"
    till.razorpay.account.call("POST", f"{payment}/capture", {"amount": 5000, "currency": "INR"}, None)
    till.razorpay.account.call("POST", f"{payment}/refund", {"amount": 5000}, None)
    house.deliver(from_razorpay(razorpay_body("refund.processed", order_id)))
    assert [payment.payment_state for payment in house.store.orphans()] == ["refunded"]
    assert house.settle().unmatched == 0


def test_an_admin_settles_what_is_stuck(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    troubled(till, "capture", times=31)
    house.finalize(booking, proof)
    give_up(house)
    assert house.store.all_due(PAYMENTS_STUCK)
    house.settle_now(booking, "the bank is back")  # still in trouble
    assert house.stored(booking).tasks
    house.settle_now(booking, "once more")
    assert till.gateway_records(order_id).captures == 1
    notes = house.notes(booking)
    assert notes[-3:] == ["admin root: the bank is back", "admin root: once more", notes[-1]]
    assert notes[-1].endswith("captured")
    assert wrong_in(house) == []


def test_an_admin_cannot_settle_what_there_is_not(house: House) -> None:
    booking = house.hold()
    other = type(booking)(
        **{name: getattr(booking, name) for name in booking.__struct_fields__} | {"booking_id": "bk_none"}
    )
    with pytest.raises(NotFound):
        house.settle_now(other)


def test_every_act_of_an_admin_is_in_the_history(house: House) -> None:
    booking = house.hold()
    house.started(booking)
    house.confirm_as_admin(booking, "Cash at the desk")
    house.settle_now(booking, "to be sure")
    notes = house.notes(booking)
    assert "admin root: Cash at the desk" in notes
    assert "admin root: to be sure" in notes


def test_an_expired_hold_leaves_its_order_to_be_looked_at_until_the_gateway_answers(
    house: House, till: RazorpayTill
) -> None:
    booking = house.hold()
    order_id, _ = house.paid(booking)
    house.run_out()
    till.razorpay.play("faults", kind="error", on="orders", method="GET", times=4)
    house.settle()
    assert house.stored(booking).status is Status.EXPIRED
    assert till.gateway_records(order_id).held > 0
    for _ in range(4):
        house.clock.advance(HOLD_SECONDS)
        house.settle()
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_one_booking_in_trouble_does_not_keep_the_others_waiting(house: House, till: RazorpayTill) -> None:
    bookings = [house.hold(f"guest-{n}", nights=1) for n in range(4)]
    for booking in bookings:
        _, proof = house.paid(booking)
        troubled(till, "capture")
        house.finalize(booking, proof)
    broken = house.stored(bookings[0])
    key = {"pk": {"S": f"BOOKING#{broken.booking_id}"}, "sk": {"S": "BOOKING"}}
    house.store.table.client.update_item(
        TableName=house.store.table.name,
        Key=key,
        UpdateExpression="SET history = :broken",
        ExpressionAttributeValues={":broken": {"S": "broken"}},
    )
    house.clock.advance(60)
    done = house.settle()
    assert (done.settled, done.failed) == (3, 1)
