"""Refusals, each with its HTTP status and its stable code, which are a contract with clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypedDict

from annotated_types import MinLen

if TYPE_CHECKING:
    from holdfast.pricing import Quote

RETRY_AFTER_SECONDS = 1


class FieldError(TypedDict):
    field: str
    detail: str


class RestrictionShown(TypedDict):
    """A rule, the night or day that has it, and its value: nights, days before check-in, or true."""

    rule: str
    date: date
    value: int | bool


class Alternative(TypedDict):
    """A stay near the one asked for that the rules allow and that is free, with its price for all the rooms."""

    check_in: date
    check_out: date
    total_payable: int


class BookingError(Exception):
    """Base of every refusal; never raised itself.

    A subclass annotates the members that its problem document adds to the common ones; a member with a value there
    may be absent. `apidocs` describes them from these annotations.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members
        for name, value in members.items():
            setattr(self, name, value)


class MalformedRequest(BookingError):
    """The request could not be read at all: its JSON, its size, a header."""

    status, code, title = 400, "invalid_request", "The request could not be read"
    field: str = ""


class IdempotencyKeyRequired(BookingError):
    status, code, title = 400, "idempotency_key_required", "An Idempotency-Key header is required"


class Unauthenticated(BookingError):
    status, code, title = 401, "unauthenticated", "A valid access token is required"


class PaymentDeclined(BookingError):
    """The gateway did not vouch for the payment; no money was moved by us."""

    status, code, title = 402, "payment_declined", "The payment was not accepted"


class WrongMoney(PaymentDeclined):
    """The payment on the booking's own order is not what the quote asks for; it is refunded."""


class ChargeFailed(PaymentDeclined):
    """The booking was confirmed and undone again, because its authorisation had lapsed; nothing was taken."""


class Forbidden(BookingError):
    status, code, title = 403, "forbidden", "This needs another role"


class NotFound(BookingError):
    """Missing, or somebody else's: the two read alike, so that ids cannot be probed."""

    status, code, title = 404, "not_found", "Not found"


class SoldOut(BookingError):
    status, code, title = 409, "sold_out", "Not enough rooms"
    nights: Annotated[list[date], MinLen(1)]

    def __init__(self, nights: Iterable[date], rooms: int) -> None:
        short = list(nights)
        names = ", ".join(night.isoformat() for night in short)
        super().__init__(f"{rooms} room(s) are not free on {names}; try other dates or fewer rooms.", nights=short)


class TakenNight(TypedDict):
    """A night for which fewer rooms were asked for than are held, sold or blocked."""

    night: date
    rooms_on_sale: int
    taken: int


class BelowSold(BookingError):
    """A night never has fewer rooms on sale than are held, sold and blocked; `nights` names each with both numbers."""

    status, code, title = 409, "below_sold", "More rooms are taken than would be on sale"
    nights: Annotated[list[TakenNight], MinLen(1)]

    def __init__(self, nights: Iterable[TakenNight]) -> None:
        short = list(nights)
        names = ", ".join(f"{of['night']} ({of['taken']} taken, {of['rooms_on_sale']} asked for)" for of in short)
        super().__init__(
            f"Rooms are held, sold or blocked on {names}; leave at least those on sale, or end first what takes them.",
            nights=short,
        )


class ChangedSince(BookingError):
    """What was to be approved or changed is not what is there any more: read it again.

    With `decision`, the very decision that was asked for stands already, as after an answer that was lost; for an
    approval, `calendar_open` says whether all months sell as it was decided.
    """

    status, code, title = 409, "changed_since", "It was changed since"
    revision: int = 0  # the latest one submitted
    version: int = 0  # of the draft, now
    decision: Literal["approved", "rejected"] | None = None
    calendar_open: bool | None = None


class Restricted(BookingError):
    """Rules of the hotel forbid the stay; the stays near it that `alternatives` names can be held."""

    status, code, title = 409, "restricted", "The hotel's rules do not allow this stay"
    restrictions: list[RestrictionShown]
    alternatives: list[Alternative]


class PriceChanged(BookingError):
    """The amounts sent are not those of the quote; `pricing` carries the quote that stands."""

    status, code, title = 409, "price_changed", "The amounts do not match the price"
    pricing: Quote


