"""What a room type is sold as before its hotel is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import NotFound
from holdfast.model.draft import PropertyDraft
from holdfast.model.property import DEFAULT_CURRENCY, INDIA, Property

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.property import RoomType

DEFAULT_TIMEZONE = "UTC"


def sold_as(room_type: RoomType, *, engine: Engine) -> Property:
    """The public property of the room type, or else the one that its draft would make, which is not live.

    Raises NotFound when there is neither.
    """
    found = engine.catalog.property_or_draft(room_type.property_id)
    if found is None:
        raise NotFound("There is no property by that id.")
    return as_sold(found)


def as_sold(found: Property | PropertyDraft) -> Property:
    """The property as it is; of a draft, one with a default for all that its owner has not said yet."""
    if not isinstance(found, PropertyDraft):
        return found
    draft, content = found, found.content
    return Property(
        property_id=draft.property_id,
        name=content.name,
        city=content.city,
        timezone=content.timezone or DEFAULT_TIMEZONE,
        country=content.country or INDIA,
        currency=content.currency or DEFAULT_CURRENCY,
        day_ends=content.day_ends,
        cancellation_policy=content.cancellation_policy or (),
        guest_required=content.guest_required,
        taxes=content.taxes,
        description=content.description or "",
        address=content.address or "",
        amenities=content.amenities,
        live=False,
    )
