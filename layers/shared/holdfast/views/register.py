"""A hotel as its owner sees it: the draft, its room types, what is missing."""

from typing import TYPE_CHECKING, TypedDict

import msgspec

from holdfast.errors import FieldError
from holdfast.fields import Instant, Strict
from holdfast.model.dates import hour, rfc3339
from holdfast.properties.plan_requests import ChildBandRequest, DerivedPrice, NamedPlanRequest, OccupancyRequest
from holdfast.views.content import ContentView, content_fields, policy_steps

if TYPE_CHECKING:
    from holdfast.model.property import Occupancy, Property, RatePlan, RoomType
    from holdfast.properties.checklist import Step
    from holdfast.properties.register import OwnedProperty
    from holdfast.properties.submission import Submission
    from holdfast.storage.properties import OwnProperty

LIVE, SUBMITTED, SUSPENDED = "live", "submitted", "suspended"


class PropertyMade(Strict):
    property_id: str


class RoomTypeMade(Strict):
    room_type_id: str


class RoomTypeDeleted(Strict):
    """The room type is gone."""


class OwnedPropertyView(TypedDict):
    """`public` is what guests meet: `live`, `suspended`, or null while the property was never approved."""

    property_id: str
    name: str
    city: str
    state: str
    version: int
    revision: int
    live_revision: int
    public: str | None


class OwnedPropertyList(Strict):
    """A page of the caller's properties; `cursor` asks for the next one."""

    properties: tuple[OwnedPropertyView, ...]
    cursor: str | None = None


class OwnRoomTypeView(Strict):
    """A room type as its owner left it; `live`: it was approved, with this content or with an earlier one."""

    room_type_id: str
    name: str
    description: str
    base_price: int
    discounted_price: int | None = None
    total_rooms: int
    max_guests: int
    plans: tuple[NamedPlanRequest, ...]
    occupancy: OccupancyRequest | None = None
    live: bool


class PublishedView(TypedDict):
    """What a public property sells by, until a change of it is approved."""

    currency: str
    timezone: str
    day_ends_at: str


class DraftView(ContentView):
    """`revision` was submitted last, `live_revision` is public; `has_changes`: the draft differs from that.

    `reason` is why the last one was rejected, or why the property is suspended. `published` is there once the property
    is public: prices of nights are in its currency, and the hotel's day is by its time zone.
    """

    property_id: str
    state: str
    version: int
    revision: int
    live_revision: int
    has_changes: bool
    public: str | None = None
    published: PublishedView | None = None
    reason: str | None = None
    changed_at: Instant
    room_types: tuple[OwnRoomTypeView, ...]
    images: tuple[str, ...]


class StepView(TypedDict):
    """A step is complete when nothing is missing; what is recommended can be left out."""

    step: str
    complete: bool
    missing: tuple[FieldError, ...]
    recommended: tuple[FieldError, ...]


class ChecklistView(Strict):
    """`complete`: the property can be submitted."""

    complete: bool
    steps: tuple[StepView, ...]


class SubmissionView(Strict):
    """`version` is that of the draft which the revision was made of."""

    property_id: str
    revision: int
    hash: str
    state: str
    submitted_at: Instant
    version: int


def owned_view(owned: "OwnedProperty") -> OwnedPropertyView:
    draft, public = owned.draft, owned.public
    content = draft.content if draft else public
    assert content
    state = draft.state if draft else LIVE
    return OwnedPropertyView(
        property_id=owned.property_id,
        name=content.name,
        city=content.city,
        state=SUSPENDED if state == LIVE and public and not public.live else state,
        version=draft.version if draft else 0,
        revision=draft.revision if draft else 0,
        live_revision=draft.live_revision if draft else 0,
        public=_public(public),
    )


def draft_view(own: "OwnProperty") -> DraftView:
    draft = own.draft
    return DraftView(
        **content_fields(draft.content),
        property_id=draft.property_id,
        state=own.state,
        version=draft.version,
        revision=draft.revision,
        live_revision=draft.live_revision,
        has_changes=draft.has_changes,
        public=_public(own.public),
        published=_published(own.public) if own.public else None,
        reason=own.suspension.reason if own.suspension and own.is_suspended else draft.reason,
        changed_at=rfc3339(draft.changed_at_ms),
        room_types=tuple(room_type_view(room) for room in own.room_types),
        images=draft.image_order,
    )


def room_type_view(room: "RoomType") -> OwnRoomTypeView:
    content = room.latest
    return OwnRoomTypeView(
        room_type_id=room.room_type_id,
        name=content.name,
        description=content.description,
        base_price=room.base_price,
        discounted_price=room.discounted_price,
        total_rooms=room.total_rooms,
        max_guests=room.max_guests,
        plans=tuple(plan_view(plan) for plan in room.plans),
        occupancy=_occupancy_view(room.occupancy) if room.occupancy else None,
        live=room.live,
    )


def plan_view(plan: "RatePlan") -> NamedPlanRequest:
    policy = plan.cancellation_policy
    return NamedPlanRequest(
        plan_id=plan.plan_id,
        name=plan.name,
        meal=plan.meal,
        derived=DerivedPrice(percent_bp=plan.percent_bp, amount=plan.amount),
        cancellation_policy=None if policy is None else policy_steps(policy),
        min_stay=plan.min_stay,
        max_stay=plan.max_stay,
        book_from_days=plan.book_from_days,
        book_until_days=plan.book_until_days,
        active=plan.active,
    )


def checklist_view(steps: "list[Step]") -> ChecklistView:
    return ChecklistView(
        complete=all(step.is_complete for step in steps),
        steps=tuple(
            StepView(
                step=step.step,
                complete=step.is_complete,
                missing=tuple(step.missing),
                recommended=tuple(step.recommended),
            )
            for step in steps
        ),
    )


def submission_view(submission: "Submission") -> SubmissionView:
    revision = submission.revision
    return SubmissionView(
        property_id=revision.property_id,
        revision=revision.number,
        hash=revision.digest,
        state=revision.decision or SUBMITTED,
        submitted_at=rfc3339(revision.submitted_at_ms),
        version=submission.version,
    )


def _occupancy_view(occupancy: "Occupancy") -> OccupancyRequest:
    bands = tuple(ChildBandRequest(max_age=band.max_age, amount=band.amount) for band in occupancy.child_bands)
    return OccupancyRequest(**msgspec.structs.asdict(occupancy) | {"child_bands": bands})


def _published(public: "Property") -> PublishedView:
    return PublishedView(currency=public.currency, timezone=public.timezone, day_ends_at=hour(public.day_ends))


def _public(public: "Property | None") -> str | None:
    return None if public is None else LIVE if public.live else SUSPENDED
