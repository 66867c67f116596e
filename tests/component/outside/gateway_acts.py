"""What people and banks do at the gateway without us, and which act may meet which state and next step."""

from collections.abc import Callable
from itertools import product

from tests.component.outside.desk import PART, Desk


def capture(desk: Desk) -> None:
    desk.gateway.capture_outside(desk.order_id)


def capture_part(desk: Desk) -> None:
    desk.gateway.capture_outside(desk.order_id, PART)


def capture_and_refund(desk: Desk) -> None:
    desk.gateway.capture_outside(desk.order_id)
    desk.gateway.refund_outside(desk.order_id)


def cancel(desk: Desk) -> None:
    desk.gateway.cancel_outside(desk.order_id)


def refund(desk: Desk) -> None:
    desk.gateway.refund_outside(desk.order_id)


def refund_part(desk: Desk) -> None:
    desk.gateway.refund_outside(desk.order_id, PART)


def refund_and_fail(desk: Desk) -> None:
    made = desk.gateway.refund_outside(desk.order_id, PART, pending=True)
    desk.deliver()
    desk.gateway.fail_refund(desk.order_id, made)


def our_refund_fails(desk: Desk) -> None:
    desk.gateway.fail_refund(desk.order_id)


def dispute(desk: Desk) -> None:
    desk.gateway.open_dispute(desk.order_id)


def dispute_part(desk: Desk) -> None:
    desk.gateway.open_dispute(desk.order_id, PART)


def win(desk: Desk) -> None:
    desk.gateway.open_dispute(desk.order_id)
    desk.deliver()
    desk.gateway.win_dispute(desk.order_id)


def lose(desk: Desk) -> None:
    desk.gateway.open_dispute(desk.order_id)
    desk.deliver()
    desk.gateway.lose_dispute(desk.order_id)


def lose_part(desk: Desk) -> None:
    desk.gateway.open_dispute(desk.order_id, PART)
    desk.gateway.lose_dispute(desk.order_id)


Step = Callable[[Desk], object]
ON_AUTHORISED: tuple[Step, ...] = capture, capture_part, capture_and_refund, cancel
ON_CAPTURED: tuple[Step, ...] = refund, refund_part, refund_and_fail, dispute, dispute_part, win, lose, lose_part
BOOKINGS: dict[Step, tuple[Step, ...]] = {
    Desk.started_payment: (cancel,),
    Desk.authorised: ON_AUTHORISED,
    Desk.capture_due: ON_AUTHORISED,
    Desk.captured: ON_CAPTURED,
    Desk.refund_due: ON_CAPTURED,
    Desk.refunded: (*ON_CAPTURED, our_refund_fails),
    Desk.expired_unpaid: (cancel,),
    Desk.given_back: (our_refund_fails, dispute, win, lose),
}
TOPUPS: dict[Step, tuple[Step, ...]] = {
    Desk.topup_started: (cancel,),
    Desk.topup_authorised: ON_AUTHORISED,
    Desk.topup_credited: ON_CAPTURED,
    Desk.topup_spent: ON_CAPTURED,
    Desk.topup_closed: (),
}
NEXT: tuple[Step, ...] = Desk.nothing, Desk.cancel, Desk.finalize, Desk.retry, Desk.settle
NEXT_TOPUP: tuple[Step, ...] = Desk.nothing, Desk.finalize_topup, Desk.retry_topup, Desk.settle


def named(value: object) -> str:
    return getattr(value, "__name__", str(value))


def rows(states: dict[Step, tuple[Step, ...]], then: tuple[Step, ...]) -> list[tuple[Step, Step, Step, bool]]:
    acts = [(state, act) for state, acts in states.items() for act in acts]
    return [(state, act, after, reported) for (state, act), after, reported in product(acts, then, (True, False))]
