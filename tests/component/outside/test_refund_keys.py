"""Which idempotency key a refund carries: nothing is refunded twice, and a refusal is not repeated for a day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from holdfast.errors import Busy
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.payments.gateways.protocol import GatewayError, GatewayPayment, GatewayUnknown, RefundRefused
from holdfast.payments.perform import perform, postponed
from tests.component.outside.desk import PART, Desk
from tests.kit.clock import NOW
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL

PAID = 1_000_000
HALF = PAID // 2
SOME = 200_000


@dataclass
class Interrupted(FakeGateway):
    """Others act after our engine has looked at an order, and before its refund arrives."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        while self.meanwhile:
            self.meanwhile.pop()()
        super().refund(order_id, amount, currency, key)


@pytest.fixture
def gateway() -> Interrupted:
    return Interrupted()


@dataclass
class Worker:
    """Tries what is due of one captured payment, and postpones it on an error."""

    gateway: FakeGateway
    task: GatewayTask

    def tries(self, *, seen: GatewayPayment | None = None) -> type[GatewayError] | None:
        """One attempt, and its error; `seen`: its look at the order was answered before others acted."""
        engine: Any = SimpleNamespace(gateway=lambda _: self.gateway, require_call=lambda _: None)
        try:
            perform(self.task, key="bk:task", currency="INR", engine=engine, fetched=seen)
        except GatewayError as error:
            self.task = postponed(self.task, "bk", error, NOW)
            return type(error)
        return None

    @property
    def order(self) -> GatewayPayment:
        return self.gateway.orders[self.task.order_id]


@pytest.fixture
def worker(gateway: Interrupted) -> Worker:
    order_id = gateway.open_order("bk", PAID, "INR", "order").order_id
    gateway.authorise(order_id)
    gateway.capture_outside(order_id)
    facts: Any = {"gateway": "stripe", "order_id": order_id, "amount": PAID, "at_ms": 0, "serial": 1}
    return Worker(gateway, GatewayTask(action=TaskAction.REFUND, keyed_by_refunds=True, **facts))


@pytest.mark.parametrize("action", [TaskAction.REFUND, TaskAction.VOID])
def test_after_a_refusal_the_next_attempt_has_another_key(
    worker: Worker, gateway: Interrupted, action: TaskAction
) -> None:
    worker.task = msgspec.structs.replace(worker.task, action=action)
    order_id = worker.task.order_id
    gateway.meanwhile.append(lambda: gateway.refund_outside(order_id, SOME))
    assert worker.tries() is RefundRefused
    gateway.fail_refund(order_id)

    assert worker.tries() is None
    assert (worker.order.refunded, worker.task.attempts, worker.task.refusals) == (PAID, 1, 1)


@pytest.mark.parametrize("lost", ["silent_before", "silent_after"])
@pytest.mark.parametrize("attempts", [1, 3])
def test_while_nothing_is_known_every_attempt_has_the_same_key(worker: Worker, lost: str, attempts: int) -> None:
    seen = worker.order
    worker.task = msgspec.structs.replace(worker.task, amount=HALF)
    getattr(worker.gateway, lost).add("refund")
    for _ in range(attempts):
        assert worker.tries(seen=seen) is GatewayUnknown
    getattr(worker.gateway, lost).clear()

    assert worker.tries(seen=seen) is None
    assert (worker.order.refunded, worker.task.attempts, worker.task.refusals) == (HALF, attempts, 0)


@pytest.mark.parametrize(("first", "second"), [(SOME, HALF), (HALF, SOME), (HALF, HALF)])
def test_of_two_workers_who_saw_different_amounts_due_one_refunds(worker: Worker, first: int, second: int) -> None:
    """What is due grows or shrinks with what others refund, and each worker may have looked at another time."""
    seen = worker.order
    other = Worker(worker.gateway, msgspec.structs.replace(worker.task, amount=second))
    worker.task = msgspec.structs.replace(worker.task, amount=first)

    worker.tries(seen=seen)
    other.tries(seen=seen)
    assert worker.order.refunded == first

    other.tries()
    assert worker.order.refunded == max(first, second)


def test_a_task_that_was_stored_before_keeps_its_key(worker: Worker) -> None:
    seen = worker.order
    worker.task = msgspec.structs.replace(worker.task, amount=HALF, keyed_by_refunds=False)
    worker.gateway.refund(worker.task.order_id, HALF, "INR", f"bk:task:{HALF}")  # its answer was lost

    assert worker.tries(seen=seen) is None
    assert worker.order.refunded == HALF


