"""The items of the one table: each type's keys, and both conversions.

An item is a dict of plain strings, integers, lists and maps; `marshal.py` gives it DynamoDB's wire form. It stores
the model's own fields; only this module derives the index attributes and the TTL from them, so a booking is in the
`due` index exactly while something is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec

from holdfast.model.account import Account, LedgerEntry, OrphanPayment, TopUp, TopUpStatus
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.case import Case, CaseKind
from holdfast.model.inventory import InventoryMonth
from holdfast.model.limits import EXPIRED_HOLD_DAYS, RETENTION_DAYS, TTL_GRACE_SECONDS
from holdfast.model.promo import Promo, PromoRedemption
from holdfast.model.property import DEFAULT_CURRENCY
from holdfast.model.rates import MonthOnSale, MonthRates
from holdfast.model.stripes import sum_of_stripes

if TYPE_CHECKING:
    from holdfast.model.guest import GuestDetails

Item = dict[str, Any]
Key = tuple[str, str]

HOLDS_DUE = "HOLD"
PAYMENTS_DUE = "PAYMENT"
PAYMENTS_STUCK = "STUCK"


def booking_key(booking_id: str) -> Key:
    return f"BOOKING#{booking_id}", "BOOKING"


def guest_key(booking_id: str) -> Key:
    return f"BOOKING#{booking_id}", "GUEST"


def page_key(room_type_id: str, month: str, stripe: int = 0) -> Key:
    return f"ROOM#{room_type_id}" + (f"#{stripe}" if stripe else ""), f"MONTH#{month}"


def rates_key(room_type_id: str, month: str) -> Key:
    return f"ROOM#{room_type_id}", f"RATES#{month}"


def account_key(user_id: str) -> Key:
    return f"USER#{user_id}", "ACCOUNT"


def entry_key(user_id: str, seq: int) -> Key:
    return f"USER#{user_id}", f"ENTRY#{seq:010d}"


def credit_key(user_id: str, key: str) -> Key:
    """The record that a wallet credit with this Idempotency-Key was made."""
    return f"USER#{user_id}", f"CREDIT#{key}"


def topup_key(topup_id: str) -> Key:
    return f"TOPUP#{topup_id}", "TOPUP"


def orphan_key(gateway: str, order_id: str) -> Key:
    """Where code of before kept a payment that belongs to no booking or top-up; now it is a case."""
    return "UNMATCHED", f"{gateway}#{order_id}"


def case_key(case_id: str) -> Key:
    return f"CASE#{case_id}", "CASE"


def promo_key(code: str) -> Key:
    return f"PROMO#{code}", "PROMO"


def redemption_key(code: str, user_id: str) -> Key:
    return f"PROMO#{code}", f"USER#{user_id}"


def due_shard(kind: str, room_type_id: str, shards: int, stripe: int = 0) -> str:
    """All that is due for a room type without stripes is in one shard, so that a buyer's reclaim reads one."""
    return f"{kind}#{(crc32(room_type_id.encode()) + stripe) % shards}"


def due_shards(kind: str, shards: int) -> list[str]:
    return [f"{kind}#{n}" for n in range(shards)]


def case_shard(kind: CaseKind) -> str:
    """Where the `due` index lists the open cases of a kind: there are few, so one shard holds them all."""
    return f"CASE#{kind}"


def booking_item(booking: Booking, shards: int) -> Item:
    item = item_of(booking_key(booking.booking_id), booking)
    del item["booking_id"]
    if booking.status in HOLDING:
        item |= {"due_shard": _shard_of(HOLDS_DUE, booking, shards), "due_at": booking.expires_at_ms}
    elif booking.tasks:
        open_tasks = [task for task in booking.tasks if not task.stuck]
        kind = PAYMENTS_DUE if open_tasks else PAYMENTS_STUCK
        due_at = min(task.at_ms for task in open_tasks or booking.tasks)
        item |= {"due_shard": _shard_of(kind, booking, shards), "due_at": due_at}
    item["property_id"] = booking.property_id  # the model's own field is stored as `property`
    item["ttl"] = _ttl(booking)
    return item


def _shard_of(kind: str, booking: Booking, shards: int) -> str:
    """By its lowest stripe: each month of the stay has that one, so a buyer of any of them finds it by its stripes."""
    return due_shard(kind, booking.room_type_id, shards, min((part.stripe for part in booking.taken), default=0))


def booking_of(item: Item) -> Booking:
    return msgspec.convert({**item, "booking_id": item["pk"].removeprefix("BOOKING#")}, Booking)


def guest_item(details: GuestDetails, booking: Booking) -> Item:
    """The details stay as long as their booking's record does, unless they are erased before."""
    return item_of(guest_key(booking.booking_id), details) | {"ttl": _retained_until(booking)}


def page_item(page: InventoryMonth) -> Item:
    item = _month_item(page_key(page.room_type_id, page.month, page.stripe), page)
    del item["stripe"], item["parts"]
    return item


def page_of(item: Item) -> InventoryMonth:
    return msgspec.convert(_month_fields(item), InventoryMonth, str_keys=True)


def rates_item(rates: MonthRates) -> Item:
    return _month_item(rates_key(rates.room_type_id, rates.month), rates)


def rates_of(item: Item) -> MonthRates:
    return msgspec.convert(_month_fields(item), MonthRates, str_keys=True)


