"""Pictures in the table: an item each, and their order and room types on the property's draft.

Each change moves the draft to its next version, under the condition that it still has the version that was read. So the
order never holds more than was counted, and a picture is ready only while the order has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.model.dates import millis
from holdfast.model.draft import PropertyDraft
from holdfast.model.image import CLAIM_MS, GONE_KEPT_SECONDS, UNCONFIRMED_MS, Image, ImageState
from holdfast.model.property import Picture
from holdfast.storage.base import TableStore, WriteConflict
from holdfast.storage.items import Item, Key, item_of
from holdfast.storage.listings import ListingStore
from holdfast.storage.marshal import check_action, put_action, update_action
from holdfast.storage.property_items import draft_key, draft_of, property_key, room_type_key
from holdfast.storage.property_writes import PropertyWrites, as_read

if TYPE_CHECKING:
    from datetime import datetime

Action = dict[str, Any]

STATE = {"#state": "state"}  # DynamoDB reserves the word
ALL_ITEMS = 1000  # more than a property has of drafts and pictures, deleted ones with them


def image_key(property_id: str, image_id: str) -> Key:
    return f"PROPERTY#{property_id}", f"IMAGE#{image_id}"


def image_item(image: Image) -> Item:
    """TTL deletes after a day what nobody confirms, and what was refused."""
    ttl = {} if image.state is ImageState.READY else {"ttl": (image.created_at_ms + UNCONFIRMED_MS) // 1000}
    return item_of(image_key(image.property_id, image.image_id), image) | {"state": image.state} | ttl


def image_of(item: Item) -> Image:
    return msgspec.convert(item, Image)


class Gallery(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures that an owner still has, in their order, the primary one first, and the draft that was read."""

    draft: PropertyDraft
    images: tuple[Image, ...]

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(image.image_id for image in self.images)

    @property
    def rooms(self) -> dict[str, str]:
        """The room types that pictures show, by the pictures' ids."""
        return {one: room_type for one, room_type in self.draft.image_rooms.items() if one in self.order}

    def image(self, image_id: str) -> Image | None:
        return next((image for image in self.images if image.image_id == image_id), None)


