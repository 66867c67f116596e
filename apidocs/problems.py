"""The problem documents of the API description: one schema for each refusal of `holdfast.errors`, and one example."""

from datetime import date
from typing import Any, ClassVar, Literal, get_origin, get_type_hints

from pydantic import BaseModel, create_model
from pydantic_core import to_jsonable_python

from holdfast import errors
from holdfast.errors import BookingError
from holdfast.http import PROBLEM_TYPE, problem
from holdfast.pricing import Quote
from holdfast.taxes import Tax


class GatewayMessage(BaseModel):
    """What API Gateway answers by itself, when no function is asked: its JWT authorizer and its throttles."""

    message: str


QUOTE = Quote(
    base_amount=1_500_000,
    promo_discount=0,
    subtotal_after_promo=1_500_000,
    gst_amount=75_000,
    taxes=(Tax(name="CGST", rate_bp=250, amount=37_500), Tax(name="SGST", rate_bp=250, amount=37_500)),
    total_payable=1_575_000,
    wallet_applied=0,
    gateway_payable=1_575_000,
    currency="INR",
    promo_code=None,
    lines=(),
)
EXAMPLES: dict[type[BookingError], BookingError] = {
    errors.InvalidFields: errors.InvalidFields(("rooms", "must be 1 to 9")),
    errors.MalformedRequest: errors.MalformedRequest(
        "Content-Type must be application/json, in UTF-8.", field="Content-Type"
    ),
    errors.SoldOut: errors.SoldOut([date(2026, 12, 24)], 2),
    errors.BelowSold: errors.BelowSold([errors.TakenNight(night=date(2026, 12, 24), rooms_on_sale=1, taken=2)]),
    errors.Restricted: errors.Restricted(
        "2026-12-24 to 2026-12-25 cannot be booked: a stay from 2026-12-24 is at least 2 nights. "
        "2026-12-24 to 2026-12-26 can.",
        restrictions=[errors.RestrictionShown(rule="min_stay_arrival", date=date(2026, 12, 24), value=2)],
        alternatives=[
            errors.Alternative(check_in=date(2026, 12, 24), check_out=date(2026, 12, 26), total_payable=1_050_000)
        ],
    ),
    errors.ChangedSince: errors.ChangedSince(
        "The owner has changed the property since revision 7 was submitted; the draft is at version 12, and revision 7 "
        "was submitted last.",
        revision=7,
        version=12,
    ),
    errors.VersionMismatch: errors.VersionMismatch(
        "The draft is at version 12; read it again, and change that.", version=12
    ),
    errors.RoomTypeInUse: errors.RoomTypeInUse(
        [
            errors.FutureBooking(
                booking_id="bk_q4h2k7zr5tnw3xv6m2ycjd5aeu",
                status="confirmed",
                check_in=date(2026, 12, 24),
                check_out=date(2026, 12, 26),
                rooms=1,
            )
        ],
        [date(2026, 12, 24), date(2026, 12, 25)],
    ),
    errors.PriceChanged: errors.PriceChanged("The total payable is 1575000.", pricing=QUOTE),
    errors.AmountTooSmall: errors.AmountTooSmall(
        "0.50 INR is left to pay, and razorpay charges at least 1.00 INR; pay all of it from the wallet, or choose "
        "another gateway.",
        amount=50,
        smallest=100,
        currency="INR",
    ),
    errors.GuestRequired: errors.GuestRequired(
        "The property asks who will stay before it takes a payment; send that first: PUT /bookings/{booking_id}/guest."
    ),
    errors.NotRevivable: errors.NotRevivable("The booking is confirmed: its rooms are yours."),
    errors.InsufficientWallet: errors.InsufficientWallet(
        "The wallet holds 500 of the 1000 asked for.", balance=500, currency="INR"
    ),
    errors.Busy: errors.Busy(),
    errors.TooManyHolds: errors.TooManyHolds("You have 5 live holds, the most allowed.", retry_after_seconds=240),
    errors.TooManyTopUps: errors.TooManyTopUps("You have 5 top-ups that are not paid.", retry_after_seconds=900),
    errors.TooManyCalls: errors.TooManyCalls(
        "At most 20 calls a minute change a property in bulk; wait 40 s.", retry_after_seconds=40
    ),
    errors.TooManyTries: errors.TooManyTries("Wait 300 s before you try another code.", retry_after_seconds=300),
}


def document_of(refusal: type[BookingError]) -> type[BaseModel]:
    """The shape of the refusal's problem document, named like the refusal; the same class each time."""
    return _documents.setdefault(refusal, _described(refusal))


_documents: dict[type[BookingError], type[BaseModel]] = {}


def _described(refusal: type[BookingError]) -> type[BaseModel]:
    """The common members, and then the refusal's own."""
    common = {
        "type": Literal[f"{PROBLEM_TYPE}{refusal.code}"],
        "title": str,
        "status": Literal[refusal.status],
        "code": Literal[refusal.code],
        "detail": str,
        "instance": str,
    }
    stated = get_type_hints(refusal, localns={"Quote": Quote}, include_extras=True)
    own = {name: kind for name, kind in stated.items() if get_origin(kind) is not ClassVar}
    fields: dict[str, Any] = {name: (kind, ...) for name, kind in common.items()}
    fields |= {name: (kind, getattr(refusal, name, ...)) for name, kind in own.items()}
    return create_model(refusal.__name__, __doc__=(refusal.__doc__ or refusal.title).strip(), **fields)


def example_of(refusal: type[BookingError]) -> Any:
    """A refusal as a caller gets it."""
    raised = EXAMPLES.get(refusal) or refusal(f"{refusal.title}.")
    return to_jsonable_python(problem(raised, "/bookings"))
