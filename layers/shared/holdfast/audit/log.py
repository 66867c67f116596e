"""The log's part of the audit: one tagged line for each transition, none for a replay, and nothing secret in any."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.logs import Tag
from holdfast.model.booking import Booking, Status
from holdfast.model.stay import StayStep
from holdfast.storage.items import account_key, booking_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TAG_OF = {
    Status.RESERVED: Tag.BOOKING_RESERVED,
    Status.CONFIRMED: Tag.BOOKING_CONFIRMED,
    Status.EXPIRED: Tag.BOOKING_EXPIRED,
    Status.CANCELLED: Tag.BOOKING_CANCELLED,
}
_TAG_OF_STAY = {
    StayStep.CHECKED_IN: Tag.BOOKING_CHECKED_IN,
    StayStep.CHECKED_OUT: Tag.BOOKING_CHECKED_OUT,
    StayStep.NO_SHOW: Tag.BOOKING_NO_SHOW,
}
_TRANSITIONS = frozenset({*_TAG_OF.values(), *_TAG_OF_STAY.values(), Tag.PAYMENT_LATE_RESCUED})
_WALLET = frozenset({Tag.WALLET_DEDUCTED, Tag.WALLET_CREDITED})
_MONEY = frozenset({Tag.PAYMENT_CAPTURED, Tag.PAYMENT_VOIDED, Tag.PAYMENT_REFUNDED})
_SECRET = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a card number": re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"),
    "a telephone number": re.compile(r"\+\d{10,14}"),
    "a token": re.compile(r"eyJ[\w-]{8,}\.|Bearer "),
    "a gateway's key": re.compile(r"(?:sk|rk|whsec|rzp)_\w{6,}|_secret_\w+"),
    "a signature": re.compile(r"(?<!\w)[0-9a-f]{64}(?!\w)"),
}


def broken_lines(view: Snapshot, lines: Sequence[Mapping[str, Any]], *, complete: bool) -> Iterator[Broken]:
    """LOG1: over these lines, which are all lines of the bookings in the view; unless `complete`, some may lack."""
    seen: Counter[tuple[str, int, str]] = Counter()
    written: Counter[tuple[str, int]] = Counter()
    moved: Counter[tuple[str, int, str]] = Counter()
    for line in lines:
        tag = str(line.get("tag"))
        if tag in _TRANSITIONS:
            seen[line["booking_id"], line["after"]["version"], tag] += 1
        elif tag in _WALLET:
            written[line["user_id"], line["after"]["seq"]] += 1
        elif tag in _MONEY:
            moved[line["booking_id"], line["after"]["version"], tag] += 1
        for kind in secrets_in(line):
            yield Broken("LOG1", f"a line tagged {tag} carries {kind}", ())
    yield from _one_line_each(view, seen, complete=complete)
    entries = {(user_id, entry.seq) for user_id, ledger in view.entries.items() for entry in ledger}
    for user_id, seq in sorted(entries | written.keys()):
        times, most = written[user_id, seq], int((user_id, seq) in entries)
        if times > most or (complete and times < most):
            yield Broken("LOG1", f"{user_id}: {times} lines for wallet entry {seq}", (account_key(user_id),))
    for (booking_id, version, tag), times in sorted(moved.items()):
        if times > 1:
            text = f"{booking_id}: {times} lines tagged {tag} for version {version}"
            yield Broken("LOG1", text, (booking_key(booking_id),))


def _one_line_each(view: Snapshot, seen: Counter[tuple[str, int, str]], *, complete: bool) -> Iterator[Broken]:
    """A key used again after TTL deleted its hold gives one id to two bookings: each has its lines."""
    expected: Counter[tuple[str, int, str]] = Counter()
    for booking_id, booking in view.bookings.items():
        expected.update((_life(booking_id), version, tag) for version, tag in _transitions(booking))
    known = {_life(booking_id) for booking_id in view.bookings}
    for booking_id, version, tag in sorted(expected.keys() | seen.keys()):
        times, most = seen[booking_id, version, tag], expected[booking_id, version, tag]
        if booking_id in known and (times > most or (complete and times < most)):
            text = f"{booking_id}: {times} lines tagged {tag} for version {version}, instead of {most}"
            yield Broken("LOG1", text, (booking_key(booking_id),))


def _life(booking_id: str) -> str:
    """The id that a booking was made with: the record of a deleted hold may have a suffix."""
    return booking_id.partition(".")[0]


def secrets_in(line: Mapping[str, Any]) -> list[str]:
    """What a line carries that no line may: names of kinds, never the values."""
    text = "\n".join(_texts(line))
    return [kind for kind, pattern in _SECRET.items() if pattern.search(text)]


def _texts(value: Any) -> Iterator[str]:
    """Every text of a line; numbers are amounts, counts and instants."""
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _texts(part)
        case list() | tuple():
            for part in value:
                yield from _texts(part)


def _transitions(booking: Booking) -> Iterator[tuple[int, Tag]]:
    """The versions at which the booking's state changed, with the tag of its line; a payment start has none."""
    yield 1, Tag.BOOKING_RESERVED
    for version, (before, after) in enumerate(pairwise(booking.history), start=2):
        if after.status is not before.status and after.status in _TAG_OF:
            yield version, _TAG_OF[after.status]
            # A clock that is behind may stand before the deadline when another has expired the hold already.
            if after.status is Status.CONFIRMED and (after.late or after.at_ms >= booking.expires_at_ms):
                yield version, Tag.PAYMENT_LATE_RESCUED
        if after.stay is not None:
            yield version, _TAG_OF_STAY[after.stay]
