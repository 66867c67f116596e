"""The words of the engine: properties, pages, bookings, accounts, promos, and the states a booking can be in.

Amounts are integers in minor units (paise) of the named currency, instants are integer milliseconds since the
Unix epoch (`_ms`), nights are dates in the property's time zone. Nothing here does input or output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

MAX_NIGHTS = 30
MAX_ROOMS = 9
MAX_GUESTS = 99
MAX_MONTHS_AHEAD = 18
MAX_LIVE_HOLDS = 5  # per user
MAX_ROOMS_HELD = 9  # per user, over all live holds
MAX_LET_GO = 50  # holds that a user may let go or let expire before waiting out LET_GO_FORGOTTEN_MS for each more
LET_GO_FORGOTTEN_MS = 60_000
MAX_PROMO_TRIES = 20  # promo codes that do not apply, per user, before waiting out PROMO_TRY_FORGOTTEN_MS for each more
PROMO_TRY_FORGOTTEN_MS = 60_000
MAX_PAYMENT_STARTS = 20  # per booking: each leaves a history line, and an item is at most 400 KB
MAX_AMOUNT = 10**12  # minor units: ten thousand million rupees, far below DynamoDB's 38 digits
TTL_GRACE_SECONDS = 3600  # how long a hold may outlive its deadline before DynamoDB deletes it, DESIGN section 5 (d)
RETENTION_DAYS = 400  # how long an ended booking stays, so that a replayed Idempotency-Key still finds it
DEFAULT_CURRENCY = "INR"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def millis(at: datetime) -> int:
    """Whole milliseconds since the epoch, rounded down, of an aware instant."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def rfc3339(at_ms: int) -> str:
    """`2026-11-22T10:30:00.250Z`, with milliseconds always, so that the texts sort like the instants."""
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nights(check_in: date, check_out: date) -> list[date]:
    """The nights of `[check_in, check_out)`, in order."""
    return [check_in + timedelta(days=n) for n in range((check_out - check_in).days)]


def months(check_in: date, check_out: date) -> list[str]:
    """The months, as `2026-12`, that the nights of the stay fall in: one or two for a legal stay."""
    return sorted({month_of(night) for night in nights(check_in, check_out)})


def month_of(night: date) -> str:
    return f"{night.year:04d}-{night.month:02d}"


def add_months(day: date, count: int) -> date:
    """The same day `count` months on, or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def today_in(timezone: str, now: datetime) -> date:
    return now.astimezone(zone(timezone)).date()


class PolicyStep(msgspec.Struct, frozen=True, array_like=True):
    """Cancelling `days_before` check-in day, or earlier, gives `refund_percent` of the price back."""

    days_before: int
    refund_percent: int


class PolicyStepView(msgspec.Struct, frozen=True):
    """A step of the policy as the API shows it: by names, where the table keeps a pair."""

    days_before: int
    refund_percent: int


class TaxSlab(msgspec.Struct, frozen=True, array_like=True):
    """The rate of tax on a room-night worth at most `up_to` (minor units; None: any value)."""

    up_to: int | None
    rate_bp: int  # basis points: 500 is 5 %


class TaxPeriod(msgspec.Struct, frozen=True, array_like=True):
    """The slabs, cheapest first, for nights from `starts` on, until the next period starts."""

    starts: date
    slabs: tuple[TaxSlab, ...]


class Property(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    property_id: str
    name: str
    city: str
    timezone: str
    currency: str = DEFAULT_CURRENCY
    cancellation_policy: tuple[PolicyStep, ...] = ()
    tax_table: tuple[TaxPeriod, ...] | None = None  # None: the Indian GST table of pricing.py


class RoomType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    room_type_id: str
    property_id: str
    name: str
    base_price: int
    discounted_price: int | None = None
    total_rooms: int
    max_guests: int

    @property
    def price(self) -> int:
        return self.base_price if self.discounted_price is None else self.discounted_price


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One room type's month, with all that a reserve needs to know, so that it reads one place.

    `revision` changes whenever anything but `free` does, so one condition proves that prices and rules still stand.
    Nights are keyed by day of month; a night that is not in `free` is not on sale.
    """

    room_type_id: str
    month: str
    property_id: str
    timezone: str
    currency: str
    default_price: int
    max_guests: int  # per room
    cancellation_policy: tuple[PolicyStep, ...] = ()
    tax_table: tuple[TaxPeriod, ...] | None = None
    on_sale: dict[int, int]
    free: dict[int, int]
    price: dict[int, int]  # only the nights with a price of their own
    revision: int

    def price_of(self, night: date) -> int:
        return self.price.get(night.day, self.default_price)


def short_nights(pages: Mapping[str, Page], stay: Sequence[date], rooms: int) -> list[date]:
    """The nights with fewer rooms free than asked for; a night that no page has is not on sale."""

    def free(night: date) -> int:
        page = pages.get(month_of(night))
        return page.free.get(night.day, 0) if page else 0

    return [night for night in stay if free(night) < rooms]


