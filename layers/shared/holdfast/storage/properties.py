"""Hotels as their owners and admins see them: drafts, revisions, what waits for review, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.model.draft import Decision, PropertyDraft, PropertyRevision, Review
from holdfast.model.property import Picture, Property, RoomType
from holdfast.storage.base import TableStore, WriteConflict
from holdfast.storage.items import Item
from holdfast.storage.marshal import put_action, set_action
from holdfast.storage.property_items import (
    REVIEWS,
    draft_item,
    draft_key,
    draft_of,
    owner_key,
    ownership_key,
    property_key,
    property_of,
    review_of,
    revision_key,
    revision_of,
    room_type_key,
    room_type_of,
    room_type_pointer_key,
    suspension_key,
)
from holdfast.storage.property_writes import ABSENT, PropertyWrites
from holdfast.storage.table import ConditionsFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

Action = dict[str, Any]

OWN_PAGE = 50
REVIEWS_PAGE = 50
ALL_ITEMS = 1_000  # more room types or pictures than a property has


class OwnImage(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision needs to know of a picture that its owner has."""

    image_id: str
    alt: str = ""
    state: str = "waiting"
    sizes: tuple[tuple[int, int], ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def picture(self) -> Picture:
        return Picture(self.image_id, self.alt, self.sizes)


class OwnProperty(msgspec.Struct, frozen=True, kw_only=True):
    """All of a hotel, its room types and pictures in the draft's order.

    The draft and the public property were read first: while they have the versions that were read, so has the rest.
    """

    draft: PropertyDraft
    public: Property | None
    suspension: Review | None
    room_types: tuple[RoomType, ...]
    images: tuple[OwnImage, ...]

    @property
    def state(self) -> str:
        """The draft's, or `suspended` for a live hotel that is."""
        return "suspended" if self.is_suspended and self.draft.state == "live" else self.draft.state

    @property
    def is_suspended(self) -> bool:
        return self.public is not None and not self.public.live


class PropertyStore(TableStore):
    @property
    def writes(self) -> PropertyWrites:
        return PropertyWrites(self.table)

    def own_property(self, property_id: str) -> OwnProperty | None:
        """None if there is no draft."""
        keys = draft_key(property_id), property_key(property_id), suspension_key(property_id)
        found = self.table.get(keys)
        if keys[0] not in found:
            return None
        draft = draft_of(found[keys[0]])
        rooms = {room.room_type_id: room for room in map(room_type_of, self._beside(property_id, "ROOMTYPE#"))}
        images = {
            item["image_id"]: msgspec.convert(item, OwnImage)
            for item in (self._beside(property_id, "IMAGE#") if draft.image_order else ())
        }
        return OwnProperty(
            draft=draft,
            public=property_of(found[keys[1]]) if keys[1] in found else None,
            suspension=review_of(found[keys[2]]) if keys[2] in found else None,
            room_types=tuple(rooms[one] for one in draft.room_types if one in rooms),
            images=tuple(images[one] for one in draft.image_order if one in images),
        )

    def suspension(self, property_id: str) -> Review | None:
        """Why the hotel is suspended, if it is."""
        key = suspension_key(property_id)
        item = self.table.get([key]).get(key)
        return review_of(item) if item else None

    def _beside(self, property_id: str, prefix: str) -> list[Item]:
        values: Item = {":pk": f"PROPERTY#{property_id}", ":prefix": prefix}
        return self.table.query("pk = :pk AND begins_with(sk, :prefix)", values, limit=ALL_ITEMS)[0]

    def draft(self, property_id: str) -> PropertyDraft | None:
        return self.drafts([property_id]).get(property_id)

    def drafts(self, property_ids: Sequence[str]) -> dict[str, PropertyDraft]:
        found = self.table.get([draft_key(property_id) for property_id in property_ids]) if property_ids else {}
        return {draft.property_id: draft for draft in map(draft_of, found.values())}

    def public(self, property_ids: Sequence[str]) -> dict[str, Property]:
        found = self.table.get([property_key(property_id) for property_id in property_ids]) if property_ids else {}
        return {one.property_id: one for one in map(property_of, found.values())}

    def revision(self, property_id: str, number: int) -> PropertyRevision | None:
        key = revision_key(property_id, number)
        item = self.table.get([key]).get(key)
        return revision_of(item) if item else None

    def public_room_type(self, property_id: str, room_type_id: str) -> tuple[Property | None, RoomType | None]:
        """The public property and the room type, public or not, in one round trip."""
        keys = property_key(property_id), room_type_key(property_id, room_type_id)
        found = self.table.get(keys)
        return (
            property_of(found[keys[0]]) if keys[0] in found else None,
            room_type_of(found[keys[1]]) if keys[1] in found else None,
        )

    def own_properties(self, owner_id: str, after: str | None) -> tuple[list[str], str | None]:
        """A page of the properties that are this user's, and the last of them, if more follow."""
        pk, start = ownership_key(owner_id, after or "")
        values: Item = {":pk": pk, ":owns": "OWNS#"}
        rows, more = self.table.query(
            "pk = :pk AND begins_with(sk, :owns)",
            values,
            limit=OWN_PAGE,
            after={"pk": pk, "sk": start} if after else None,
        )
        return [row["sk"].removeprefix("OWNS#") for row in rows], more["sk"].removeprefix("OWNS#") if more else None

    def reviews(self, decision: str | None, after: str | None) -> tuple[list[Review], str | None]:
        """A page of what waits for review, oldest first, or of what was decided so or is suspended, newest first."""
        pk = f"{REVIEWS}#{decision}" if decision else REVIEWS
        rows, more = self.table.query(
            "pk = :pk",
            {":pk": pk},
            newest_first=decision in {Decision.APPROVED, Decision.REJECTED},
            limit=REVIEWS_PAGE,
            after={"pk": pk, "sk": after} if after else None,
        )
        return [review_of(row) for row in rows], more["sk"] if more else None

    def made_by(self, owner_id: str, property_id: str) -> tuple[str | None, int]:
        """The hash of the request that registered the property, if one did; and how many its owner has registered."""
        keys = ownership_key(owner_id, property_id), owner_key(owner_id)
        found = self.table.get(keys)
        pointer = found.get(keys[0])
        return pointer.get("request", "") if pointer else None, found.get(keys[1], {}).get("properties", 0)

    def register(self, draft: PropertyDraft, request: str, registered: int) -> None:
        """Writes a new draft as its owner's; they had `registered` as many before. Raises WriteConflict."""
        pk, sk = ownership_key(draft.owner_id, draft.property_id)
        more: Item = {"properties": registered + 1}
        condition, values = ("#properties = :read", {":read": registered}) if registered else (ABSENT, Item())
        self.commit(
            [
                put_action(self.table.name, draft_item(draft), ABSENT),
                put_action(self.table.name, {"pk": pk, "sk": sk, "request": request}, ABSENT),
                set_action(self.table.name, owner_key(draft.owner_id), more, condition, values),
            ]
        )

    def room_type_made_by(self, room_type_id: str) -> str | None:
        """The hash of the request that made the room type, even if it has been deleted since; None if none did."""
        key = room_type_pointer_key(room_type_id)
        pointer = self.table.get([key]).get(key)
        return pointer.get("request", "") if pointer else None

    def add_room_type(self, room_type: RoomType, request: str, draft: PropertyDraft, after: PropertyDraft) -> None:
        """Writes a new room type and the draft that names it. Raises WriteConflict.

        The pointer from its id outlives it: a late repeat of the request makes no second one.
        """
        pk, sk = room_type_pointer_key(room_type.room_type_id)
        pointer: Item = {"pk": pk, "sk": sk, "property_id": room_type.property_id, "request": request}
        self.commit(
            [
                self.writes.room_type(None, room_type),
                put_action(self.table.name, pointer, ABSENT),
                self.writes.draft(draft, after),
            ]
        )

    def commit(self, actions: Sequence[Action]) -> None:
        """All of it or nothing. Raises WriteConflict."""
        try:
            self.table.transact(actions)
        except ConditionsFailed as failed:
            raise WriteConflict(["property"], None) from failed