def rates_beside(page: Item, rates: Item | None) -> MonthRates | None:
    """The rates of a page's month. A page that was written before the two were apart has them itself."""
    if "default_price" in page:
        return rates_of(page)
    return rates_of(rates) if rates else None


def months_of(found: Mapping[Key, Item], wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], MonthOnSale]:
    """The months that were found, by room type and month; a page without rates is not on sale.

    Of a month with stripes, the sum of those that were found.
    """
    on_sale: dict[tuple[str, str], MonthOnSale] = {}
    for room_type_id, month in wanted:
        beside = found.get(rates_key(room_type_id, month))
        count = beside.get("stripes", 1) if beside else 1
        pages = [page for n in range(count) if (page := found.get(page_key(room_type_id, month, n)))]
        rates = rates_beside(pages[0], beside) if pages else None
        if rates:
            on_sale[room_type_id, month] = MonthOnSale(sum_of_stripes([page_of(page) for page in pages], count), rates)
    return on_sale


def _month_item(key: Key, month: InventoryMonth | MonthRates) -> Item:
    item = item_of(key, month)
    del item["room_type_id"], item["month"]  # the key has them
    return item


def _month_fields(item: Item) -> Item:
    _, room_type_id, *stripe = item["pk"].split("#")
    return {
        **item,
        "room_type_id": room_type_id,
        "month": item["sk"].partition("#")[2],
        **({"stripe": int(stripe[0])} if stripe else {}),
    }


def account_of(user_id: str, item: Item | None) -> Account:
    return Account(user_id=user_id) if item is None else msgspec.convert({**item, "stored": True}, Account)


def account_item(account: Account) -> Item:
    item = item_of(account_key(account.user_id), account)
    del item["stored"]
    if not account.gateway_reads:  # hardly any account has been counted
        del item["gateway_reads"], item["gateway_reads_since_ms"]
    return item


def entry_item(entry: LedgerEntry) -> Item:
    item = item_of(entry_key(entry.user_id, entry.seq), entry)
    if entry.currency == DEFAULT_CURRENCY:  # msgspec leaves out only the default's own object
        item.pop("currency", None)
    return item


def entry_of(item: Item) -> LedgerEntry:
    return msgspec.convert(item, LedgerEntry)


def topup_item(topup: TopUp, shards: int) -> Item:
    item = item_of(topup_key(topup.topup_id), topup)
    if topup.status is TopUpStatus.PENDING:
        kind = PAYMENTS_STUCK if topup.stuck else PAYMENTS_DUE
        item |= {"due_shard": due_shard(kind, topup.topup_id, shards), "due_at": topup.due_at_ms}
    return item


def topup_of(item: Item) -> TopUp:
    return msgspec.convert(item, TopUp)


def orphan_of(item: Item) -> OrphanPayment:
    return msgspec.convert(item, OrphanPayment)


def case_item(case: Case) -> Item:
    item = item_of(case_key(case.case_id), case)
    if case.is_open:
        item |= {"due_shard": case_shard(case.kind), "due_at": case.at_ms}
    return item


def case_of(item: Item) -> Case:
    return msgspec.convert(item, Case)


def promo_item(promo: Promo) -> Item:
    return item_of(promo_key(promo.code), promo) | {"claimed": promo.claimed}


def promo_of(item: Item | None) -> Promo | None:
    return None if item is None else msgspec.convert(item, Promo)


def redemption_item(redemption: PromoRedemption) -> Item:
    item = item_of(redemption_key(redemption.code, redemption.user_id), redemption)
    del item["stored"]
    return item


def redemption_of(code: str, user_id: str, item: Item | None) -> PromoRedemption:
    if item is None:
        return PromoRedemption(code=code, user_id=user_id)
    return msgspec.convert({**item, "stored": True}, PromoRedemption)


def build_types() -> None:
    """Has msgspec build what it keeps of each type; called before threads start that read items.

    msgspec builds it at a type's first use, and two threads that do so at once crash the process (0.22).
    """
    stored = (Account, Booking, Case, InventoryMonth, LedgerEntry, MonthRates, OrphanPayment, Promo, TopUp)
    for of in (*stored, PromoRedemption):
        with suppress(msgspec.ValidationError):
            msgspec.convert({}, of)


def item_of(key: Key, value: msgspec.Struct) -> Item:
    """The value's own fields beside its key, as plain strings, integers, lists and maps."""
    pk, sk = key
    return {"pk": pk, "sk": sk, **msgspec.to_builtins(value, str_keys=True)}


def _ttl(booking: Booking) -> int:
    """Seconds since the epoch. A hold: an hour past its deadline; an ended one: the end of its retention.

    An expired hold that opened an order at a gateway stays as long as any booking: its order may still be paid. So does
    one that revived another: late money for the first looks through the later ones for a stay that was bought.
    """
    if booking.status in HOLDING:
        return booking.expires_at_ms // 1000 + TTL_GRACE_SECONDS
    opened_an_order = booking.payment is not None or booking.orders_opened > 0 or booking.tasks
    if booking.status is Status.EXPIRED and not opened_an_order and booking.revives is None:
        return booking.history[-1].at_ms // 1000 + EXPIRED_HOLD_DAYS * 86_400
    return _retained_until(booking)


def _retained_until(booking: Booking) -> int:
    check_out = datetime(booking.check_out.year, booking.check_out.month, booking.check_out.day, tzinfo=UTC)
    return int((check_out + timedelta(days=RETENTION_DAYS)).timestamp())
