"""The problem documents of the API description: one schema for each refusal of `holdfast.errors`, and one example."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from holdfast import errors
from holdfast.errors import BookingError
from holdfast.http import PROBLEM_TYPE, problem
from holdfast.pricing import Quote


class GatewayMessage(msgspec.Struct):
    """What API Gateway answers by itself, when no function is asked: its JWT authorizer and its throttles."""

    message: str


class FieldError(msgspec.Struct):
    field: str
    detail: str


# The members that a refusal adds to every problem's own.
MEMBERS: dict[type[BookingError], list[tuple[str, Any] | tuple[str, Any, Any]]] = {
    errors.InvalidFields: [("errors", Annotated[list[FieldError], msgspec.Meta(min_length=1)])],
    errors.MalformedRequest: [("field", str, msgspec.field(default=""))],
    errors.SoldOut: [("nights", Annotated[list[date], msgspec.Meta(min_length=1)])],
    errors.PriceChanged: [("pricing", Quote)],
    errors.InsufficientWallet: [("balance", int, msgspec.field(default=0))],
    errors.Busy: [("retry_after_seconds", int)],
    errors.TooManyHolds: [("retry_after_seconds", int)],
    errors.TooManyTopUps: [("retry_after_seconds", int)],
    errors.TooManyTries: [("retry_after_seconds", int)],
}
QUOTE = Quote(
    base_amount=1_500_000,
    promo_discount=0,
    subtotal_after_promo=1_500_000,
    gst_amount=75_000,
    total_payable=1_575_000,
    wallet_applied=0,
    gateway_payable=1_575_000,
    currency="INR",
    promo_code=None,
    lines=(),
)
EXAMPLES: dict[type[BookingError], BookingError] = {
    errors.InvalidFields: errors.InvalidFields(("rooms", "Expected `int` <= 9")),
    errors.MalformedRequest: errors.MalformedRequest(
        "Content-Type must be application/json, in UTF-8.", field="Content-Type"
    ),
    errors.SoldOut: errors.SoldOut([date(2026, 12, 24)], 2),
    errors.PriceChanged: errors.PriceChanged("The total payable is 1575000.", pricing=QUOTE),
    errors.InsufficientWallet: errors.InsufficientWallet("The wallet holds 500 of the 1000 asked for.", balance=500),
    errors.Busy: errors.Busy(),
    errors.TooManyHolds: errors.TooManyHolds("You have 5 live holds, the most allowed.", retry_after_seconds=240),
    errors.TooManyTopUps: errors.TooManyTopUps("You have 5 top-ups that are not paid.", retry_after_seconds=900),
    errors.TooManyTries: errors.TooManyTries("Wait 300 s before you try another code.", retry_after_seconds=300),
}


def document_of(refusal: type[BookingError]) -> type[msgspec.Struct]:
    """The shape of the refusal's problem document, named like the refusal; the same class each time."""
    return _documents.setdefault(refusal, _described(refusal))


_documents: dict[type[BookingError], type[msgspec.Struct]] = {}


def _described(refusal: type[BookingError]) -> type[msgspec.Struct]:
    own: list[Any] = [
        ("type", Literal[f"{PROBLEM_TYPE}{refusal.code}"]),
        ("title", str),
        ("status", Literal[refusal.status]),
        ("code", Literal[refusal.code]),
        ("detail", str),
        ("instance", str),
    ]
    doc = {"__doc__": (refusal.__doc__ or refusal.title).strip()}
    return msgspec.defstruct(refusal.__name__, [*own, *MEMBERS.get(refusal, [])], namespace=doc, kw_only=True)


def example_of(refusal: type[BookingError]) -> Any:
    """A refusal as a caller gets it."""
    raised = EXAMPLES.get(refusal) or refusal(f"{refusal.title}.")
    return msgspec.to_builtins(problem(raised, "/bookings"))
