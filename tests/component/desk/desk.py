"""The desk in the tests: bookings in every state that one can be in, and what admins and owners do with them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.kit.front_door import ADMIN, OWNER, STAY_TOTAL, FrontDoor, Reply

LONG_AHEAD = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # noon at the property, as all instants here
THREE_DAYS_AHEAD = datetime(2026, 12, 7, 6, 30, tzinfo=UTC)
CHECK_IN_DAY = datetime(2026, 12, 10, 6, 30, tzinfo=UTC)
LAST_NIGHT = datetime(2026, 12, 12, 6, 30, tzinfo=UTC)
CHECK_OUT_DAY = datetime(2026, 12, 13, 6, 30, tzinfo=UTC)

FULL = {"reason": "The roof leaks", "refund": "full"}
POLICY = {"reason": "Asked by the guest", "refund": "policy"}
ACTIONS: dict[str, Any] = {
    "cancel": FULL,
    "check_in": {"reason": "Came by taxi"},
    "check_out": {"reason": "Left by train"},
    "no_show": {"reason": "Nobody came"},
}


class Caller(NamedTuple):
    """Who acts, and by which routes."""

    role: str
    user: str

    @property
    def actor(self) -> str:
        return f"{self.role} {self.user}"


AN_ADMIN = Caller("admin", ADMIN)
THE_OWNER = Caller("owner", OWNER)
ANOTHER_OWNER = Caller("owner", "0a1b2c3d-another-owner")


class Desk:
    """Acts through the front door; the owner owns the hotel of the tests, the other owner another one."""

    def __init__(self, front_door: FrontDoor) -> None:
        self.door = front_door

    def at(self, now: datetime) -> None:
        self.door.clock.now = now

    def act(self, action: str, booking_id: str, caller: Caller = AN_ADMIN, body: Any = None) -> Reply:
        return self.door.call(
            f"POST /{caller.role}/bookings/{{booking_id}}/{action}",
            ACTIONS[action] if body is None else body,
            user=caller.user,
            groups=f"[{caller.role}]",
            booking_id=booking_id,
        )

    def done(self, action: str, booking_id: str, body: Any = None) -> Any:
        reply = self.act(action, booking_id, body=body)
        assert reply.status == 200, reply.body
        return reply.body

    def see(self, booking_id: str, caller: Caller = AN_ADMIN) -> Reply:
        return self.door.call(
            f"GET /{caller.role}/bookings/{{booking_id}}",
            user=caller.user,
            groups=f"[{caller.role}]",
            booking_id=booking_id,
        )

    def list(self, caller: Caller = AN_ADMIN, property_id: str = "lake-view", **query: str) -> Reply:
        asked = {"property_id": property_id} | query
        return self.door.call(f"GET /{caller.role}/bookings", user=caller.user, groups=f"[{caller.role}]", query=asked)

    def paid(self, key: str = "paid") -> str:
        """A booking that was paid from the wallet, long ahead."""
        self.door.credit(STAY_TOTAL, key=f"for-{key}")
        booking_id = self.door.held(key=key)
        assert self.door.pay(booking_id, STAY_TOTAL).status == 200
        return booking_id

    def paid_by_card(self, wallet: int = 0, key: str = "by-card") -> str:
        if wallet:
            self.door.credit(wallet, key=f"for-{key}")
        booking_id = self.door.held(key=key)
        started = self.door.start(booking_id, wallet_apply_amount=wallet)
        self.door.gateway.authorise(started.body["gateway_order_id"])
        assert self.door.pay_by_card(booking_id, started).status == 200
        return booking_id

    def paid_here(self, key: str = "here") -> str:
        booking_id = self.door.held(key=key)
        assert self.door.confirm(booking_id).status == 200
        return booking_id


def _reserved(desk: Desk) -> str:
    return desk.door.held()


def _payment_pending(desk: Desk) -> str:
    booking_id = desk.door.held()
    assert desk.door.start(booking_id).status == 200
    return booking_id


def _overdue(desk: Desk) -> str:
    booking_id = desk.door.held()
    desk.door.clock.advance(600)
    return booking_id


def _expired(desk: Desk) -> str:
    booking_id = _overdue(desk)
    desk.door.expire()
    return booking_id


def _cancelled_hold(desk: Desk) -> str:
    booking_id = desk.door.held()
    desk.door.cancel(booking_id)
    return booking_id


def _cancelled(desk: Desk) -> str:
    """Long ahead, so everything was given back."""
    booking_id = desk.paid()
    desk.door.cancel(booking_id)
    return booking_id


def _confirmed(now: datetime) -> Callable[[Desk], str]:
    def made(desk: Desk) -> str:
        booking_id = desk.paid()
        desk.at(now)
        return booking_id

    return made


def _after(*steps: str) -> Callable[[Desk], str]:
    def made(desk: Desk) -> str:
        booking_id = desk.paid()
        desk.at(CHECK_IN_DAY)
        for step in steps:
            desk.done(step, booking_id)
        return booking_id

    return made


STATES: dict[str, Callable[[Desk], str]] = {
    "reserved": _reserved,
    "payment pending": _payment_pending,
    "overdue": _overdue,
    "expired": _expired,
    "cancelled hold": _cancelled_hold,
    "cancelled": _cancelled,
    "confirmed, the day before": _confirmed(datetime(2026, 12, 9, 6, 30, tzinfo=UTC)),
    "confirmed, check-in day": _confirmed(CHECK_IN_DAY),
    "confirmed, last night": _confirmed(LAST_NIGHT),
    "confirmed, check-out day": _confirmed(CHECK_OUT_DAY),
    "checked in": _after("check_in"),
    "checked out": _after("check_in", "check_out"),
    "no-show": _after("no_show"),
    "no-show that came": _after("no_show", "check_in"),
}
