"""The auditor: every invariant that the table breaks, alone or compared with the gateways' records and the log.

It is a pure function over a snapshot, and the oracle of the tests, of the `audit` command and of the hourly function.
What holds at every instant is checked for every item; what holds only once things are settled is checked for the
bookings and top-ups that have nothing due any more. `docs/reliability.md` lists the invariants by id.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.audit.calendar import broken_calendars
from holdfast.audit.cases import broken_cases
from holdfast.audit.history import broken_histories, broken_stays
from holdfast.audit.log import broken_lines
from holdfast.audit.money import broken_gateway_records, broken_payments
from holdfast.audit.pictures import broken_pictures
from holdfast.audit.properties import broken_hotels
from holdfast.audit.snapshot import HELD, KEEPING, Broken, Snapshot, month_and_day, nights_of, taken_of
from holdfast.audit.wallets import broken_wallets
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_LIVE_HOLDS, RETENTION_DAYS, TTL_GRACE_SECONDS
from holdfast.storage.items import (
    HOLDS_DUE,
    PAYMENTS_DUE,
    PAYMENTS_STUCK,
    account_key,
    booking_key,
    due_shard,
    page_key,
    promo_key,
    redemption_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from holdfast.payments.gateways.protocol import GatewayPayment
    from holdfast.storage.items import Item

RoomNight = tuple[str, int, str, int]  # room type, stripe, month, day

OVERDUE_SECONDS = 90  # the longest that a hold may outlive its deadline while the minute's sweep runs
_DAY_SECONDS = 86_400
_LONGEST_KEPT_SECONDS = 5 * 365 * _DAY_SECONDS  # the longest stay ahead, and the longest retention anybody would set


def audit(
    view: Snapshot,
    *,
    now: datetime,
    due_shards: int,
    gateway_records: Iterable[tuple[str, GatewayPayment]] | None = None,
    file_keys: Iterable[str] | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    lines_complete: bool = True,
    sweeping: bool = True,
    skew_seconds: float = 0.0,
) -> list[Broken]:
    """Every invariant that does not hold in the items of the view, in a fixed order.

    `gateway_records` are the payments that the gateways know, each with its gateway's name; `file_keys` are the keys of
    the bucket's pictures. `lines` are parsed log lines; `lines_complete` says that no process died between a commit and
    its line. `sweeping` says that the minute's sweep has been running; `skew_seconds` is how far the clocks may be off.
    """
    found = [
        *_unreadable(view),
        *_rooms(view, now),
        *broken_calendars(view),
        *broken_hotels(view),
        *_promos(view),
        *_live_holds(view, now, skew_seconds),
        *_pending_topups(view),
        *broken_alone(view, now=now, due_shards=due_shards, sweeping=sweeping),
        *broken_wallets(view),
        *broken_payments(view),
        *broken_cases(view),
        *(broken_pictures(view, file_keys) if file_keys is not None else ()),
        *(broken_gateway_records(view, list(gateway_records)) if gateway_records is not None else ()),
        *(broken_lines(view, lines, complete=lines_complete) if lines is not None else ()),
    ]
    return sorted(found)


def broken_alone(view: Snapshot, *, now: datetime, due_shards: int, sweeping: bool = True) -> Iterator[Broken]:
    """What one booking, top-up or case shows by itself, whatever else the view has."""
    yield from _taken_in_part(view)
    yield from _due_index(view, due_shards)
    yield from broken_histories(view)
    yield from broken_stays(view)
    if sweeping:
        yield from _overdue(view, now)


def _unreadable(view: Snapshot) -> Iterator[Broken]:
    for key, error in view.unreadable:
        yield Broken("ITEM1", f"{key[0]} {key[1]} cannot be read: {error}", (key,))


def _rooms(view: Snapshot, now: datetime) -> Iterator[Broken]:
    """INV1, INV2, INV3: each night's capacity is its free rooms, those of bookings that keep rooms, and blocked ones.

    So it is on each stripe of a month.
    Ignores nights so long ago that TTL may have deleted their bookings and blocks: pages stay.
    """
    oldest = (now - timedelta(days=RETENTION_DAYS - 1)).date()
    off: dict[RoomNight, int] = {}
    for page in view.pages:
        key = page_key(page.room_type_id, page.month, page.stripe)
        if page.free.keys() != page.on_sale.keys():
            yield Broken("INV1", f"{page.room_type_id} {page.month}: free and on_sale name other nights", (key,))
        for day, free in page.free.items():
            capacity = page.on_sale.get(day, 0)
            if not 0 <= free <= capacity:
                text = f"{page.room_type_id} {page.month}-{day:02d}: {free} free of {capacity}"
                yield Broken("INV2", text, (key,))
            off[page.room_type_id, page.stripe, page.month, day] = capacity - free
    for (room_type_id, stripe, night), rooms in _kept_rooms(view).items():
        room_night = (room_type_id, stripe, *month_and_day(night))
        off[room_night] = off.get(room_night, 0) - rooms
    known = (oldest.strftime("%Y-%m"), oldest.day)
    wrong = {night: count for night, count in off.items() if count and night[2:] >= known}
    for (room_type_id, stripe, month, day), count in sorted(wrong.items()):
        by = "taken by no booking or block" if count > 0 else "of bookings or blocks not taken"
        where = f"{room_type_id} {month}-{day:02d}" + (f" stripe {stripe}" if stripe else "")
        yield Broken("INV1", f"{where}: {abs(count)} room(s) {by}", (page_key(room_type_id, month, stripe),))
    if wrong:
        yield from _partly_counted(view, wrong)


def _kept_rooms(view: Snapshot) -> Counter[tuple[str, int, date]]:
    """The rooms that bookings and blocks keep, by room type, stripe and night."""
    kept = Counter(view.passed.rooms)
    for block in view.blocks:
        if block.released_at_ms is None:
            kept.update(taken_of(block))
    for booking in view.bookings.values():
        if booking.status in KEEPING:
            kept.update(taken_of(booking))
    return kept


def _partly_counted(view: Snapshot, wrong: dict[RoomNight, int]) -> Iterator[Broken]:
    """The bookings that a wrong count may come from: those with some of their nights wrong, and some right."""
    for booking_id, booking in (view.bookings | view.passed.on_wrong_pages).items():
        nights = [(room, stripe, *month_and_day(night)) for room, stripe, night in taken_of(booking)]
        counts = [wrong.get(night, 0) for night in nights]
        if any(counts) and 0 in counts:
            pages = {page_key(room, month, stripe) for room, stripe, month, _ in nights}
            keys = (booking_key(booking_id), *sorted(pages))
            yield Broken("INV3", f"{booking_id}: only some of its nights are counted, off by {counts}", keys)


def _taken_in_part(view: Snapshot) -> Iterator[Broken]:
    """INV4: what a booking takes from stripes are all its rooms, on every night."""
    for booking_id, booking in view.bookings.items():
        by_night: Counter[date] = Counter()
        for (_, _, night), rooms in taken_of(booking).items():
            by_night[night] += rooms
        if by_night != dict.fromkeys(nights_of(booking), booking.rooms):
            text = f"{booking_id}: takes {sorted(by_night.values())} of {booking.rooms} room(s) from stripes"
            yield Broken("INV4", text, (booking_key(booking_id),))


def _promos(view: Snapshot) -> Iterator[Broken]:
    """PRM1: a promo's count, its claims and the bookings that use it say the same, within the promo's limits."""
    using = {
        (booking.quote.promo_code, booking.user_id, booking.booking_id)
        for booking in view.bookings.values()
        if booking.quote and booking.quote.promo_code and booking.status in KEEPING
    }
    claimed = {
        (redemption.code, redemption.user_id, booking_id)
        for redemption in view.claims
        for booking_id in redemption.bookings
    }
    gone = {use for use in claimed if use[2] not in view.bookings}  # deleted by TTL, long after the stay
    for code, user_id, booking_id in sorted((using ^ claimed) - gone, key=str):
        seen = "is not claimed" if (code, user_id, booking_id) in using else "is claimed by a booking that is over"
        keys = (booking_key(booking_id), redemption_key(str(code), user_id))
        yield Broken("PRM1", f"{booking_id}: {code} {seen}", keys)
    counts = Counter(code for code, _, _ in claimed) + Counter(view.passed.claims)
    for code, promo in view.promos.items():
        if promo.claimed != counts[code]:
            yield Broken("PRM1", f"{code}: {promo.claimed} claimed, {counts[code]} claims", (promo_key(code),))
        if promo.usage_limit is not None and counts[code] > promo.usage_limit:
            yield Broken("PRM1", f"{code}: {counts[code]} claims of {promo.usage_limit}", (promo_key(code),))
    for redemption in view.claims:
        limit = view.promos[redemption.code].per_user_limit if redemption.code in view.promos else None
        if limit is not None and len(redemption.bookings) > limit:
            text = f"{redemption.code}: {redemption.user_id} has {len(redemption.bookings)} of {limit}"
            yield Broken("PRM1", text, (redemption_key(redemption.code, redemption.user_id),))


def _live_holds(view: Snapshot, now: datetime, skew_seconds: float) -> Iterator[Broken]:
    """ACC1: no user has more live holds than the cap, and each account knows its live holds."""
    live: dict[str, list[Booking]] = {}
    now_ms = millis(now) + int(skew_seconds * 1000)
    for booking in view.bookings.values():
        until_ms = (
            view.accounts[booking.user_id].live_holds.get(booking.booking_id)
            if booking.user_id in view.accounts
            else None
        )
        if booking.status in HELD and booking.expires_at_ms > now_ms:
            live.setdefault(booking.user_id, []).append(booking)
            if until_ms != booking.expires_at_ms:
                text = f"{booking.booking_id}: held, and its account does not know it"
                yield Broken("ACC1", text, (account_key(booking.user_id), booking_key(booking.booking_id)))
        elif booking.status in {Status.CONFIRMED, Status.CANCELLED} and until_ms is not None and until_ms > now_ms:
            text = f"{booking.booking_id}: {booking.status}, and still among the live holds"
            yield Broken("ACC1", text, (account_key(booking.user_id), booking_key(booking.booking_id)))
    for user_id, held in live.items():
        if len(held) > MAX_LIVE_HOLDS:
            keys = (account_key(user_id), *sorted(booking_key(booking.booking_id) for booking in held))
            yield Broken("ACC1", f"{user_id}: {len(held)} live holds", keys)


def _pending_topups(view: Snapshot) -> Iterator[Broken]:
    """ACC1: each account counts its top-ups that are neither credited nor closed."""
    pending = Counter(topup.user_id for topup in view.topups.values() if topup.status is TopUpStatus.PENDING)
    for user_id, account in sorted(view.accounts.items()):
        if account.pending_topups != pending[user_id]:
            text = f"{user_id}: {account.pending_topups} pending top-ups counted, there are {pending[user_id]}"
            yield Broken("ACC1", text, (account_key(user_id),))


def _due_index(view: Snapshot, due_shards: int) -> Iterator[Broken]:
    """DUE1: exactly what is due is in the `due` index, in its shard.

    TTL deletes nothing early and leaves nothing forever. Computed here a second time: `booking_item` would agree
    with itself.
    """
    for booking_id, item in view.items.items():
        booking, wanted = view.bookings[booking_id], _Derived()
        waiting = [task for task in booking.tasks if not task.stuck] or booking.tasks
        if booking.status in HELD:
            wanted.due(HOLDS_DUE, booking.room_type_id, booking.expires_at_ms, due_shards, _lowest_stripe(booking))
        elif waiting:
            kind = PAYMENTS_STUCK if waiting[0].stuck else PAYMENTS_DUE
            at_ms = min(task.at_ms for task in waiting)
            wanted.due(kind, booking.room_type_id, at_ms, due_shards, _lowest_stripe(booking))
        if booking.status is Status.CONFIRMED or "property_id" in item:  # once only the confirmed ones had it
            wanted.property_id = booking.property_id
        yield from wanted.differences(item)
        earliest = booking.expires_at_ms // 1000 + (TTL_GRACE_SECONDS if booking.status in HELD else _DAY_SECONDS)
        latest = earliest + (_DAY_SECONDS if booking.status in HELD else _LONGEST_KEPT_SECONDS)
        if not earliest <= item.get("ttl", 0) <= latest:
            text = f"{booking_id}: TTL is to delete it at {item.get('ttl')}, which is not from {earliest} to {latest}"
            yield Broken("DUE1", text, (booking_key(booking_id),))
    for topup_id, item in view.topup_items.items():
        topup, wanted = view.topups[topup_id], _Derived()
        if topup.status is TopUpStatus.PENDING:
            kind = PAYMENTS_STUCK if topup.stuck else PAYMENTS_DUE
            wanted.due(kind, topup_id, topup.due_at_ms, due_shards)
        yield from wanted.differences(item)
    for case_id, item in view.case_items.items():
        case, wanted = view.cases[case_id], _Derived()
        if case.closed_at_ms is None:
            wanted.due_shard, wanted.due_at = f"CASE#{case.kind}", case.at_ms
        yield from wanted.differences(item)


def _lowest_stripe(booking: Booking) -> int:
    return min(stripe for _, stripe, _ in taken_of(booking))


class _Derived(msgspec.Struct):
    """The index attributes that an item should have."""

    due_shard: str | None = None
    due_at: int | None = None
    property_id: str | None = None

    def due(self, kind: str, placed_by: str, at_ms: int, due_shards: int, stripe: int = 0) -> None:
        self.due_shard, self.due_at = due_shard(kind, placed_by, due_shards, stripe), at_ms

    def differences(self, item: Item) -> Iterator[Broken]:
        for name, wanted in msgspec.structs.asdict(self).items():
            if item.get(name) != wanted:
                text = f"{item['pk']}: {name} is {item.get(name)} instead of {wanted}"
                yield Broken("DUE1", text, ((item["pk"], item["sk"]),))


def _overdue(view: Snapshot, now: datetime) -> Iterator[Broken]:
    """TIME2: no hold outlives its deadline for long."""
    for booking_id, booking in view.bookings.items():
        over_ms = millis(now) - booking.expires_at_ms
        if booking.status in HELD and over_ms > OVERDUE_SECONDS * 1000:
            text = f"{booking_id}: still {booking.status} {over_ms / 1000} s after its deadline"
            yield Broken("TIME2", text, (booking_key(booking_id),))
