"""What a hotel lacks before it can be submitted, step by step and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import FieldError
from holdfast.model.property import DEFAULT_CURRENCY, INDIA

if TYPE_CHECKING:
    from holdfast.storage.properties import OwnProperty


class Step(NamedTuple):
    """One step; `recommended` is what guests expect, and a hotel can be submitted without."""

    step: str
    missing: list[FieldError]
    recommended: list[FieldError]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def checklist(own: OwnProperty) -> list[Step]:
    """The steps in their order. The last one, the review, is complete when all before it are."""
    steps = [_place(own), _policy_and_tax(own), _room_types(own), _prices_and_rooms(own), _pictures(own)]
    lacking = [_field(of.step, "is not complete") for of in steps if of.missing]
    return [*steps, Step("review", lacking, [])]


def missing(own: OwnProperty) -> list[FieldError]:
    """All that a submission needs and is not there, each field once."""
    found = [error for step in checklist(own)[:-1] for error in step.missing]
    return list({error["field"]: error for error in found}.values())


def _place(own: OwnProperty) -> Step:
    content = own.draft.content
    lacks = [] if content.timezone else [_field("timezone", "is required, such as Asia/Kolkata")]
    if content.country is None and content.currency not in {None, DEFAULT_CURRENCY}:
        lacks.append(_field("country", f"is required for a property that sells in {content.currency}"))
    advised = [
        _field(name, says)
        for name, says in (
            ("address", "shows guests where to come"),
            ("description", "tells guests what to expect"),
        )
        if not getattr(content, name)
    ]
    return Step("place", lacks, advised)


def _policy_and_tax(own: OwnProperty) -> Step:
    content = own.draft.content
    lacks = [] if content.currency else [_field("currency", "is required, such as INR")]
    if own.public and content.currency not in {None, own.public.currency}:
        lacks.append(_field("currency", f"has to be {own.public.currency} again: the prices are in it"))
    if content.taxes is None and content.country not in {None, INDIA}:
        lacks.append(_field("taxes", f"is required outside India; there is no table for {content.country}"))
    if content.cancellation_policy is None:
        lacks.append(_field("cancellation_policy", "is required; an empty list refunds nothing"))
    return Step("policy_and_tax", lacks, [])


def _room_types(own: OwnProperty) -> Step:
    lacks = [] if own.room_types else [_field("room_types", "at least one is required")]
    return Step("room_types", lacks, [])


def _prices_and_rooms(own: OwnProperty) -> Step:
    """A room type has its prices and rooms from the first moment on."""
    says = "comes with the first room type"
    lacks = [] if own.room_types else [_field("base_price", says), _field("total_rooms", says)]
    return Step("prices_and_rooms", lacks, [])


def _pictures(own: OwnProperty) -> Step:
    ready = [image for image in own.images if image.is_ready]
    lacks = []
    if ready and not ready[0].alt:
        lacks.append(_field("images[0].alt", f"the primary picture, {ready[0].image_id}, needs alternative text"))
    advised = [] if ready else [_field("images", "guests book what they have seen")]
    return Step("pictures", lacks, advised)


def _field(field: str, detail: str) -> FieldError:
    return FieldError(field=field, detail=detail)
