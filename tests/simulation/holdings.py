"""Who may hold what, computed from the bookings alone: HOLD1 to HOLD3, CAP1 and CAP2. It checks the account item.

A hold is live until its deadline, whatever swept it. Rooms that a guest lets go unpaid count against the guest and
decay; how fast is said here again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from holdfast.model.stored_names import STORED_NAMES
from tests.simulation.expressions import Item

MOST_HOLDS = 5
MOST_ROOMS = 9
MOST_LET_GO = 50
FORGET_ONE_MS = 1_800_000
HOLD_MS = 600_000
LATE_MS = 30_000  # the longest that a call may take from the reading of its clock to its commit
_HELD = frozenset({"reserved", "payment_pending"})
_LIVE, _ROOMS = STORED_NAMES["Account"]["live_holds"], STORED_NAMES["Account"]["held_rooms"]


class Hold(NamedTuple):
    rooms: int
    until_ms: int
    status: str


class Holdings:
    """Follows the bookings of each guest."""

    def __init__(self, skew_ms: int) -> None:
        self._skew_ms = skew_ms
        self._of: dict[str, dict[str, Hold]] = {}
        self._abandoned: dict[str, list[tuple[int, int]]] = {}  # of each guest, cancelled holds: rooms and when

    def follow(self, booking_id: str, old: Item | None, new: Item, now_ms: int) -> str:
        """Takes note of a booking's change; the guest whose account it is about."""
        user, status = str(new["user_id"]["S"]), new["status"]["S"]
        hold = Hold(int(new["rooms"]["N"]), int(new["expires_at"]["N"]), status)
        if old is not None and old["status"]["S"] in _HELD and status == "cancelled":
            self._abandoned.setdefault(user, []).append((hold.rooms, now_ms))
        self._of.setdefault(user, {})[booking_id] = hold
        return user

    def wrong(self, user: str, account: Item | None, now_ms: int) -> Iterator[str]:
        """HOLD1 and HOLD2: what the account says of its guest's holds, and is not so."""
        live, rooms = (_numbers(account, name) for name in (_LIVE, _ROOMS))
        holds = self._of.get(user, {})
        if set(live) != set(rooms):
            yield f"HOLD1 {user}: the deadlines of {sorted(live)}, the rooms of {sorted(rooms)}"
        for booking_id, hold in holds.items():
            listed = (rooms.get(booking_id), live.get(booking_id))
            if hold.status in _HELD and hold.until_ms > now_ms + self._skew_ms and listed != hold[:2]:
                yield f"HOLD2 {user}: {booking_id} is held, and the account has {listed} for {hold[:2]}"
            if hold.status in {"confirmed", "cancelled"} and booking_id in live:
                yield f"HOLD2 {user}: {booking_id} is {hold.status}, and counts as held"

    def wrong_in_a_new_hold(self, user: str, account: Item | None, now_ms: int) -> Iterator[str]:
        """HOLD3, CAP1 and CAP2, of an account that has just got a hold."""
        over = [of for of, until in _numbers(account, _LIVE).items() if until < now_ms - LATE_MS - self._skew_ms]
        if over:
            yield f"HOLD3 {user}: {over} are long over, and still on the account"
        live = [hold for hold in self._of[user].values() if self._surely_live(hold, now_ms)]
        if len(live) > MOST_HOLDS or sum(hold.rooms for hold in live) > MOST_ROOMS:
            yield f"CAP1 {user}: {len(live)} holds of {sum(hold.rooms for hold in live)} rooms"
        abandoned = self._abandoned.get(user, [])
        if abandoned:
            begun_ms = abandoned[0][1] - HOLD_MS
            left = sum(rooms for rooms, _ in abandoned) - (1 + (now_ms - begun_ms) // FORGET_ONE_MS)
            if left >= MOST_LET_GO:
                yield f"CAP2 {user}: a new hold, with at least {left} rooms let go"

    def allowance(self, user: str, now_ms: int) -> tuple[object, int]:
        """The guest's holds, and how many more rooms one more hold may have for sure, by whichever clock."""
        holds, abandoned = self._of.get(user, {}), self._abandoned.get(user, [])
        held = [hold for hold in holds.values() if hold.status in _HELD and hold.until_ms > now_ms - LATE_MS]
        over = [hold for hold in holds.values() if hold.status in _HELD | {"expired"}]
        many = (
            len(held) >= MOST_HOLDS or sum(of for of, _ in abandoned) + sum(hold.rooms for hold in over) >= MOST_LET_GO
        )
        return (dict(holds), len(abandoned)), 0 if many else MOST_ROOMS - sum(hold.rooms for hold in held)

    def _surely_live(self, hold: Hold, now_ms: int) -> bool:
        return hold.status in _HELD and hold.until_ms > now_ms + self._skew_ms


def _numbers(account: Item | None, name: str) -> Mapping[str, int]:
    return {of: int(number["N"]) for of, number in (account or {}).get(name, {}).get("M", {}).items()}