class InsufficientWallet(BookingError):
    status, code, title = 409, "insufficient_wallet", "The wallet does not cover this"
    balance: int = 0  # below zero after a top-up was taken back
    currency: str = ""


class AmountTooSmall(BookingError):
    """The gateway charges nothing as small as `amount`; it begins at `smallest`. Both in minor units of `currency`."""

    status, code, title = 409, "amount_too_small", "The amount is too small for the gateway"
    amount: int
    smallest: int
    currency: str


class PromoExhausted(BookingError):
    status, code, title = 409, "promo_exhausted", "The promo code is used up"


class AlreadyPaid(BookingError):
    status, code, title = 409, "already_paid", "Already paid by another payment"


class NotPayable(BookingError):
    status, code, title = 409, "not_payable", "The booking cannot be paid in its state"


class GuestRequired(BookingError):
    """The property insists on the guest's details: before a payment, and until the stay is over."""

    status, code, title = 409, "guest_required", "The guest's details are required"


class NotRevivable(BookingError):
    status, code, title = 409, "not_revivable", "The booking cannot be revived in its state"


class NotCancellable(BookingError):
    status, code, title = 409, "not_cancellable", "The booking cannot be cancelled in its state"


class StayConflict(BookingError):
    """What is asked does not fit where the stay is: too early, too late, or the guest is in the house."""

    status, code, title = 409, "stay_conflict", "The stay does not allow this now"


class FutureBooking(TypedDict):
    booking_id: str
    status: str
    check_in: date
    check_out: date
    rooms: int


class RoomTypeInUse(StayConflict):
    """A room type is deleted only while nobody will stay in it: `bookings` names those who will, some if many do.

    `nights` are all that have a room held, sold or blocked.
    """

    bookings: list[FutureBooking]
    nights: Annotated[list[date], MinLen(1)]

    def __init__(self, bookings: list[FutureBooking], nights: list[date]) -> None:
        names = ", ".join(f"{of['booking_id']} ({of['check_in']} to {of['check_out']})" for of in bookings)
        super().__init__(
            f"Rooms of this type are taken on {len(nights)} night(s) from {nights[0]} on"
            + (f", by {names}" if names else "")
            + "; cancel these bookings or remove these blocks first, or close the nights instead.",
            bookings=bookings,
            nights=nights,
        )


class InProgress(BookingError):
    status, code, title = 409, "in_progress", "Still being worked on"


class HoldExpired(BookingError):
    status, code, title = 410, "hold_expired", "The hold has expired"


class VersionMismatch(BookingError):
    """If-Match names another version than the one that is there; `version` is that one."""

    status, code, title = 412, "version_mismatch", "Another change came first"
    version: int


class InvalidFields(BookingError):
    """One or more fields are wrong; `errors` names each with what would be right."""

    status, code, title = 422, "invalid_request", "A field is not valid"
    errors: Annotated[Sequence[FieldError], MinLen(1)]

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(
            "; ".join(f"{field}: {problem}" for field, problem in errors),
            errors=[FieldError(field=field, detail=problem) for field, problem in errors],
        )


class IdempotencyKeyReused(BookingError):
    status, code, title = 422, "idempotency_key_reused", "The Idempotency-Key was used for another request"


class PromoInvalid(BookingError):
    status, code, title = 422, "promo_invalid", "The promo code does not apply"


class TooManyHolds(BookingError):
    status, code, title = 429, "too_many_holds", "Too many holds at once"
    retry_after_seconds: int


class TooManyTopUps(BookingError):
    status, code, title = 429, "too_many_topups", "Too many top-ups waiting to be paid"
    retry_after_seconds: int


class TooManyTries(BookingError):
    """Too many promo codes that do not apply were tried: a code is known or not, it is not to be guessed."""

    status, code, title = 429, "too_many_tries", "Too many promo codes tried"
    retry_after_seconds: int


class TooManyCalls(BookingError):
    status, code, title = 429, "too_many_calls", "Too many calls"
    retry_after_seconds: int


class Busy(BookingError):
    """Contention, throttling or an answer that never came outlasted the retries. The outcome may be unknown: poll."""

    status, code, title = 503, "busy", "Too busy to answer now"
    retry_after_seconds: int

    def __init__(self, detail: str = "Please try again; a repeat of the same request is safe.") -> None:
        super().__init__(detail, retry_after_seconds=RETRY_AFTER_SECONDS)
