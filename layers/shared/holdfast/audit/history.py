"""The audit of a booking's history: its transitions, its versions and its deadline."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.model.booking import Status
from holdfast.model.stay import StayStep
from holdfast.storage.items import booking_key

if TYPE_CHECKING:
    from collections.abc import Iterator

# Late payments confirmed before the history had a field for it have the first note instead; a writer of that time that
# changes a newer booking drops the field and keeps the second.
NOTES_OF_LATE_PAYMENTS = frozenset(
    {"paid late, and everything was still to be had", "paid late; the rooms were still free"}
)

# What the desk may record of one stay, in order; a no-show may come late after all.
_STAYS = frozenset(
    {
        (),
        (StayStep.NO_SHOW,),
        (StayStep.CHECKED_IN,),
        (StayStep.CHECKED_IN, StayStep.CHECKED_OUT),
        (StayStep.NO_SHOW, StayStep.CHECKED_IN),
        (StayStep.NO_SHOW, StayStep.CHECKED_IN, StayStep.CHECKED_OUT),
    }
)
_EDGES = {
    Status.RESERVED: {Status.PAYMENT_PENDING, Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED},
    Status.PAYMENT_PENDING: {Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED},
    Status.CONFIRMED: {Status.CANCELLED},
    Status.EXPIRED: {Status.CONFIRMED},
    Status.CANCELLED: set[Status](),
}


def broken_stays(view: Snapshot) -> Iterator[Broken]:
    """ST2: what the desk has recorded of a stay is what the history's lines say, in an order that a stay can have."""
    for booking_id, booking in view.bookings.items():
        keys = (booking_key(booking_id),)
        steps = [event.stay for event in booking.history if event.stay is not None]
        if tuple(steps) not in _STAYS:
            yield Broken("ST2", f"{booking_id}: its guest {', '.join(steps)}", keys)
        at_ms = {event.stay: event.at_ms for event in booking.history}
        seen = (booking.checked_in_at_ms, booking.checked_out_at_ms, booking.no_show)
        wanted = (at_ms.get(StayStep.CHECKED_IN), at_ms.get(StayStep.CHECKED_OUT), steps == [StayStep.NO_SHOW])
        if seen != wanted:
            yield Broken("ST2", f"{booking_id}: checked in, checked out, no-show: {seen} instead of {wanted}", keys)
        left = next((event for event in booking.history if event.stay and event.status is not Status.CONFIRMED), None)
        if left:
            yield Broken("ST2", f"{booking_id}: {left.stay} while {left.status}", keys)


def broken_histories(view: Snapshot) -> Iterator[Broken]:
    """ST1, TIME1: each move is allowed, each version has a line, only late payments confirm late, none ends early."""
    for booking_id, booking in view.bookings.items():
        keys = (booking_key(booking_id),)
        seen = [event.status for event in booking.history]
        if len(seen) != booking.version or seen[-1:] != [booking.status] or seen[:1] != [Status.RESERVED]:
            text = f"{booking_id}: version {booking.version}, {booking.status}, history {', '.join(seen)}"
            yield Broken("ST1", text, keys)
        for before, after in pairwise(booking.history):
            if after.status is not before.status and after.status not in _EDGES[before.status]:
                yield Broken("ST1", f"{booking_id}: went from {before.status} to {after.status}", keys)
            confirmed = after.status is Status.CONFIRMED and before.status is not Status.CONFIRMED
            if (
                confirmed
                and after.at_ms >= booking.expires_at_ms
                and not (after.late or after.note in NOTES_OF_LATE_PAYMENTS)
            ):
                late_seconds = (after.at_ms - booking.expires_at_ms) / 1000
                yield Broken("TIME1", f"{booking_id}: confirmed {late_seconds} s after its deadline", keys)
            expired = after.status is Status.EXPIRED and before.status is not Status.EXPIRED
            if expired and after.at_ms < booking.expires_at_ms:
                early_seconds = (booking.expires_at_ms - after.at_ms) / 1000
                yield Broken("TIME1", f"{booking_id}: expired {early_seconds} s before its deadline", keys)
