"""The items of hotels: their keys and both conversions."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

from holdfast.model.property import Property, RoomType
from holdfast.storage.items import Item, Key, item_of

if TYPE_CHECKING:
    from holdfast.model.draft import Decision, PropertyDraft, PropertyRevision, Review
    from holdfast.model.listing import Listing

REVIEWS = "REVIEW"  # the partition of what waits for an admin
SUSPENDED = "REVIEW#suspended"  # and that of the hotels which one has taken off sale


def property_key(property_id: str) -> Key:
    return f"PROPERTY#{property_id}", "PROPERTY"


def ownership_key(user_id: str, property_id: str) -> Key:
    """The pointer which says that this user owns this property."""
    return f"USER#{user_id}", f"OWNS#{property_id}"


def room_type_key(property_id: str, room_type_id: str) -> Key:
    return f"PROPERTY#{property_id}", f"ROOMTYPE#{room_type_id}"


def city_key(city: str, property_id: str) -> Key:
    """Where search finds the properties of all cities."""
    return "CATALOG", f"CITY#{plain_city(city)}#{property_id}"


def listing_key(city: str, property_id: str) -> Key:
    """Where search finds the hotels of a city."""
    return f"CITY#{plain_city(city)}", f"LISTING#{property_id}"


def plain_city(city: str) -> str:
    """A city's name without its case, its accents and its Unicode form."""
    letters = unicodedata.normalize("NFKD", city.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def room_type_pointer_key(room_type_id: str) -> Key:
    """Where a room type's id leads to its property."""
    return f"ROOM#{room_type_id}", "ROOMTYPE"


def draft_key(property_id: str) -> Key:
    return f"PROPERTY#{property_id}", "DRAFT"


def revision_key(property_id: str, number: int) -> Key:
    return f"PROPERTY#{property_id}", f"REVISION#{number:04d}"


def review_key(submitted_at_ms: int, property_id: str) -> Key:
    """The pointer in the admins' queue, oldest first."""
    return REVIEWS, f"{submitted_at_ms:013d}#{property_id}"


def decision_key(decision: Decision, decided_at_ms: int, property_id: str) -> Key:
    """The pointer in the list of what was decided so, oldest first."""
    return f"{REVIEWS}#{decision}", f"{decided_at_ms:013d}#{property_id}"


def suspension_key(property_id: str) -> Key:
    """Where it is said why a hotel is suspended, while it is."""
    return SUSPENDED, property_id


def owner_key(user_id: str) -> Key:
    """How many properties a user has registered."""
    return f"USER#{user_id}", "OWNER"


def property_item(property_: Property) -> Item:
    return item_of(property_key(property_.property_id), property_)


def property_of(item: Item) -> Property:
    return msgspec.convert(item, Property)


def room_type_item(room_type: RoomType) -> Item:
    return item_of(room_type_key(room_type.property_id, room_type.room_type_id), room_type)


def room_type_of(item: Item) -> RoomType:
    return msgspec.convert(item, RoomType)


def listing_item(listing: Listing) -> Item:
    return item_of(listing_key(listing.city, listing.property_id), listing)


def listing_from(item: Item) -> Listing:
    from holdfast.model.listing import Listing  # noqa: PLC0415 - most functions read none, and a cold start pays for it

    return msgspec.convert(item, Listing)


def review_item(key: Key, review: Review) -> Item:
    return item_of(key, review)


def review_of(item: Item) -> Review:
    from holdfast.model.draft import Review  # noqa: PLC0415 - most functions read none, and a cold start pays for it

    return msgspec.convert(item, Review)


def draft_item(draft: PropertyDraft) -> Item:
    """With its version even while that is the first one: the conditions of its writes name it."""
    return item_of(draft_key(draft.property_id), draft) | {"version": draft.version}


def draft_of(item: Item) -> PropertyDraft:
    from holdfast.model.draft import PropertyDraft  # noqa: PLC0415 - the same

    return msgspec.convert(item, PropertyDraft)


def revision_item(revision: PropertyRevision) -> Item:
    return item_of(revision_key(revision.property_id, revision.number), revision)


def revision_of(item: Item) -> PropertyRevision:
    from holdfast.model.draft import PropertyRevision  # noqa: PLC0415 - the same

    return msgspec.convert(item, PropertyRevision)
