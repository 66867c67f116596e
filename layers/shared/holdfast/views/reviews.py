"""What admins review: the queue, a revision with what it changes, and what was decided."""

from typing import TYPE_CHECKING, Any

from holdfast.fields import Instant, Strict
from holdfast.model.dates import rfc3339
from holdfast.views.content import ContentView, content_fields
from holdfast.views.pictures import PictureView, picture_view

if TYPE_CHECKING:
    from holdfast.model.draft import PropertyRevision, Review
    from holdfast.properties.review import Published, Reviewed


class ReviewView(Strict):
    """`reason` and `at` belong to a decision, or to a suspension."""

    property_id: str
    name: str
    revision: int
    submitted_at: Instant | None = None
    at: Instant | None = None
    reason: str | None = None


class ReviewList(Strict):
    """A page of the list; `cursor` asks for the next one."""

    reviews: tuple[ReviewView, ...]
    cursor: str | None = None


class RoomContentView(Strict):
    name: str
    description: str


class RevisedPictureView(Strict):
    image_id: str
    alt: str
    room_type_id: str | None = None


class RevisedView(ContentView):
    """All that is approved with the revision; room types by their ids."""

    room_types: dict[str, RoomContentView]
    pictures: tuple[RevisedPictureView, ...]


class ChangeView(Strict):
    """A field that differs from the public revision; null: it is not there. Room types are fields by their ids."""

    field: str
    before: Any
    after: Any


class RevisionView(Strict):
    """`pictures`: those of this revision and of the public one, with their files; one that was deleted is left out."""

    property_id: str
    revision: int
    hash: str
    content: RevisedView
    changes: tuple[ChangeView, ...]
    pictures: tuple[PictureView, ...] = ()
    submitted_at: Instant
    submitted_by: str
    decision: str | None = None
    decided_at: Instant | None = None
    reason: str | None = None


class DecisionView(Strict):
    """`calendar_open`: all months sell as was decided; otherwise some still wait for the daily opening or a repeat."""

    property_id: str
    revision: int
    state: str
    reason: str | None = None
    calendar_open: bool | None = None


def review_view(review: "Review") -> ReviewView:
    submitted = review.submitted_at_ms
    return ReviewView(
        property_id=review.property_id,
        name=review.name,
        revision=review.revision,
        submitted_at=None if submitted is None else rfc3339(submitted),
        at=None if review.at_ms == submitted else rfc3339(review.at_ms),
        reason=review.reason,
    )


def revision_view(reviewed: "Reviewed", base_url: str) -> RevisionView:
    """`base_url` is where the bucket's pictures are served."""
    from holdfast.properties.revised import differences  # noqa: PLC0415 - only this answer needs it

    revision, live, pictures = reviewed
    return RevisionView(
        property_id=revision.property_id,
        revision=revision.number,
        hash=revision.digest,
        content=_content(revision),
        changes=tuple(
            ChangeView(field=field, before=before, after=after)
            for field, before, after in differences(_fields(live) if live else {}, _fields(revision))
        ),
        pictures=tuple(picture_view(revision.property_id, picture, base_url) for picture in pictures),
        submitted_at=rfc3339(revision.submitted_at_ms),
        submitted_by=revision.submitted_by,
        decision=revision.decision,
        decided_at=None if revision.decided_at_ms is None else rfc3339(revision.decided_at_ms),
        reason=revision.reason,
    )


def published_view(published: "Published") -> DecisionView:
    public = published.public
    return DecisionView(
        property_id=public.property_id,
        revision=public.revision,
        state="live" if public.live else "suspended",
        reason=published.reason,
        calendar_open=published.is_open,
    )


def rejected_view(rejected: "PropertyRevision") -> DecisionView:
    return DecisionView(
        property_id=rejected.property_id, revision=rejected.number, state="rejected", reason=rejected.reason
    )


def _content(revision: "PropertyRevision") -> RevisedView:
    return RevisedView(
        **content_fields(revision.content),
        room_types={
            one: RoomContentView(name=room.name, description=room.description) for one, room in revision.rooms.items()
        },
        pictures=tuple(
            RevisedPictureView(image_id=one.image_id, alt=one.alt, room_type_id=one.room_type_id)
            for one in revision.pictures
        ),
    )


def _fields(revision: "PropertyRevision") -> dict[str, Any]:
    """The content's fields, each room type one of them."""
    shown = _content(revision).model_dump(mode="json", exclude_none=True)
    rooms = {f"room_types.{one}": room for one, room in shown.pop("room_types").items()}
    return shown | rooms
