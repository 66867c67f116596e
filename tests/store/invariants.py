"""What must be true of the whole table at rest, whatever was done to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from holdfast.items import Item, booking_of, entry_of, page_of
from holdfast.model.account import Entry
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.dates import month_of

_NEXT = {
    Status.RESERVED: {Status.PAYMENT_PENDING, Status.CONFIRMED, Status.CANCELLED, Status.EXPIRED},
    Status.PAYMENT_PENDING: {Status.PAYMENT_PENDING, Status.CONFIRMED, Status.CANCELLED, Status.EXPIRED},
    Status.CONFIRMED: {Status.CONFIRMED, Status.CANCELLED},
    Status.EXPIRED: {Status.EXPIRED, Status.CONFIRMED},  # late money
    Status.CANCELLED: {Status.CANCELLED},
}


def violations(items: Iterable[Item], now: datetime) -> list[str]:
    """Each broken promise in one line; none when rooms, wallets, promos and bookings all agree."""
    by_kind: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[_kind(item)].append(item)
    bookings = [booking_of(item) for item in by_kind["BOOKING"]]
    return [
        *_rooms(by_kind["MONTH"], bookings),
        *_wallets(by_kind["ACCOUNT"], by_kind["ENTRY"], bookings),
        *_promos(by_kind["PROMO"], by_kind["CLAIM"], bookings),
        *_live_holds(by_kind["ACCOUNT"], bookings, now),
        *_stories(bookings),
        *_indexed(by_kind["BOOKING"]),
    ]


def _kind(item: Item) -> str:
    if item["pk"].startswith("PROMO#") and item["sk"].startswith("USER#"):
        return "CLAIM"
    kind: str = item["sk"].partition("#")[0]
    return kind


def _rooms(pages: list[Item], bookings: list[Booking]) -> Iterable[str]:
    """On every night the rooms on sale are the free ones and those of the bookings that keep rooms, never below 0."""
    taken: Counter[tuple[str, str, int]] = Counter()
    for booking in bookings:
        if booking.keeps_rooms:
            for night in booking.nights:
                taken[booking.room_type_id, month_of(night), night.day] += booking.rooms
    for page in map(page_of, pages):
        if page.free.keys() != page.on_sale.keys():
            yield f"{page.room_type_id} {page.month}: free and on_sale name other nights"
        for day, free in page.free.items():
            kept = taken.pop((page.room_type_id, page.month, day), 0)
            if free < 0 or free + kept != page.on_sale[day]:
                where = f"{page.room_type_id} {page.month}-{day:02d}"
                yield f"{where}: {page.on_sale[day]} on sale, {free} free, {kept} taken"
    for (room_type_id, month, day), kept in taken.items():
        yield f"{room_type_id} {month}-{day:02d}: {kept} taken of a night that is not on sale"


def _wallets(accounts: list[Item], entries: list[Item], bookings: list[Booking]) -> Iterable[str]:
    """The balance is the sum of the entries, which are numbered without a gap, each carrying the balance after it; and
    those of a booking are what it says it took and gave back."""
    ledgers: dict[str, list[Entry]] = defaultdict(list)
    moved: Counter[str] = Counter()
    for entry in sorted(map(entry_of, entries), key=lambda entry: entry.seq):
        ledgers[entry.user_id].append(entry)
        if entry.booking_id:
            moved[entry.booking_id] += entry.amount
    for account in accounts:
        user_id = account["pk"].removeprefix("USER#")
        yield from _ledger(user_id, account, ledgers.pop(user_id, []))
    for user_id in ledgers:
        yield f"{user_id}: entries without an account"
    for booking in bookings:
        by_booking = booking.wallet_refunded - booking.wallet_paid
        if moved.pop(booking.booking_id, 0) != by_booking:
            yield f"{booking.booking_id}: its entries do not sum to {by_booking}"
    for booking_id in moved:
        yield f"{booking_id}: entries without a booking"


def _ledger(user_id: str, account: Item, ledger: list[Entry]) -> Iterable[str]:
    if [entry.seq for entry in ledger] != list(range(1, account["seq"] + 1)):
        yield f"{user_id}: seq is {account['seq']}, the entries are {[entry.seq for entry in ledger]}"
    balance = 0
    for entry in ledger:
        balance += entry.amount
        if entry.balance_after != balance or balance < 0:
            yield f"{user_id}: entry {entry.seq} says {entry.balance_after}, the sum is {balance}"
    if account["balance"] != balance:
        yield f"{user_id}: the balance is {account['balance']}, the entries sum to {balance}"


def _promos(promos: list[Item], claims: list[Item], bookings: list[Booking]) -> Iterable[str]:
    """A promo's count, its claims, and the bookings that use it are the same thing told three times."""
    using = {(booking.claimed_promo, booking.user_id, booking.booking_id) for booking in bookings}
    using = {use for use in using if use[0] is not None}
    claimed = {
        (claim["pk"].removeprefix("PROMO#"), claim["sk"].removeprefix("USER#"), booking_id)
        for claim in claims
        for booking_id in claim["bookings"]
    }
    if claimed != using:
        yield f"promo claims {sorted(map(str, claimed))}, bookings with them {sorted(map(str, using))}"
    counts = Counter(code for code, _, _ in claimed)
    for promo in promos:
        code = promo["pk"].removeprefix("PROMO#")
        if promo["claimed"] != counts[code] or promo["claimed"] > promo.get("usage_limit", promo["claimed"]):
            yield f"{code}: {promo['claimed']} claimed of {promo.get('usage_limit')}, {counts[code]} claims"