class ImageStore(TableStore):
    def gallery(self, property_id: str, now: datetime) -> Gallery | None:
        """The property's pictures; None if it has no draft.

        A query reads the draft before the pictures. So these are at least as new as its version, and what was read of
        newer ones is not written: the condition on the version fails.
        """
        pk, first = draft_key(property_id)
        values: Item = {":pk": pk, ":first": first, ":last": image_key(property_id, "~")[1]}
        items, _ = self.table.query("pk = :pk AND sk BETWEEN :first AND :last", values, limit=ALL_ITEMS)
        if not items or items[0]["sk"] != first:
            return None
        draft, found = draft_of(items[0]), {image.image_id: image for image in map(image_of, items[1:])}
        images = tuple(found[one] for one in draft.image_order if one in found and found[one].is_there(now))
        return Gallery(draft=draft, images=images)

    def image(self, property_id: str, image_id: str) -> Image | None:
        key = image_key(property_id, image_id)
        item = self.table.get([key]).get(key)
        return image_of(item) if item else None

    def pictures(self, property_id: str, image_ids: Iterable[str]) -> list[Picture]:
        """Those that are ready, as guests see them or would, in the order asked for."""
        keys = [image_key(property_id, image_id) for image_id in image_ids]
        found = self.table.get(keys)
        images = [image_of(found[key]) for key in keys if key in found]
        return [image.picture for image in images if image.state is ImageState.READY]

    def has_room_type(self, property_id: str, room_type_id: str) -> bool:
        return bool(self.table.get([room_type_key(property_id, room_type_id)]))

    def add(self, image: Image, room_type_id: str | None, gallery: Gallery) -> None:
        """Puts a new picture at the end of the order. Raises WriteConflict."""
        rooms = gallery.rooms | ({image.image_id: room_type_id} if room_type_id else {})
        put = put_action(self.table.name, image_item(image), "attribute_not_exists(pk)")
        self._commit(gallery, image.created_at_ms, (*gallery.order, image.image_id), rooms, [put])

    def describe(self, image: Image, room_type_id: str | None, gallery: Gallery, now: datetime) -> None:
        """Keeps the picture's words and room type, whatever its file does meanwhile. Raises WriteConflict."""
        rooms = {one: room for one, room in gallery.rooms.items() if one != image.image_id}
        rooms |= {image.image_id: room_type_id} if room_type_id else {}
        values: Item = {":alt": image.alt, ":gone": ImageState.GONE}
        update = self._update(image, "SET alt = :alt", "#state <> :gone", values)
        self._commit(gallery, millis(now), gallery.order, rooms, [update])

    def delete(self, image: Image, gallery: Gallery, now: datetime) -> None:
        """Takes the picture out of the order and off the public page, as it was read: with the files that are known.

        Raises WriteConflict.
        """
        values: Item = {":gone": ImageState.GONE, ":read": image.state}
        values[":ttl"] = int(now.timestamp()) + GONE_KEPT_SECONDS
        gone = self._update(image, "SET #state = :gone, #ttl = :ttl", "#state = :read", values, {"#ttl": "ttl"})
        order = tuple(one for one in gallery.order if one != image.image_id)
        rooms = {one: room for one, room in gallery.rooms.items() if one != image.image_id}
        self._commit(gallery, millis(now), order, rooms, [gone, *self._taken_off(image)])

    def reorder(self, order: Sequence[str], gallery: Gallery, now: datetime) -> None:
        """Raises WriteConflict."""
        self._commit(gallery, millis(now), order, gallery.rooms, [])

    def claim(self, image: Image, upload_tag: str, now: datetime) -> bool:
        """Makes this upload the one that the picture is made of; False if it waits no more, or is made of another one.

        Another one that was claimed so long ago came to nothing: its function died.
        """
        free = (
            "attribute_not_exists(upload_tag) OR upload_tag = :tag "
            "OR attribute_not_exists(claimed_at_ms) OR claimed_at_ms < :over"
        )
        values: Item = {":waiting": ImageState.WAITING, ":tag": upload_tag, ":now": millis(now)}
        values[":over"] = millis(now) - CLAIM_MS
        update, condition = "SET upload_tag = :tag, claimed_at_ms = :now", f"#state = :waiting AND ({free})"
        return self.table.try_transact([self._update(image, update, condition, values)])

    def resolve(self, image: Image) -> bool:
        """Makes a claimed picture ready or refused; False if it is not waiting any more, or not in the order."""
        values: Item = {":waiting": ImageState.WAITING, ":tag": image.upload_tag, ":state": image.state}
        if image.state is ImageState.READY:
            update, names = "SET #state = :state, sizes = :sizes REMOVE #ttl", {"#ttl": "ttl"}
            values[":sizes"] = [list(size) for size in image.sizes]
        else:
            update, names = "SET #state = :state, reason = :reason", {}
            values[":reason"] = image.reason
        resolved = self._update(image, update, "#state = :waiting AND upload_tag = :tag", values, names)
        key, listed = draft_key(image.property_id), "contains(image_order, :id)"
        return self.table.try_transact([resolved, check_action(self.table.name, key, listed, {":id": image.image_id})])

    def _taken_off(self, image: Image) -> list[Action]:
        """What takes the picture off the public page, its room type and the listing.

        An approval shows ready pictures and leaves the draft's version as it is. So whatever of the public property is
        not written has to be as it was read.
        """
        if image.state is not ImageState.READY:
            return []
        listings, writes = ListingStore(self.table), PropertyWrites(self.table)
        public = listings.property(image.property_id)
        if public is None:
            return [writes.property_unchanged(image.property_id, None)]
        property_, room_types = public
        actions, left = (
            [],
            [msgspec.structs.replace(room, pictures=_without(image, room.pictures)) for room in room_types],
        )
        for before, after in zip(room_types, left, strict=True):
            if after != before:
                key = room_type_key(image.property_id, after.room_type_id)
                actions.append(self._shown(key, after.pictures, after.version))
        pictures = _without(image, property_.pictures)
        if pictures != property_.pictures:
            actions.append(self._shown(property_key(image.property_id), pictures, property_.version))
            if property_.live:
                shown = msgspec.structs.replace(property_, pictures=pictures)
                actions += listings.listing_actions(shown, left)
        else:
            actions.append(writes.property_unchanged(image.property_id, property_))
        return actions

    def _shown(self, key: Key, pictures: Sequence[Picture], version: int) -> Action:
        """Puts these pictures on a public page or room type that has the version which was read."""
        unchanged = "version = :read" if version else "attribute_exists(pk) AND attribute_not_exists(version)"
        values: Item = {":pictures": msgspec.to_builtins(pictures), ":next": version + 1}
        values |= {":read": version} if version else {}
        update = "SET pictures = :pictures, version = :next"
        return update_action(self.table.name, key, update, unchanged, values)

    def _update(
        self, image: Image, update: str, condition: str, values: Item, names: Mapping[str, str] | None = None
    ) -> Action:
        key = image_key(image.property_id, image.image_id)
        condition = f"attribute_exists(pk) AND ({condition})"
        return update_action(self.table.name, key, update, condition, values, {**STATE, **(names or {})})

    def _commit(
        self, gallery: Gallery, now_ms: int, order: Sequence[str], rooms: Mapping[str, str], others: Sequence[Action]
    ) -> None:
        draft = gallery.draft
        unchanged, read = as_read(draft)
        values = read | {":order": list(order), ":rooms": dict(rooms), ":now": now_ms}
        values |= {":state": draft.state_after_change, ":next": draft.version + 1}
        update = (
            "SET image_order = :order, image_rooms = :rooms, changed_at_ms = :now, #state = :state, version = :next"
        )
        names = STATE | {"#version": "version"}
        change = update_action(self.table.name, draft_key(draft.property_id), update, unchanged, values, names)
        if not self.table.try_transact([change, *others]):
            raise WriteConflict(["image"], None)


def _without(image: Image, pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    return tuple(picture for picture in pictures if picture.image_id != image.image_id)
