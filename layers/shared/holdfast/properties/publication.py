"""What an approved revision becomes: the public property, its room types, and months that sell as these say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BelowSold, Busy, NotFound
from holdfast.logs import logger
from holdfast.model.property import DEFAULT_CURRENCY, INDIA, Property
from holdfast.properties.opening import bring_in_line

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.draft import PropertyRevision
    from holdfast.model.property import Picture, RoomType
    from holdfast.storage.properties import OwnProperty


def public_property(own: OwnProperty, revision: PropertyRevision) -> Property:
    """The property as the revision has it. A suspended one stays so until an admin resumes it."""
    content = revision.content
    assert content.timezone
    return Property(
        property_id=revision.property_id,
        name=content.name,
        city=content.city,
        timezone=content.timezone,
        country=content.country or INDIA,
        currency=content.currency or DEFAULT_CURRENCY,
        day_ends=content.day_ends,
        cancellation_policy=content.cancellation_policy or (),
        guest_required=content.guest_required,
        taxes=content.taxes,
        description=content.description or "",
        address=content.address or "",
        amenities=content.amenities,
        pictures=_pictures(own, revision, None),
        live=not own.is_suspended,
        revision=revision.number,
    )


def public_room_types(own: OwnProperty, revision: PropertyRevision) -> list[tuple[RoomType, RoomType]]:
    """Each room type of the revision as it is, and with the content that was approved."""
    return [
        (
            room,
            msgspec.structs.replace(
                room,
                name=revision.rooms[room.room_type_id].name,
                description=revision.rooms[room.room_type_id].description,
                draft=None,
                live=True,
                pictures=_pictures(own, revision, room.room_type_id),
            ),
        )
        for room in own.room_types
        if room.room_type_id in revision.rooms
    ]


def bring_on_sale(property_id: str, *, engine: Engine) -> bool:
    """Opens the months of all live room types and brings them in line; whether all of it is done.

    It may be repeated, and whatever it has no time for, the daily opener does; but not for a suspended hotel. No room
    type that cannot be written stops another.
    """
    try:
        room_types = engine.catalog.room_types(property_id)
    except Busy:
        logger.exception("months are not all in line", extra={"property_id": property_id})
        return False
    done = True
    for room_type in room_types:
        if not room_type.live:
            continue
        try:
            bring_in_line(room_type, engine=engine)
        except (BelowSold, Busy, NotFound):
            facts = {"property_id": property_id, "room_type_id": room_type.room_type_id}
            logger.exception("months are not all in line", extra=facts)
            done = False
    return done


def _pictures(own: OwnProperty, revision: PropertyRevision, room_type_id: str | None) -> tuple[Picture, ...]:
    """Those of a room type, or all; one that is gone meanwhile changed the draft, and so nothing is approved."""
    images = {image.image_id: image for image in own.images}
    return tuple(
        msgspec.structs.replace(images[one.image_id].picture, alt=one.alt)
        for one in revision.pictures
        if one.image_id in images and room_type_id in {None, one.room_type_id}
    )