def test_without_time_for_a_look_the_refund_counts_as_unknown(worker: Worker) -> None:
    def require_call(gateway: FakeGateway) -> None:
        if gateway.calls["refund"]:
            raise Busy("There is no time left.")

    engine: Any = SimpleNamespace(gateway=lambda _: worker.gateway, require_call=require_call)
    with pytest.raises(Busy):
        perform(worker.task, key="bk:task", currency="INR", engine=engine)

    assert (worker.order.refunded, worker.gateway.calls["fetch"]) == (PAID, 1)


def test_a_refund_of_what_is_not_charged_yet_is_not_done(worker: Worker, gateway: Interrupted) -> None:
    order_id = gateway.open_order("bk", PAID, "INR", "not charged").order_id
    gateway.authorise(order_id)
    worker.task = msgspec.structs.replace(worker.task, order_id=order_id)

    assert worker.tries() is GatewayUnknown


def test_a_refund_after_one_of_ours_has_another_key(worker: Worker) -> None:
    for amount in (SOME, HALF, PAID):
        worker.task = msgspec.structs.replace(worker.task, amount=amount)
        assert worker.tries() is None

    assert [refund.amount for refund in worker.order.refunds] == [SOME, HALF - SOME, PAID - HALF]


def test_a_cancellation_that_meets_a_refund_by_others_goes_through_once_that_fails(
    desk: Desk, gateway: Interrupted
) -> None:
    desk.captured()
    gateway.meanwhile.append(lambda: gateway.refund_outside(desk.order_id, PART))
    assert desk.cancel().status == 200
    gateway.fail_refund(desk.order_id)

    desk.come_to_rest()

    assert [(refund.amount, refund.ours) for refund in desk.order.refunds] == [(STAY_TOTAL, True)]
    assert desk.booking.tasks == ()
    assert desk.broken() == []


@pytest.mark.parametrize("reported", [True, False])
def test_it_goes_through_as_well_if_the_refusal_is_forgotten(
    desk: Desk, gateway: Interrupted, *, reported: bool
) -> None:
    """The event of the other refund is written at the same time, so the refusal is not."""
    desk.captured()

    def meanwhile() -> None:
        gateway.refund_outside(desk.order_id, PART)
        gateway.silent_before.add("refund")
        desk.deliver()
        gateway.silent_before.clear()

    gateway.meanwhile.append(meanwhile)
    assert desk.cancel().status == 200
    assert [(task.attempts, task.refusals) for task in desk.booking.tasks] == [(1, 0)]
    gateway.fail_refund(desk.order_id)
    if reported:
        desk.deliver()

    desk.come_to_rest()

    assert [(refund.amount, refund.ours) for refund in desk.order.refunds] == [(STAY_TOTAL, True)]
    assert desk.broken() == []


def test_an_event_that_comes_while_a_refund_is_asked_for_leads_to_no_second_one(
    desk: Desk, gateway: Interrupted
) -> None:
    desk.captured()
    desk.clock.advance(timedelta(days=13).total_seconds())  # by then half of it is to go back

    def meanwhile() -> None:
        gateway.refund_outside(desk.order_id, PART)
        desk.deliver()
        gateway.fail_refund(desk.order_id, desk.order.refunds[0].refund_id)

    gateway.meanwhile.append(meanwhile)
    assert desk.cancel().status == 200
    assert [refund.amount for refund in desk.order.refunds] == [STAY_TOTAL // 2 - PART]

    desk.deliver()
    desk.come_to_rest()

    assert [refund.amount for refund in desk.order.refunds] == [STAY_TOTAL // 2 - PART, PART]
    assert desk.broken() == []


def test_a_top_up_that_buys_nothing_goes_back_after_a_refusal(desk: Desk, gateway: Interrupted) -> None:
    desk.topup_authorised()
    gateway.capture_outside(desk.order_id, PART)
    gateway.meanwhile.append(lambda: gateway.refund_outside(desk.order_id, SOME))
    desk.clock.advance(4_000)
    desk.settle()
    gateway.fail_refund(desk.order_id)

    desk.come_to_rest()

    assert [(refund.amount, refund.ours) for refund in desk.order.refunds] == [(PART, True)]
    assert (desk.balance(), desk.broken()) == (0, [])