def _live_holds(accounts: list[Item], bookings: list[Booking], now: datetime) -> Iterable[str]:
    """Every hold that is not due is among its guest's live ones; what was confirmed or cancelled is not. One that ran
    out may linger there, until the next hold prunes it."""
    live = {account["pk"].removeprefix("USER#"): account["live"] for account in accounts}
    for booking in bookings:
        until = live.get(booking.user_id, {}).get(booking.booking_id)
        allowed = {booking.expires_at_ms} if booking.status_at(now) in HOLDING else {booking.expires_at_ms, None}
        if booking.status in HOLDING and until not in allowed:
            yield f"{booking.booking_id}: held until {booking.expires_at_ms}, live says {until}"
        if booking.status in {Status.CONFIRMED, Status.CANCELLED} and until is not None:
            yield f"{booking.booking_id}: {booking.status}, and still among the live holds"


def _stories(bookings: list[Booking]) -> Iterable[str]:
    """One history line for each version, the last of them the state, each after the other a move that there is."""
    for booking in bookings:
        told = [event.status for event in booking.history]
        if len(told) != booking.version or told[-1] is not booking.status or told[0] is not Status.RESERVED:
            yield f"{booking.booking_id}: version {booking.version}, {booking.status}, history {[*map(str, told)]}"
        if any(after not in _NEXT[before] for before, after in pairwise(told)):
            yield f"{booking.booking_id}: a move that there is not in {[*map(str, told)]}"


def _indexed(bookings: list[Item]) -> Iterable[str]:
    """A hold is in `due` at its deadline, a booking with work left at the earliest of it, no other; arrivals are only
    the confirmed."""
    for item in bookings:
        booking = booking_of(item)
        expected = (
            booking.expires_at_ms
            if booking.status in HOLDING
            else min((due.at_ms for due in booking.dues), default=None)
        )
        if item.get("due_at") != expected or ("due_shard" in item) != (expected is not None):
            yield f"{booking.booking_id}: {booking.status}, due at {item.get('due_at')} instead of {expected}"
        if ("property_id" in item) != (booking.status is Status.CONFIRMED):
            yield f"{booking.booking_id}: {booking.status}, and {'' if 'property_id' in item else 'not '}among arrivals"
