"""What a revision holds, its hash, and how it differs from another."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from holdfast.model.draft import RevisedPicture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from holdfast.model.draft import PropertyContent
    from holdfast.model.property import RoomContent
    from holdfast.storage.properties import OwnProperty


class Revised(msgspec.Struct, frozen=True, kw_only=True):
    """All of a hotel that an admin approves."""

    content: PropertyContent
    rooms: dict[str, RoomContent]  # by room type
    pictures: tuple[RevisedPicture, ...]

    @property
    def digest(self) -> str:
        return digest_of(self)


class Change(NamedTuple):
    """One field that differs; None: it is not there."""

    field: str
    before: Any
    after: Any


def digest_of(content: msgspec.Struct) -> str:
    """A hash over all of it, whatever the order of its maps."""
    return sha256(msgspec.json.encode(msgspec.to_builtins(content, str_keys=True), order="sorted")).hexdigest()


def latest(own: OwnProperty) -> Revised:
    """What the owner would submit now. Pictures that are not ready are left out."""
    return Revised(
        content=own.draft.content,
        rooms={room.room_type_id: room.latest for room in own.room_types},
        pictures=tuple(
            RevisedPicture(image.image_id, image.alt, own.draft.image_rooms.get(image.image_id))
            for image in own.images
            if image.is_ready
        ),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What is not the same in the two, field by field."""
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) != after.get(name):
            yield Change(name, before.get(name), after.get(name))
