"""The hotel of a world whose owners and admins go by their routes: draft, revision, public page, pictures, listing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from holdfast.model.dates import millis
from holdfast.model.draft import (
    Decision,
    DraftState,
    PropertyContent,
    PropertyDraft,
    PropertyRevision,
    RevisedPicture,
)
from holdfast.model.image import Image, ImageState, picture_keys
from holdfast.model.listing import listing_of
from holdfast.model.property import RoomContent
from holdfast.properties.revised import Revised
from holdfast.storage.images import image_item
from holdfast.storage.items import Item as PlainItem
from holdfast.storage.marshal import to_wire
from holdfast.storage.property_items import (
    city_key,
    draft_item,
    listing_item,
    property_item,
    revision_item,
    room_type_item,
)
from tests.simulation.desk import OWNER
from tests.simulation.hotel import PLACE, ROOM_TYPES, pointers
from tests.simulation.plan import FirstPicture, Registered
from tests.simulation.scheduler import MILLISECOND, START

if TYPE_CHECKING:
    from tests.simulation.bucket import FilesInMemory
    from tests.simulation.dynamodb import StandIn
    from tests.simulation.expressions import Item

SIZES = ((800, 600), (400, 300))  # of every picture here
ALT = "The lake"
OWN_DAY, OWN_ROOMS = "4", "7"


def _items(hotel: Registered) -> list[Item]:
    """All of it but the months and the pointers from room types, which every owner's hotel has."""
    content = PropertyContent(
        name=PLACE.name,
        city=PLACE.city,
        country="IN",
        timezone=PLACE.timezone,
        currency="INR",
        cancellation_policy=PLACE.cancellation_policy,
    )
    images = [_image(picture) for picture in hotel.pictures]
    of_rooms = {picture.image_id: picture.room_type for picture in hotel.pictures if picture.room_type}
    draft = PropertyDraft(
        property_id=PLACE.property_id,
        owner_id=OWNER,
        content=content,
        room_types=tuple(room.room_type_id for room in ROOM_TYPES),
        image_order=tuple(image.image_id for image in images),
        image_rooms=of_rooms,
        state=DraftState.LIVE if hotel.approved else DraftState.SUBMITTED,
        revision=1,
        live_revision=int(hotel.approved),
        live_version=int(hotel.approved),
        changed_at_ms=millis(START) - 1,
    )
    shown = tuple(RevisedPicture(of.image_id, ALT, of.room_type) for of in hotel.ready)
    rooms = {room.room_type_id: RoomContent(name=room.name) for room in ROOM_TYPES}
    revision = PropertyRevision(
        property_id=PLACE.property_id,
        number=1,
        content=content,
        rooms=rooms,
        pictures=shown,
        digest=Revised(content=content, rooms=rooms, pictures=shown).digest,
        submitted_at_ms=millis(START) - 1,
        submitted_by=OWNER,
        decision=Decision.APPROVED if hotel.approved else None,
    )
    items: list[PlainItem] = [draft_item(draft), revision_item(revision), *map(image_item, images)]
    return [to_wire(item) for item in [*items, *_public(hotel, images)]]


def _public(hotel: Registered, images: list[Image]) -> list[PlainItem]:
    """What guests see; or the place in the admins' queue, and room types that are not live yet."""
    pictures = tuple(image.picture for image in images if image.state is ImageState.READY)
    rooms = [
        structs.replace(
            room,
            live=hotel.approved,
            version=1,
            pictures=tuple(
                image.picture
                for image, of in zip(images, hotel.pictures, strict=True)
                if hotel.approved and of.ready and of.room_type == room.room_type_id
            ),
        )
        for room in ROOM_TYPES
    ]
    items = [room_type_item(room) for room in rooms]
    if not hotel.approved:
        at_ms = millis(START) - 1
        waits: PlainItem = {"pk": "REVIEW", "sk": f"{at_ms:013d}#{PLACE.property_id}", "property_id": PLACE.property_id}
        waits |= {"name": PLACE.name, "revision": 1, "at_ms": at_ms, "submitted_at_ms": at_ms, "by": OWNER}
        return [*items, waits]
    public = structs.replace(PLACE, revision=1, version=1, pictures=pictures)
    pk, sk = city_key(PLACE.city, PLACE.property_id)
    pointer: PlainItem = {"pk": pk, "sk": sk, "property_id": PLACE.property_id}
    return [*items, property_item(public), listing_item(listing_of(public, rooms)), pointer]


def _image(picture: FirstPicture) -> Image:
    at = START - timedelta(milliseconds=picture.age_ms)
    state = ImageState.READY if picture.ready else ImageState.WAITING
    return Image(
        image_id=picture.image_id,
        property_id=PLACE.property_id,
        content_type="image/jpeg",
        created_at_ms=millis(at),
        asked="opening",
        alt=ALT,
        state=state,
        sizes=SIZES if picture.ready else (),
    )


def begin(hotel: Registered, table: StandIn, stored: FilesInMemory) -> None:
    """Puts the hotel into a table that has its months already, and the files of its pictures into the bucket."""
    table.load([*pointers(), *_items(hotel)])
    for picture in hotel.pictures:
        image = _image(picture)
        for key in picture_keys(PLACE.property_id, image.picture):
            stored.put(key, b"drawn")
        if picture.uploaded:
            stored.put(image.upload_key, b"a good one", age_us=picture.age_ms * MILLISECOND)
    if hotel.bare:
        table.load([_bare(key[1], item) for key, item in table.items.items() if key[1].endswith("#2026-12")])


def _bare(sk: str, item: Item) -> Item:
    """A month as it was written before it said its default of rooms; one night has a number of its own."""
    if sk.startswith("RATES#"):
        return {name: value for name, value in item.items() if name != "default_rooms"}
    rooms = {"M": item["on_sale"]["M"] | {OWN_DAY: {"N": OWN_ROOMS}}}
    return item | {"on_sale": rooms, "free": rooms}