def opened_page(place: Property, room_type: RoomType, month: str) -> Page:
    """A month with every room free on every night, at the room type's price."""
    first = date.fromisoformat(f"{month}-01")
    days = (add_months(first, 1) - first).days
    return Page(
        room_type_id=room_type.room_type_id,
        month=month,
        property_id=place.property_id,
        timezone=place.timezone,
        currency=place.currency,
        default_price=room_type.price,
        max_guests=room_type.max_guests,
        cancellation_policy=place.cancellation_policy,
        tax_table=place.tax_table,
        on_sale=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        free=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        price={},
        revision=1,
    )


class Status(StrEnum):
    RESERVED = "reserved"
    PAYMENT_PENDING = "payment_pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


HOLDING = frozenset({Status.RESERVED, Status.PAYMENT_PENDING})
KEEPING_ROOMS = HOLDING | {Status.CONFIRMED}


class PaymentMode(StrEnum):
    WALLET_ONLY = "wallet_only"
    WALLET_PARTIAL = "wallet_partial"
    GATEWAY_ONLY = "gateway_only"
    ADMIN = "admin"


class FrozenQuote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a payment start fixes; the lines are derived again from the night prices and the discount."""

    promo_code: str | None = None
    promo_discount: int = 0
    gst_amount: int
    total_payable: int
    wallet_applied: int = 0

    @property
    def gateway_payable(self) -> int:
        return self.total_payable - self.wallet_applied


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The gateway order that the booking is to be paid by, and how far its money has come."""

    gateway: str
    order_id: str
    amount: int
    transaction_id: str | None = None
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    voided: bool = False
    returning: bool = False  # its money is on the way back: it can confirm nothing any more


class DueAction(StrEnum):
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class Due(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"at_ms": "at"}):
    """One thing still to be done at a gateway: written with the state change that asks for it, so it cannot be lost."""

    action: DueAction
    gateway: str
    order_id: str
    amount: int
    at_ms: int
    serial: int  # the booking's version when it came to be due: tells it from another of its kind, in gateway keys
    attempts: int = 0
    stuck: bool = False  # tried too often: waits for an operator


RESCUE_NOTE = "paid late, and everything was still to be had"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"at_ms": "at"}):
    """One line of a booking's history. `by` is guest, a subsystem's name, or `admin <user id>`."""

    status: Status
    at_ms: int
    by: str
    note: str | None = None


