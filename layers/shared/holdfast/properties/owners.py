"""What is an owner's own. Somebody else's property or room type is answered as a missing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import NotFound

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.property import RoomType


def require_own_property(property_id: str, *, owner_id: str, engine: Engine) -> None:
    """Raises NotFound unless the property is the owner's."""
    if not engine.catalog.owns(owner_id, property_id):
        raise NotFound("There is no property by that id.")


def own_room_type(room_type_id: str, *, owner_id: str, engine: Engine) -> RoomType:
    """The room type, of one of the owner's properties; raises NotFound."""
    room_type = engine.catalog.room_type(room_type_id)
    if room_type is None or not engine.catalog.owns(owner_id, room_type.property_id):
        raise NotFound("There is no room type by that id.")
    return room_type
