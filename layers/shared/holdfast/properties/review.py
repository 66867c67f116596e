"""What admins decide on hotels: approve or reject a revision, suspend a hotel and resume it.

An approval is one transaction: the decision, the draft's state, the public property and its room types, and what search
reads. It names revision and hash, so what was changed since it was read cannot be approved unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.errors import Busy, ChangedSince, NotFound
from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.model.draft import Decision, DraftState, Review
from holdfast.properties.publication import bring_on_sale, public_property, public_room_types
from holdfast.storage.images import ImageStore
from holdfast.storage.properties import OwnProperty, PropertyStore

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.draft import PropertyDraft, PropertyRevision
    from holdfast.model.property import Picture, Property

NO_PROPERTY = "There is no property by that id."


class Reviewed(NamedTuple):
    """A revision, the one that is public now, if any is, and the pictures of both that are still there."""

    revision: PropertyRevision
    live: PropertyRevision | None
    pictures: list[Picture]


class Published(NamedTuple):
    """A public property; `is_open`: all its months sell as it says, and nothing is left for the daily opener.

    `reason` is that of the suspension that stands, if one does.
    """

    public: Property
    is_open: bool
    reason: str | None = None


def reviews(decision: str | None, cursor: str | None, *, engine: Engine) -> tuple[list[Review], str | None]:
    """A page of what waits for review, or of what was decided so.

    What its owner has changed since it was submitted waits no more.
    """
    store = PropertyStore(engine.store.table)
    found, more = store.reviews(decision, cursor)
    if decision is None:
        drafts = store.drafts([review.property_id for review in found])
        found = [review for review in found if _waits(review, drafts)]
    return found, more


def revision(property_id: str, number: int, *, engine: Engine) -> Reviewed:
    """Raises NotFound."""
    store = PropertyStore(engine.store.table)
    draft, found = store.draft(property_id), store.revision(property_id, number)
    if draft is None or found is None:
        raise NotFound("There is no such revision.")
    live = store.revision(property_id, draft.live_revision) if draft.live_revision else None
    shown = dict.fromkeys(one.image_id for each in (found, live) if each for one in each.pictures)
    return Reviewed(found, live, ImageStore(engine.store.table).pictures(property_id, shown))


def approve(property_id: str, number: int, digest: str, *, admin_id: str, engine: Engine) -> Published:
    """Makes the submitted revision the public one, and opens its months. Raises NotFound, ChangedSince, Busy.

    A repeat is refused as one, after it has opened the months that the first had no time for.
    """
    store = PropertyStore(engine.store.table)

    def attempt() -> Property:
        own, found = _revision(property_id, number, store)
        if found.decision is Decision.APPROVED and found.digest == digest and _is_public(own, number):
            is_open = bring_on_sale(property_id, engine=engine)
            raise _decided_already(own, found, calendar_open=is_open)
        submitted = _submitted(own, found)
        if submitted.digest != digest:
            raise _changed_since(own, "The hash is not that of the revision")
        public, rooms = public_property(own, submitted), public_room_types(own, submitted)
        decided = _decided(submitted, Decision.APPROVED, admin_id, engine)
        store.commit(
            [
                *store.writes.decision(own.draft, decided),
                *store.writes.published(own.public, public, [after for _, after in rooms]),
                *(store.writes.room_type(before, after) for before, after in rooms),
            ]
        )
        _log("property approved", property_id, admin_id, revision=number)
        return public

    public = store.retry_on_conflict(attempt)
    return Published(public, bring_on_sale(property_id, engine=engine))


def reject(property_id: str, number: int, reason: str, *, admin_id: str, engine: Engine) -> PropertyRevision:
    """Gives the submitted revision back to its owner, with the reason. Raises NotFound, ChangedSince, Busy.

    A repeat with the same reason is refused as one.
    """
    store = PropertyStore(engine.store.table)

    def attempt() -> PropertyRevision:
        own, found = _revision(property_id, number, store)
        if found.decision is Decision.REJECTED and found.reason == reason:
            raise _decided_already(own, found)
        submitted = _submitted(own, found)
        decided = _decided(submitted, Decision.REJECTED, admin_id, engine, reason)
        store.commit(store.writes.decision(own.draft, decided))
        _log("property rejected", property_id, admin_id, revision=number)
        return decided

    return store.retry_on_conflict(attempt)


def suspend(property_id: str, reason: str, *, admin_id: str, engine: Engine) -> Published:
    """Takes a public hotel off sale; bookings stay. Repeatable: the first reason stands. Raises NotFound, Busy."""
    return _set_live(property_id, reason, admin_id, engine)


def resume(property_id: str, *, admin_id: str, engine: Engine) -> Published:
    """Puts a suspended hotel on sale again. Repeatable. Raises NotFound, Busy."""
    return _set_live(property_id, None, admin_id, engine)


def _set_live(property_id: str, reason: str | None, admin_id: str, engine: Engine) -> Published:
    """Live without a reason, and suspended for one.

    The daily opener finishes what a resumption had no time for, but it does not see suspended hotels. So a suspension
    that left months on sale is Busy: its repeat goes on from there.
    """
    store = PropertyStore(engine.store.table)
    live = reason is None

    def attempt() -> tuple[Property, str | None]:
        before = store.public([property_id]).get(property_id)
        if before is None:
            raise NotFound(NO_PROPERTY)
        if before.live is live:
            stands = None if live else store.suspension(property_id)
            return before, stands.reason if stands else None
        after = msgspec.structs.replace(before, live=live)
        review = Review(
            property_id=property_id,
            name=after.name,
            revision=after.revision,
            at_ms=millis(engine.clock()),
            by=admin_id,
            reason=reason,
        )
        rooms = engine.catalog.room_types(property_id)
        store.commit(
            [
                *store.writes.published(before, after, rooms),
                store.writes.suspension(None if live else review, property_id),
            ]
        )
        _log("property resumed" if live else "property suspended", property_id, admin_id)
        return after, reason

    public, stands = store.retry_on_conflict(attempt)
    is_open = bring_on_sale(property_id, engine=engine)
    if not (live or is_open):
        raise Busy("Not all of the hotel is off sale yet. Please suspend it again: a repeat is safe.")
    return Published(public, is_open, stands)


def _revision(property_id: str, number: int, store: PropertyStore) -> tuple[OwnProperty, PropertyRevision]:
    """The revision of that number, decided or not. Raises NotFound, ChangedSince."""
    own = store.own_property(property_id)
    if own is None:
        raise NotFound(NO_PROPERTY)
    found = store.revision(property_id, number)
    if found is None:
        raise _changed_since(own, f"There is no revision {number}")
    return own, found


def _submitted(own: OwnProperty, found: PropertyRevision) -> PropertyRevision:
    """The revision, if it waits for a decision. Raises ChangedSince."""
    number = found.number
    if found.decision:
        raise _changed_since(own, f"Revision {number} is {found.decision} already")
    if own.draft.state is not DraftState.SUBMITTED or own.draft.revision != number:
        raise _changed_since(own, f"The owner has changed the property since revision {number} was submitted")
    return found


def _is_public(own: OwnProperty, number: int) -> bool:
    return own.public is not None and own.public.revision == number


def _decided_already(own: OwnProperty, found: PropertyRevision, **calendar: bool) -> ChangedSince:
    """The refusal of a repeat, by which its caller knows that the decision stands as it was asked for."""
    by = "hash" if found.decision is Decision.APPROVED else "reason"
    says = f"Revision {found.number} is {found.decision} already, with this {by}"
    return _changed_since(own, says, decision=str(found.decision), **calendar)


def _changed_since(own: OwnProperty, says: str, **members: str | bool) -> ChangedSince:
    draft = own.draft
    where = f"{says}; the draft is at version {draft.version}, and revision {draft.revision} was submitted last."
    return ChangedSince(where, revision=draft.revision, version=draft.version, **members)


def _decided(
    submitted: PropertyRevision, decision: Decision, admin_id: str, engine: Engine, reason: str | None = None
) -> PropertyRevision:
    at_ms = millis(engine.clock())
    return msgspec.structs.replace(
        submitted, decision=decision, decided_at_ms=at_ms, decided_by=admin_id, reason=reason
    )


def _waits(review: Review, drafts: dict[str, PropertyDraft]) -> bool:
    draft = drafts.get(review.property_id)
    return draft is not None and draft.state is DraftState.SUBMITTED and draft.revision == review.revision


def _log(what: str, property_id: str, admin_id: str, **facts: int) -> None:
    logger.info(what, extra={"property_id": property_id, "by": admin_id, **facts})
