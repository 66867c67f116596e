"""An ordinary day's table as the engine leaves it: one booking in each state, with gateway records and log lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from holdfast.audit.audit import audit
from holdfast.audit.packing import packed, unpacked
from holdfast.audit.snapshot import Broken, snapshot_of
from holdfast.audit.table import Audited, Pass, Records
from holdfast.model.account import Account, LedgerEntry, TopUp, TopUpStatus
from holdfast.model.booking import Booking, Event, FrozenQuote, Payment, PaymentMode, Status
from holdfast.model.dates import millis
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.promo import Promo, PromoKind, PromoRedemption
from holdfast.model.property import PolicyStep
from holdfast.model.rates import open_month
from holdfast.payments.gateways.protocol import GatewayPayment, PaymentState
from holdfast.storage.items import (
    Item,
    Key,
    account_item,
    booking_item,
    booking_key,
    entry_item,
    page_item,
    promo_item,
    rates_item,
    redemption_item,
    topup_item,
)
from holdfast.storage.store import Store
from tests.kit.clock import NOW
from tests.kit.hotel import DELUXE, KOLKATA

SHARDS = 8
TOTAL = 525_000  # one night of 5,000.00 and 5 %
NOW_MS = millis(NOW)
HELD, PENDING, CARD, WALLET, MIXED, GONE, OVER = (
    f"bk_{name}" for name in ("held", "pending", "card", "wallet", "mixed", "gone", "over")
)
R, P, C, E, X = Status.RESERVED, Status.PAYMENT_PENDING, Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED


class Pages:
    """A store whose table is scanned in pages of three items, each time in another order."""

    def __init__(self, items: list[Item], due_shards: int) -> None:
        self.due_shards = due_shards
        self.table = self
        self._items = items
        self._rng = Random(len(items))

    def scan_pages(self, *, consistent: bool, after: Item | None = None) -> Iterator[tuple[list[Item], Item | None]]:
        if after is None:
            self._rng.shuffle(self._items)
        for first in range(after["first"] if after else 0, len(self._items), 3):
            rest = first + 3
            yield self._items[first:rest], {"first": rest} if rest < len(self._items) else None


def interrupted(store: Store, now: datetime, records: Records, **settings: Any) -> Audited:
    """An audit that is stopped after each page, written down, and read by another process."""
    one: Pass | None = Pass(began_ms=NOW_MS, **settings)
    while one:
        if audited := one.go_on(store, clock=lambda: now, records=records, has_time=lambda: False):
            return audited
        one = unpacked(packed(one), Pass)
    raise AssertionError("what was written down could not be read")


@dataclass
class SettledTable:
    """Its items by key, for a test to spoil, and what the auditor says of them then."""

    items: dict[Key, Item] = field(default_factory=dict)
    gateway_records: list[tuple[str, GatewayPayment]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def put(self, item: Item) -> None:
        self.items[item["pk"], item["sk"]] = item

    def change(self, booking_id: str, **changes: Any) -> None:
        """The booking with other contents, and the index attributes that belong to them."""
        self.put(settled_item(msgspec.structs.replace(BOOKINGS[booking_id], **changes)))

    def spoil(self, key: Key, **changes: Any) -> None:
        """The item with other attributes as stored; None takes one away."""
        item = {name: value for name, value in (self.items[key] | changes).items() if value is not None}
        self.items[key] = item

    def audited(self, **arguments: Any) -> list[Broken]:
        given: dict[str, Any] = {
            "now": NOW,
            "due_shards": SHARDS,
            "gateway_records": self.gateway_records,
            "lines": self.lines,
        } | arguments
        found = audit(snapshot_of(self.items.values()), **given)
        if not arguments.keys() & {"sweeping", "skew_seconds"}:
            self._same_page_by_page(given["now"], given["due_shards"], arguments.get("file_keys"))
        return found

    def _same_page_by_page(self, now: datetime, due_shards: int, file_keys: Iterable[str] | None) -> None:
        """What the function finds, which keeps suspects alone, is what all items at once show."""
        files = None if file_keys is None else list(file_keys)
        whole = audit(snapshot_of(self.items.values()), now=now, due_shards=due_shards, file_keys=files)
        store: Any = Pages(list(self.items.values()), due_shards)
        paged = interrupted(store, now, Records(file_keys=None if files is None else lambda: files))
        assert paged.broken == whole

    def broken(self, **arguments: Any) -> set[str]:
        return {broken.invariant for broken in self.audited(**arguments)}


def settled_item(made: Booking) -> Item:
    return booking_item(made, SHARDS)


def booking(booking_id: str, *statuses: Status, late: bool = False, **changes: Any) -> Booking:
    """One Deluxe room for the night of December 10, reserved five minutes ago, with these statuses since."""
    reserved_ms = NOW_MS - 300_000
    events = [Event(status=status, at_ms=reserved_ms + 1_000 * n, by="guest") for n, status in enumerate(statuses)]
    if late:
        reserved_ms -= 900_000
        events = [
            msgspec.structs.replace(event, at_ms=event.at_ms - 900_000 * (n == 0)) for n, event in enumerate(events)
        ]
    made = Booking(
        booking_id=booking_id,
        user_id="alice",
        property_id=KOLKATA.property_id,
        room_type_id=DELUXE.room_type_id,
        timezone=KOLKATA.timezone,
        check_in=date(2026, 12, 10),
        check_out=date(2026, 12, 11),
        rooms=1,
        guests=2,
        currency="INR",
        night_prices=(500_000,),
        cancellation_policy=(PolicyStep(7, 50),),
        status=statuses[-1],
        reserved_at_ms=reserved_ms,
        expires_at_ms=reserved_ms + 600_000,
        history=tuple(events),
        version=len(events),
        write_id=f"write-{booking_id}",
    )
    return msgspec.structs.replace(made, **changes)


def quote(wallet: int = 0, promo: str | None = None) -> FrozenQuote:
    return FrozenQuote(promo_code=promo, gst_amount=25_000, total_payable=TOTAL, wallet_applied=wallet)


def order(name: str, amount: int = TOTAL, **changes: Any) -> Payment:
    return Payment(gateway="stripe", order_id=name, amount=amount, **changes)


def due(action: TaskAction, name: str, amount: int) -> GatewayTask:
    return GatewayTask(action=action, gateway="stripe", order_id=name, amount=amount, at_ms=NOW_MS, serial=1)


def at_gateway(name: str, reference: str, *, captured: int = 0, **changes: Any) -> tuple[str, GatewayPayment]:
    state = PaymentState.CAPTURED if captured else PaymentState.OPEN
    fields: dict[str, Any] = {"amount": captured or TOTAL, "state": state, "captured": captured} | changes
    payment = GatewayPayment(order_id=name, transaction_id=name, reference=reference, currency="INR", **fields)
    return "stripe", payment


BOOKINGS = {
    made.booking_id: made
    for made in (
        booking(HELD, R),
        booking(PENDING, R, P, quote=quote(promo="TENOFF"), payment=order("o1")),
        booking(CARD, R, P, C, C, quote=quote(), payment=order("o2", authorised=TOTAL, captured=TOTAL),
                payment_mode=PaymentMode.GATEWAY_ONLY),
        booking(WALLET, R, C, quote=quote(TOTAL), payment_mode=PaymentMode.WALLET_ONLY, wallet_paid=TOTAL),
        booking(MIXED, R, P, C, X, quote=quote(25_000), payment_mode=PaymentMode.WALLET_PARTIAL, wallet_paid=25_000,
                wallet_refunded=12_500, payment=order("o3", 500_000, captured=500_000, refunded=250_000)),
        booking(GONE, R, X),
        booking(OVER, R, P, E, E, late=True, quote=quote(), payment=order("o4", voided=True)),
    )
}  # fmt: skip
ENTRIES = [  # amount, reason, booking
    (1_000_000, "Goodwill", None),
    (300_000, "topup", None),
    (-TOTAL, "booking_payment", WALLET),
    (-25_000, "booking_payment", MIXED),
    (12_500, "booking_refund", MIXED),
]
_TAGS = {R: "BOOKING_RESERVED", C: "BOOKING_CONFIRMED", E: "BOOKING_EXPIRED", X: "BOOKING_CANCELLED"}


def settled_table() -> SettledTable:
    table = SettledTable()
    for made in BOOKINGS.values():
        table.put(booking_item(made, SHARDS))
        statuses = [event.status for event in made.history]
        for version, status in enumerate(statuses, start=1):
            if status in _TAGS and statuses[version - 2 : version - 1] != [status]:
                table.lines.append(line(_TAGS[status], made.booking_id, version))
    page, rates = open_month(KOLKATA, DELUXE, "2026-12")
    table.put(page_item(msgspec.structs.replace(page, free=page.free | {10: 1})))  # four of five are kept
    table.put(rates_item(rates))
    balance = 0
    for seq, (amount, reason, of) in enumerate(ENTRIES, start=1):
        balance += amount
        table.put(entry_item(LedgerEntry(user_id="alice", seq=seq, amount=amount, balance_after=balance, reason=reason,
                                   actor="guest", at_ms=NOW_MS, booking_id=of)))  # fmt: skip
        tag = "WALLET_CREDITED" if amount > 0 else "WALLET_DEDUCTED"
        table.lines.append({"tag": tag, "user_id": "alice", "after": {"seq": seq}, "message": f"[{tag}] …"})
    live = {HELD: BOOKINGS[HELD].expires_at_ms, PENDING: BOOKINGS[PENDING].expires_at_ms}
    table.put(account_item(Account(user_id="alice", balance=balance, seq=len(ENTRIES), live_holds=live)))
    table.put(promo_item(Promo(code="TENOFF", kind=PromoKind.FLAT, usage_limit=1, per_user_limit=1, claimed=1)))
    table.put(redemption_item(PromoRedemption(code="TENOFF", user_id="alice", bookings={PENDING: 1})))
    table.put(topup_item(TopUp(topup_id="tu_one", user_id="alice", gateway="stripe", order_id="o5", amount=300_000,
                               currency="INR", status=TopUpStatus.CREDITED, created_at_ms=NOW_MS, due_at_ms=NOW_MS),
                         SHARDS))  # fmt: skip
    table.gateway_records = [
        at_gateway("o1", PENDING),
        at_gateway("o2", CARD, captured=TOTAL),
        at_gateway("o3", MIXED, captured=500_000, refunded=250_000),
        at_gateway("o4", OVER, state=PaymentState.VOIDED),
        at_gateway("o5", "tu_one", captured=300_000),
    ]
    return table


def line(tag: str, booking_id: str, version: int, **facts: Any) -> dict[str, Any]:
    return {"tag": tag, "booking_id": booking_id, "after": {"version": version}, "message": f"[{tag}] …"} | facts


LATER = NOW + timedelta(minutes=10)
KEYS = {booking_id: booking_key(booking_id) for booking_id in BOOKINGS}