class Booking(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    # `property_id` keys the index of arrivals, so an item has it only once confirmed; `property` is always there.
    rename={"property_id": "property", "reserved_at_ms": "reserved_at", "expires_at_ms": "expires_at"},
):
    """The whole story of one stay. Every change bumps `version` and adds one history line."""

    booking_id: str
    user_id: str
    property_id: str
    room_type_id: str
    timezone: str
    check_in: date
    check_out: date
    rooms: int
    guests: int
    currency: str
    night_prices: tuple[int, ...]  # per room, frozen at reserve
    cancellation_policy: tuple[PolicyStep, ...]
    tax_table: tuple[TaxPeriod, ...] | None = None
    status: Status
    reserved_at_ms: int
    expires_at_ms: int
    quote: FrozenQuote | None = None
    payment: Payment | None = None
    payment_mode: PaymentMode | None = None
    wallet_paid: int = 0
    wallet_refunded: int = 0
    dues: tuple[Due, ...] = ()
    history: tuple[Event, ...]
    version: int
    write_id: str = ""  # set anew by the store at each write: what a write's condition compares

    @property
    def nights(self) -> list[date]:
        return nights(self.check_in, self.check_out)

    @property
    def keeps_rooms(self) -> bool:
        """Whether its rooms are taken off the page as written, whatever the clock says."""
        return self.status in KEEPING_ROOMS

    @property
    def claimed_promo(self) -> str | None:
        """The promo code that this booking uses up one use of."""
        return self.quote.promo_code if self.quote and self.keeps_rooms else None

    @property
    def gateway_charged(self) -> int:
        by_gateway = self.payment_mode in {PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY}
        return self.payment.amount if self.payment and by_gateway else 0

    def status_at(self, now: datetime) -> Status:
        """The state as any reader must see it: a hold is expired from its deadline on, swept or not."""
        overdue = self.status in HOLDING and millis(now) >= self.expires_at_ms
        return Status.EXPIRED if overdue else self.status

    def seconds_left(self, now: datetime) -> int:
        """What the guest's timer shows: whole seconds, 0 once nothing is held."""
        held = self.status_at(now) in HOLDING
        return max(0, (self.expires_at_ms - millis(now)) // 1000) if held else 0

    def due(self, action: DueAction, now: datetime, *, amount: int, gateway: str = "", order_id: str = "") -> Due:
        """Something to do at a gateway from now on, about the booking's own order if no other is named."""
        own = self.payment
        return Due(
            action=action,
            gateway=gateway or (own.gateway if own else ""),
            order_id=order_id or (own.order_id if own else ""),
            amount=amount,
            at_ms=millis(now),
            serial=self.version,
        )

    def open_order_void(self, now: datetime) -> tuple[Due, ...]:
        """What letting go of its order leaves to do: it is closed, so that nobody can pay it any more."""
        own = self.payment
        if own is None or own.voided or any(due.order_id == own.order_id for due in self.dues):
            return ()
        return (self.due(DueAction.VOID, now, amount=own.amount),)

    def moved(self, status: Status, now: datetime, by: str, note: str | None = None, **changes: object) -> Booking:
        """This booking after one more change: state, history line and version move together."""
        event = Event(status=status, at_ms=millis(now), by=by, note=note)
        return msgspec.structs.replace(
            self, status=status, history=(*self.history, event), version=self.version + 1, **changes
        )


def forgotten(points: int, since_ms: int, now_ms: int, each_ms: int) -> tuple[int, int]:
    """What is left of the points at `now_ms`, one being forgotten every `each_ms`, and since when that holds."""
    gone = max(0, now_ms - since_ms) // each_ms
    return (points - gone, since_ms + gone * each_ms) if gone < points else (0, now_ms)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One user's wallet, live holds and what is remembered of misuse.

    `seq` counts the wallet's entries. `live` maps a booking to its deadline and `held` to its rooms. `let_go` counts
    the holds that ended unpaid, as far as they are not forgotten since `let_go_ms`, and `tries` the promo codes that
    did not apply, since `tries_ms`.
    """

    user_id: str
    balance: int = 0
    currency: str = DEFAULT_CURRENCY
    seq: int = 0
    live: dict[str, int] = {}
    held: dict[str, int] = {}
    let_go: int = 0
    let_go_ms: int = 0
    tries: int = 0
    tries_ms: int = 0
    stored: bool = False  # whether the table has it yet

    def overdue(self, now_ms: int) -> list[str]:
        """The holds past their deadline that no write has taken out of `live` yet."""
        return [held for held, until_ms in self.live.items() if until_ms <= now_ms]

    def let_go_at(self, now_ms: int) -> tuple[int, int]:
        """The holds that ended unpaid and are not forgotten, those just overdue included, and since when."""
        points, since_ms = forgotten(self.let_go, self.let_go_ms, now_ms, LET_GO_FORGOTTEN_MS)
        return points + len(self.overdue(now_ms)), since_ms

    def tries_at(self, now_ms: int) -> tuple[int, int]:
        return forgotten(self.tries, self.tries_ms, now_ms, PROMO_TRY_FORGOTTEN_MS)


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable line of a wallet's ledger; `amount` is signed."""

    user_id: str
    seq: int
    amount: int
    balance_after: int
    reason: str
    actor: str
    at_ms: int
    booking_id: str | None = None


def wallet_entry(before: Booking, after: Booking, account: Account) -> Entry | None:
    """The ledger line that a change of this booking means for its guest's wallet; None if the wallet has no part."""
    amount = (after.wallet_refunded - before.wallet_refunded) - (after.wallet_paid - before.wallet_paid)
    if amount == 0:
        return None
    return Entry(
        user_id=after.user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="booking_payment" if amount < 0 else "booking_refund",
        actor=after.history[-1].by,
        at_ms=after.history[-1].at_ms,
        booking_id=after.booking_id,
    )


class TopUpStatus(StrEnum):
    PENDING = "pending"
    CREDITED = "credited"
    CLOSED = "closed"


class TopUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money on its way into a wallet: captured at the gateway first, credited after that, each once."""

    topup_id: str
    user_id: str
    gateway: str
    order_id: str
    amount: int
    currency: str
    status: TopUpStatus
    created_at_ms: int
    due_at_ms: int
    attempts: int = 0
    stuck: bool = False
    write_id: str = ""


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that a gateway told us of and that belongs to no booking or top-up of ours."""

    gateway: str
    order_id: str
    amount: int
    currency: str
    payment_state: str
    at_ms: int


class PromoKind(StrEnum):
    PERCENT = "percent"
    FLAT = "flat"


class Promo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    kind: PromoKind
    percent_bp: int = 0  # basis points: 1000 is 10 %
    amount: int = 0
    max_discount: int | None = None
    min_amount: int = 0
    starts_at_ms: int | None = None
    ends_at_ms: int | None = None
    usage_limit: int | None = None
    per_user_limit: int | None = None
    claimed: int = 0


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The bookings for which one user now holds a use of a promo; the keys of `bookings` are their ids."""

    code: str
    user_id: str
    bookings: dict[str, int] = {}
    stored: bool = False  # whether the table has it yet
