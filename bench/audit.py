"""The audit page by page, beside the audit of before, which held every item: memory and time by number of bookings.

Usage: uv run python -m bench.audit [most bookings]

Tables of 1,000, 10,000 and, if asked for, 100,000 bookings of 40 room types over 20 months, half of them expired holds,
the others paid by wallet or card; each guest has four, and a ledger. Items are made as they are scanned, in pages of up
to a megabyte, so memory is the auditor's alone: the most that its process needed, less what the same process needs for
a scan that forgets each page. Each figure is of a process of its own. Times have the making of the items in them.
"""

import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.audit.table import audit_table
from holdfast.model.account import Account, LedgerEntry
from holdfast.model.booking import Booking, PaymentMode, Status
from holdfast.model.dates import millis, month_of
from holdfast.model.rates import open_month
from holdfast.storage.items import account_item, booking_item, entry_item, page_item, rates_item
from holdfast.storage.marshal import to_wire
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.clock import NOW
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS
from tests.kit.settled_table import TOTAL, booking, order, quote

SIZES = (1_000, 10_000, 100_000)
USUAL = 10_000
PER_GUEST = 4
ROOM_TYPES = 40
ITEMS_A_PAGE = 700  # some of a megabyte
SHARDS = 8
MB = 1 << 20
LEAST_SAVED = 5  # times less memory than all items take, at 10,000 bookings
R, P, C, E = Status.RESERVED, Status.PAYMENT_PENDING, Status.CONFIRMED, Status.EXPIRED


class Scanned:
    """A client of DynamoDB with a table of so many bookings, which is made anew by each scan."""

    def __init__(self, bookings: int) -> None:
        self._bookings = bookings
        self._pages = self._items()

    def scan(self, **arguments: Any) -> dict[str, Any]:
        if "ExclusiveStartKey" not in arguments:
            self._pages = self._items()
        items = [to_wire(item) for _, item in zip(range(ITEMS_A_PAGE), self._pages, strict=False)]
        more = {"LastEvaluatedKey": {"pk": items[-1]["pk"]}} if len(items) == ITEMS_A_PAGE else {}
        return {"Items": items} | more

    def _items(self) -> Iterator[dict[str, Any]]:
        taken: Counter[tuple[str, str, int]] = Counter()
        for guest in range(self._bookings // PER_GUEST):
            yield from self._guest(guest, taken)
        for number in range(ROOM_TYPES):
            room_type = msgspec.structs.replace(DELUXE, room_type_id=f"room-{number}", total_rooms=self._bookings)
            for month in MONTHS:
                page, rates = open_month(KOLKATA, room_type, month)
                free = {day: rooms - taken[page.room_type_id, month, day] for day, rooms in page.free.items()}
                yield from (page_item(msgspec.structs.replace(page, free=free)), rates_item(rates))

    @staticmethod
    def _guest(guest: int, taken: Counter[tuple[str, str, int]]) -> Iterator[dict[str, Any]]:
        user = f"guest-{guest}"
        for made in _bookings(guest, user):
            if made.status is C:
                taken[made.room_type_id, month_of(made.check_in), made.check_in.day] += made.rooms
            yield booking_item(made, SHARDS)
        entries = [(1_000_000, "Goodwill", None), (-TOTAL, "booking_payment", f"bk_{guest}_2")]
        balance = 0
        for seq, (amount, reason, of) in enumerate(entries, start=1):
            balance += amount
            yield entry_item(
                LedgerEntry(
                    user_id=user,
                    seq=seq,
                    amount=amount,
                    balance_after=balance,
                    reason=reason,
                    actor="admin root" if of is None else "guest",
                    at_ms=millis(NOW),
                    booking_id=of,
                    check_out=None if of is None else _check_in(guest) + timedelta(days=1),
                    currency="INR",
                )
            )
        yield account_item(Account(user_id=user, balance=balance, seq=len(entries)))


def _check_in(guest: int) -> date:
    return NOW.date() + timedelta(days=guest % 500)


def _bookings(guest: int, user: str) -> Iterator[Booking]:
    check_in = _check_in(guest)
    same: dict[str, Any] = {
        "user_id": user,
        "room_type_id": f"room-{guest % ROOM_TYPES}",
        "check_in": check_in,
        "check_out": check_in + timedelta(days=1),
    }
    yield booking(f"bk_{guest}_0", R, E, late=True, **same)
    yield booking(f"bk_{guest}_1", R, P, E, E, late=True, quote=quote(), payment=order("o", voided=True), **same)
    by_wallet: dict[str, Any] = {"quote": quote(TOTAL), "payment_mode": PaymentMode.WALLET_ONLY, "wallet_paid": TOTAL}
    yield booking(f"bk_{guest}_2", R, C, **same, **by_wallet)
    paid = order(f"o{guest}", authorised=TOTAL, captured=TOTAL)
    by_card: dict[str, Any] = {"quote": quote(), "payment": paid, "payment_mode": PaymentMode.GATEWAY_ONLY}
    yield booking(f"bk_{guest}_3", R, P, C, C, **same, **by_card)


class Measured(NamedTuple):
    megabytes: float
    seconds: float


def look(way: str, bookings: int) -> None:
    """In a process of its own: prints the most memory that it needed, and how long it took."""
    client: Any = Scanned(bookings)
    store = Store(Table(client, "bench", patience_seconds=3600))
    started = time.perf_counter()
    if way == "every item":
        broken = audit(snapshot_of(store.table.scan()), now=NOW, due_shards=SHARDS)
    elif way == "page by page":
        audited = audit_table(store, clock=lambda: NOW)
        broken = audited.broken
        assert audited.checked.bookings == bookings
    else:
        broken = []
        for _ in store.table.scan():
            pass
    assert not broken, broken[:3]
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(used / 1024, time.perf_counter() - started)


def measured(way: str, bookings: int) -> Measured:
    command = [sys.executable, "-m", "bench.audit", way, str(bookings)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    return Measured(*map(float, done.stdout.split()))


def main() -> int:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else USUAL
    print(f"{'bookings':>9}{'every item':>24}{'page by page':>24}{'memory, ratio':>16}")
    saved = 0.0
    for bookings in (size for size in SIZES if size <= most):
        bare = measured("a scan alone", bookings)
        before, now = (measured(way, bookings) for way in ("every item", "page by page"))
        old, new = (max(1.0, of.megabytes - bare.megabytes) for of in (before, now))
        cells = [f"{extra:.0f} MB, {of.seconds:.1f} s" for extra, of in ((old, before), (new, now))]
        print(f"{bookings:>9,}{cells[0]:>24}{cells[1]:>24}{old / new:>15.1f}x", flush=True)
        saved = old / new
    return int(saved < LEAST_SAVED)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        look(sys.argv[1], int(sys.argv[2]))
    else:
        sys.exit(main())
