"""The audit of hotels: what guests see is what an admin approved last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.model.draft import Decision, PropertyRevision
from holdfast.storage.property_items import (
    draft_key,
    listing_key,
    plain_city,
    property_key,
    revision_key,
    room_type_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.model.listing import Listing
    from holdfast.model.property import Property, RoomType

SAME = ("name", "city", "day_ends", "guest_required", "taxes", "amenities")  # in a revision and on the public page
DEFAULTS = {  # of what a revision may leave out
    "country": "IN",
    "currency": "INR",
    "timezone": None,
    "cancellation_policy": (),
    "description": "",
    "address": "",
}


def broken_hotels(view: Snapshot) -> Iterator[Broken]:
    """PUB1: a public page, its room types and its listing are those of the revision that was approved last.

    A hotel that was loaded before hotels were reviewed has no revision, and nothing to compare it with.
    """
    unreadable = {key for key, _ in view.unreadable}
    for property_id, draft in view.drafts.items():
        if draft.live_revision and property_id not in view.public and property_key(property_id) not in unreadable:
            text = f"{property_id}: revision {draft.live_revision} was approved, and nothing is public"
            yield Broken("PUB1", text, (draft_key(property_id), property_key(property_id)))
    for property_id, public in view.public.items():
        if public.revision and revision_key(property_id, public.revision) not in unreadable:
            yield from _broken_hotel(public, view)


def _broken_hotel(public: Property, view: Snapshot) -> Iterator[Broken]:
    property_id = public.property_id
    approved = {
        number: one
        for (of, number), one in view.revisions.items()
        if of == property_id and one.decision is Decision.APPROVED
    }
    keys = property_key(property_id), revision_key(property_id, public.revision)
    if not approved or public.revision != max(approved):
        last = f"revision {max(approved)} was approved last" if approved else "no revision was approved"
        yield Broken("PUB1", f"{property_id}: revision {public.revision} is public, and {last}", keys)
        return
    revision = approved[public.revision]
    draft = view.drafts.get(property_id)
    if draft and draft.live_revision != public.revision:
        text = f"{property_id}: the draft says that revision {draft.live_revision} is public, not {public.revision}"
        yield Broken("PUB1", text, (*keys, draft_key(property_id)))
    yield from (Broken("PUB1", f"{property_id}: {seen}", keys) for seen in _differences(public, revision))
    rooms = [room for room in view.room_types if room.property_id == property_id and room.live]
    for room in rooms:
        known = revision.rooms.get(room.room_type_id)
        if known is None or (known.name, known.description) != (room.name, room.description):
            text = f"{room.room_type_id}: live, and not as revision {revision.number} has it"
            yield Broken("PUB1", text, (room_type_key(property_id, room.room_type_id), keys[1]))
    yield from _listed(public, rooms, [one for one in view.listings if one.property_id == property_id])


def _differences(public: Property, revision: PropertyRevision) -> Iterator[str]:
    content = revision.content
    for name in SAME:
        if getattr(content, name) != getattr(public, name):
            yield f"its {name} is not that of revision {revision.number}"
    for name, default in DEFAULTS.items():
        said = getattr(content, name)
        if (default if said is None else said) != getattr(public, name):
            yield f"its {name} is not that of revision {revision.number}"
    words = {picture.image_id: picture.alt for picture in revision.pictures}
    order = [picture.image_id for picture in revision.pictures]
    shown = [picture.image_id for picture in public.pictures]
    if any(words.get(one.image_id) != one.alt for one in public.pictures) or shown != [
        one for one in order if one in shown
    ]:
        yield f"its pictures are not those of revision {revision.number}"


def _listed(public: Property, rooms: list[RoomType], found: list[Listing]) -> Iterator[Broken]:
    """A live hotel is listed once, in its city, with its live room types at their prices; a suspended one nowhere."""
    property_id, places = public.property_id, sorted(plain_city(one.city) for one in found)
    wanted = [plain_city(public.city)] if public.live else []
    keys = property_key(property_id), listing_key(public.city, property_id)
    if places != wanted:
        yield Broken("PUB1", f"{property_id}: listed in {places or 'no city'}, and not in {wanted or 'none'}", keys)
        return
    sold = {
        room.room_type_id: (room.base_price, room.discounted_price, room.total_rooms, room.max_guests) for room in rooms
    }
    for listing in found:
        listed = {
            room.room_type_id: (room.base_price, room.discounted_price, room.total_rooms, room.max_guests)
            for room in listing.rooms
        }
        if listed != sold or (listing.currency, listing.timezone) != (public.currency, public.timezone):
            yield Broken("PUB1", f"{property_id}: listed, and not as it is sold", keys)
