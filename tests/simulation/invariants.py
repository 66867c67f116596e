"""The star invariants, after every commit: INV1, INV2, INV4, CAL1, CAL4, WAL1, WAL2, PAY4, ST1, TIME1, TASK1, holdings.

Reads the wire form and only what changed, so a commit costs microseconds. What a state means, and which nights a stay
has, is stated here again: a check that asked the engine would agree with its mistakes.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

from holdfast.audit.audit import OVERDUE_SECONDS
from holdfast.model.stored_names import STORED_NAMES
from tests.simulation.blocked import Blocked
from tests.simulation.dynamodb import Commit
from tests.simulation.expressions import Item
from tests.simulation.faults import Faults
from tests.simulation.holdings import Holdings
from tests.simulation.pages import page_of, room_type_in, stripes_of, taken, whole
from tests.simulation.scheduler import START, Scheduler
from tests.simulation.table_index import Key

SKEW_SECONDS = 2
MOST_LINES = 5  # of history in one commit: each act of others at the gateway has its own
MOST_ATTEMPTS = 16  # with pauses that double: ten hours and more, while no fault lasts longer than the day of the plan
_HELD = frozenset({"reserved", "payment_pending"})
_KEEPING = _HELD | {"confirmed"}
_START_MS = int(START.timestamp() * 1000)
_EDGES = {
    ("reserved", "payment_pending"),
    ("reserved", "confirmed"),
    ("reserved", "expired"),
    ("reserved", "cancelled"),
    ("payment_pending", "confirmed"),
    ("payment_pending", "expired"),
    ("payment_pending", "cancelled"),
    ("confirmed", "cancelled"),
    ("expired", "confirmed"),
}


class BrokenPromise(BaseException):
    """An invariant does not hold after a commit: the run ends there."""


class Invariants:
    def __init__(self, clock: Scheduler, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self.holdings = Holdings(SKEW_SECONDS * 1000)
        self._kept: Counter[tuple[str, str, str]] = Counter()
        self._written: Counter[Key] = Counter()  # months, however many stripes they have
        self._blocked = Blocked(self._kept)
        self._sums: Counter[str] = Counter()
        self._seqs: Counter[str] = Counter()
        self._taken_back: Counter[str] = Counter()  # entries that may take a wallet below zero
        self._items: dict[Key, Item] = {}
        self._pages: dict[Key, Item] = {}
        self._deleted: dict[str, Item] = {}  # holds that TTL took before anyone released them, by booking id

    def watch(self, items: dict[Key, Item]) -> None:
        self._items = items
        self._pages = {key: item for key, item in items.items() if key[1].startswith("MONTH#")}

    def check(self, changes: Commit) -> None:
        self._faults.note("commit", [(key, _summary(new)) for key, _, new in changes])
        pages: set[Key] = set()
        accounts: list[tuple[str, Item]] = []
        for key, old, new in changes:
            if key[0].startswith("BOOKING#"):
                pages |= self._booking(key[0].removeprefix("BOOKING#"), old, new)
            elif key[0].startswith("ROOM#"):
                pages |= self._rooms(key, old, new)
                self._written[page_of(room_type_in(key[0]), key[1][-7:])] += key[1].startswith("MONTH#")
            elif key[1] == "ACCOUNT" and new is not None:
                accounts.append((key[0], new))
            elif key[1].startswith("ENTRY#") and new is not None:
                self._entry(key, old, new)
        for key in sorted(pages):
            self._page(key)
        for user, account in accounts:
            self._account(user, account)
        self._holdings(changes)
        for key, _, _ in changes:
            if key[1].startswith("ENTRY#") and not any(user == key[0] for user, _ in accounts):
                raise BrokenPromise(f"WAL1 {key[0]}: an entry without its balance")

    def _rooms(self, key: Key, old: Item | None, new: Item | None) -> set[Key]:
        """Takes note of a page, or of what a block keeps; gives the pages that are to be looked at."""
        if key[1].startswith("BLOCK#"):
            return self._blocked.follow(key[0].removeprefix("ROOM#"), old, new)
        if not key[1].startswith(("MONTH#", "RATES#")) or new is None:
            return set()
        if key[1].startswith("MONTH#"):
            self._pages[key] = new
            return {key}
        return set(stripes_of(self._items, room_type_in(key[0]), key[1].removeprefix("RATES#")))

    def _booking(self, booking_id: str, old: Item | None, new: Item | None) -> set[Key]:
        """Counts its rooms, and looks at the move; gives the pages whose rooms it changed."""
        if new is None:
            if old is not None and old.get("status", {}).get("S") in _HELD:
                self._deleted[booking_id] = old  # still counted: its rooms return with the stream's record
            return set()
        if "history" not in new or "L" not in new["history"]:
            return set()  # poison, which no rooms belong to
        image = self._deleted.get(booking_id.partition(".")[0])
        restored = image is not None and image["reserved_at"] == new["reserved_at"] and new["status"]["S"] == "expired"
        if restored and image is not None:
            del self._deleted[booking_id.partition(".")[0]]
            old = image
        self._move(booking_id, old, new)
        self._given_back(booking_id, new)
        self._tasks(booking_id, new)
        pages = self._count(old, -1) if old is not None else set()
        return pages | self._count(new, 1)

    def _count(self, item: Item, sign: int) -> set[Key]:
        if item["status"]["S"] not in _KEEPING:
            return set()
        room_type, first = item["room_type_id"]["S"], date.fromisoformat(item["check_in"]["S"])
        nights = (date.fromisoformat(item["check_out"]["S"]) - first).days
        pages, by_night, stripes = set(), Counter[date](), set()
        for (stripe, night), rooms in taken(item, first, nights).items():
            key = page_of(room_type, f"{night:%Y-%m}", stripe)
            self._kept[(*key, str(night.day))] += sign * rooms
            pages.add(key)
            by_night[night] += rooms
            stripes.add(stripe)
        if by_night != {first + timedelta(days=n): int(item["rooms"]["N"]) for n in range(nights)}:
            raise BrokenPromise(f"INV4 {item['pk']['S']}: takes {dict(by_night)} from stripes")
        if len(stripes) > 1:
            self._faults.cover("rooms of several stripes taken")
        return pages

    def _page(self, key: Key) -> None:
        """INV1 and INV2 on each night of the page, CAL1 and CAL4."""
        room_type, month = room_type_in(key[0]), key[1].removeprefix("MONTH#")
        if key not in self._pages or key not in stripes_of(self._items, room_type, month):
            raise BrokenPromise(f"CAL4 {key[0]} {month}: not a stripe of its month, or one without rooms")
        page = self._pages[key]
        rates = self._items.get((f"ROOM#{room_type}", f"RATES#{month}"), {})
        if page["revision"] != rates.get("revision"):
            raise BrokenPromise(f"CAL1 {room_type} {month}: {page['revision']} beside rates {rates.get('revision')}")
        on_sale, free = page["on_sale"]["M"], page["free"]["M"]
        for day, wire in free.items():
            rooms, capacity = int(wire["N"]), int(on_sale[day]["N"])
            kept = self._kept[(*key, day)]
            if not 0 <= rooms <= capacity:
                raise BrokenPromise(f"INV2 {key[0]} {month}-{day}: {rooms} free of {capacity}")
            if rooms + kept != capacity:
                raise BrokenPromise(f"INV1 {key[0]} {month}-{day}: {capacity} on sale, {rooms} free, {kept} taken")

    def _holdings(self, changes: Commit) -> None:
        """HOLD1 to HOLD3, CAP1 and CAP2, of the guests whose bookings or accounts have changed."""
        bookings = [(key[0], old, new) for key, old, new in changes if new is not None and _is_booking(key, new)]
        users, beginners = {key[0].removeprefix("USER#") for key, _, _ in changes if key[1] == "ACCOUNT"}, set()
        for pk, old, new in bookings:
            user = self.holdings.follow(pk.removeprefix("BOOKING#"), old, new, self.now_ms)
            users.add(user)
            if old is None and new["status"]["S"] == "reserved":
                beginners.add(user)
        for user in sorted(users):
            account = self._items.get((f"USER#{user}", "ACCOUNT"))
            new_holds = self.holdings.wrong_in_a_new_hold(user, account, self.now_ms) if user in beginners else ()
            for wrong in [*self.holdings.wrong(user, account, self.now_ms), *new_holds]:
                raise BrokenPromise(wrong)

    @property
    def now_ms(self) -> int:
        return _START_MS + self._clock.now_us // 1000

    def _tasks(self, booking_id: str, new: Item) -> None:
        """TASK1 and RETRY1: nothing is to be captured of a payment that is to be voided; no task is tried for days."""
        orders: dict[str, set[str]] = {}
        for task in new.get(_TASKS, {}).get("L", ()):
            orders.setdefault(task["M"][_ORDER]["S"], set()).add(task["M"][_ACTION]["S"])
            if int(task["M"].get("attempts", {"N": "0"})["N"]) >= MOST_ATTEMPTS:
                raise BrokenPromise(f"RETRY1 {booking_id}: tried {MOST_ATTEMPTS} times: {task['M']}")
        if any({"capture", "void"} <= actions for actions in orders.values()):
            raise BrokenPromise(f"TASK1 {booking_id}: a capture and a void are due of one payment")

    def _given_back(self, booking_id: str, new: Item) -> None:
        """PAY4, by what the booking says."""
        payment = new.get("payment", {}).get("M", {})
        captured, refunded = (int(payment.get(name, {"N": "0"})["N"]) for name in ("captured", "refunded"))
        if refunded > captured:
            raise BrokenPromise(f"PAY4 {booking_id}: {refunded} refunded of {captured} captured")

    def check_swept(self) -> None:
        """TIME2, in a world whose sweeps all run and none fails: no hold outlives its deadline for long."""
        now_ms = self.now_ms - (OVERDUE_SECONDS + SKEW_SECONDS) * 1000
        for key, item in self._items.items():
            if key[1] == "BOOKING" and item["status"]["S"] in _HELD and "rooms" in item:
                over_ms = now_ms - int(item["expires_at"]["N"])
                if over_ms > 0:
                    raise BrokenPromise(f"TIME2 {key[0]}: held {over_ms / 1000 + OVERDUE_SECONDS} s past its deadline")

    def _account(self, user: str, account: Item) -> None:
        balance, seq = int(account["balance"]["N"]), int(account["seq"]["N"])
        if balance != self._sums[user] or (balance < 0 and not self._taken_back[user]):
            raise BrokenPromise(f"WAL1 {user}: the balance is {balance}, the entries sum to {self._sums[user]}")
        if seq != self._seqs[user]:
            raise BrokenPromise(f"WAL2 {user}: seq is {seq}, there are {self._seqs[user]} entries")

    def free_for_sure(self, room_type: str, check_in: str, check_out: str) -> dict[Key, tuple[int, int]]:
        """By month, how often it was written, and the fewest rooms that a night of the stay has free, or due to be."""
        now_ms = self.now_ms - (SKEW_SECONDS + 1) * 1000
        due: Counter[tuple[str, str]] = Counter()
        for item in self._items.values():
            held = item.get("status", {}).get("S") in _HELD and "rooms" in item
            if held and item["room_type_id"]["S"] == room_type and int(item["expires_at"]["N"]) <= now_ms:
                for night in _stay(item["check_in"]["S"], item["check_out"]["S"]):
                    due[night] += int(item["rooms"]["N"])
        free: dict[str, Any] = {}
        fewest: dict[Key, tuple[int, int]] = {}
        for month, day in _stay(check_in, check_out):
            key = page_of(room_type, month)
            if month not in free:
                free[month] = whole(self._items, room_type, month)["free"]["M"]
            rooms = int(free[month][day]["N"]) + due[month, day]
            fewest[key] = self._written[key], min(rooms, fewest[key][1] if key in fewest else rooms)
        return fewest

    def _entry(self, key: Key, old: Item | None, new: Item) -> None:
        if old is not None:
            raise BrokenPromise(f"WAL2 {key}: an entry was written over")
        self._sums[key[0]] += int(new["amount"]["N"])
        self._seqs[key[0]] += 1
        self._taken_back[key[0]] += new["reason"]["S"] == "topup_reversed"
        if int(new["seq"]["N"]) != self._seqs[key[0]] or int(new["balance_after"]["N"]) != self._sums[key[0]]:
            raise BrokenPromise(f"WAL2 {key}: does not go on from the entry before")

    def _move(self, booking_id: str, old: Item | None, new: Item) -> None:
        """ST1 and TIME1: one edge, one version, one history line; confirmed in time, or rescued."""
        history, status = new["history"]["L"], new["status"]["S"]
        version = int(new["version"]["N"])
        if old is None:
            if (status, version, len(history)) != ("reserved", 1, 1):
                raise BrokenPromise(f"ST1 {booking_id}: begins as {status}, version {version}")
            self._made(booking_id)
            return
        was, before = old["status"]["S"], old["history"]["L"]
        grown = version - int(old["version"]["N"])
        if history[: len(before)] != before or len(history) - len(before) != grown or not 0 <= grown <= MOST_LINES:
            raise BrokenPromise(f"ST1 {booking_id}: version {version} after {old['version']['N']}, history rewritten")
        if old["expires_at"] != new["expires_at"] or old["reserved_at"] != new["reserved_at"]:
            raise BrokenPromise(f"ST1 {booking_id}: its deadline was moved")
        if any(old.get(name) != new.get(name) for name in _FROZEN):
            raise BrokenPromise(f"PRICE1 {booking_id}: what it is held for was changed")
        if grown == 0 and {name for name in {*old, *new} if old.get(name) != new.get(name)} - _UNTRACED:
            raise BrokenPromise(f"ST1 {booking_id}: changed without a history line")
        if was != status and ((was, status) not in _EDGES or grown == 0):
            raise BrokenPromise(f"ST1 {booking_id}: went from {was} to {status}")
        if status == "confirmed" and was != status:
            self._made(booking_id)
            self._in_time(booking_id, new, history[-1]["M"])

    def _in_time(self, booking_id: str, new: Item, event: Item) -> None:
        """By the clock of the process that confirmed it; and by the world's, as far as a call may take."""
        until_ms = int(new["expires_at"]["N"])
        now_ms = self.now_ms - (SKEW_SECONDS + 30) * 1000
        late_ms = max(int(event["at"]["N"]), now_ms) - until_ms
        if late_ms >= 0 and "late" not in event:
            raise BrokenPromise(f"TIME1 {booking_id}: confirmed {late_ms} ms after its deadline")

    def _made(self, booking_id: str) -> None:
        process = self._clock.process()
        if process is not None:
            process.confirmed.append(booking_id)


_TASKS = STORED_NAMES["Booking"]["tasks"]
_ORDER, _ACTION = (STORED_NAMES["GatewayTask"].get(name, name) for name in ("order_id", "action"))
_CHARGES, _PARTY = (STORED_NAMES["Booking"][name] for name in ("room_charges", "occupancy"))
_FROZEN = ("night_prices", "plan", _CHARGES, _PARTY, "cancellation_policy", "taxes", "currency")
_UNTRACED = {STORED_NAMES["Booking"]["tasks"], "due_shard", "due_at", "write_id"}  # what putting a task off may change


def _is_booking(key: Key, item: Item) -> bool:
    return key[1] == "BOOKING" and "history" in item and "L" in item["history"] and "." not in key[0]


@cache
def _stay(check_in: str, check_out: str) -> list[tuple[str, str]]:
    days = range(date.fromisoformat(check_in).toordinal(), date.fromisoformat(check_out).toordinal())
    return [(f"{night:%Y-%m}", str(night.day)) for night in map(date.fromordinal, days)]


def _summary(item: Item | None) -> Any:
    """What a trace line shows of an item."""
    if item is None:
        return "deleted"
    return {
        name: next(iter(item[name].values())) for name in ("status", "version", "balance", "write_id") if name in item
    }
