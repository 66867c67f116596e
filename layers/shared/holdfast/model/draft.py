"""An owner's working copy of a hotel, and the numbered revisions of it that admins approve or reject.

draft ── submit ──► submitted ── approve ──► live ⇄ suspended
  ▲                     │  └───── reject ────► rejected
  └──── any change ─────┴──────────────────────┘

A change of a live hotel leaves it live, as it was approved, until the change is submitted and approved in its turn.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from holdfast.model.property import DAY_ENDS, PolicyStep, RoomContent, TaxTable


class DraftState(StrEnum):
    """Where a hotel stands. `suspended` is a live hotel's public page that an admin has taken off sale."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LIVE = "live"
    REJECTED = "rejected"


class PropertyContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What guests read of a hotel and what its bookings rest on. None: not said yet."""

    name: str
    city: str
    description: str | None = None
    address: str | None = None
    country: str | None = None
    timezone: str | None = None
    currency: str | None = None
    taxes: TaxTable | None = None  # None in India: GST
    cancellation_policy: tuple[PolicyStep, ...] | None = None
    amenities: tuple[str, ...] = ()
    day_ends: int = DAY_ENDS  # minutes after midnight, property time
    guest_required: bool = False


class PropertyDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The owner's working copy. Its `version` grows with each change of what a revision would hold.

    Room types and pictures are items of their own; their order, and so their number, is here.
    """

    property_id: str
    owner_id: str
    content: PropertyContent
    room_types: tuple[str, ...] = ()  # ids
    image_order: tuple[str, ...] = ()  # ids; the first is the primary one
    image_rooms: dict[str, str] = {}  # the room type that a picture shows, by the picture's id
    state: DraftState = DraftState.DRAFT
    revision: int = 0  # the number of the last one submitted
    live_revision: int = 0  # the number of the last one approved
    live_version: int = 0  # the version that this was made of
    reason: str | None = None  # why the last one was rejected
    version: int = 1
    changed_at_ms: int

    @property
    def has_changes(self) -> bool:
        """Whether it differs from what was approved last."""
        return self.version != self.live_version

    @property
    def state_after_change(self) -> DraftState:
        return self.state if self.state is DraftState.LIVE else DraftState.DRAFT


class RevisedPicture(msgspec.Struct, frozen=True, array_like=True):
    image_id: str
    alt: str
    room_type_id: str | None = None


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class PropertyRevision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was submitted: never changed but for the decision on it. `digest` is a hash over all the content."""

    property_id: str
    number: int
    content: PropertyContent
    rooms: dict[str, RoomContent]  # by room type
    pictures: tuple[RevisedPicture, ...] = ()
    digest: str
    submitted_at_ms: int
    submitted_by: str
    decision: Decision | None = None
    decided_at_ms: int | None = None
    decided_by: str | None = None
    reason: str | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line in a list of admins: of what waits for them, of what they decided, of whom they suspended."""

    property_id: str
    name: str
    revision: int
    at_ms: int  # of the submission, the decision or the suspension
    by: str
    submitted_at_ms: int | None = None
    reason: str | None = None
