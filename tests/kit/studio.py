"""What an owner does with pictures, and what the bucket does then."""

from dataclasses import dataclass
from typing import Any

import boto3
import requests

from holdfast.model.dates import millis
from holdfast.model.draft import PropertyContent, PropertyDraft
from holdfast.model.listing import listing_of
from holdfast.model.property import Picture, Property, RoomType
from holdfast.storage.bucket import Bucket
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import draft_item, listing_item, property_item, room_type_item
from holdfast.storage.table import Table
from tests.kit.apps import BUCKET_NAME
from tests.kit.clock import NOW
from tests.kit.front_door import OWNER, FrontDoor, Reply, event
from tests.kit.hotel import DELUXE, KOLKATA, SUITE
from tests.kit.pictures import jpeg

ANOTHER_OWNER = "0a1b2c3d-another-owner"
IMAGES = "/properties/{property_id}/images"
IMAGE = f"{IMAGES}/{{image_id}}"


def open_studio(door: FrontDoor, table: Table) -> "Studio":
    """The drafts of two hotels, each with its owner, and an empty bucket; within `mock_aws`."""
    boto3.client("s3").create_bucket(Bucket=BUCKET_NAME)
    for owner, property_id in ((OWNER, "lake-view"), (ANOTHER_OWNER, "sea-view")):
        CatalogStore(table).add_owner(owner, property_id)
        draft = PropertyDraft(
            property_id=property_id,
            owner_id=owner,
            content=PropertyContent(name=property_id, city="Udaipur"),
            room_types=("deluxe", "suite"),
            changed_at_ms=millis(NOW),
        )
        table.put(put_action(table.name, draft_item(draft)))
    return Studio(door)


def show(table: Table, *shown: Picture, of_deluxe: tuple[Picture, ...] = ()) -> None:
    """Makes lake-view a live hotel that shows these pictures."""
    lake_view: Property = KOLKATA.__replace__(pictures=shown)
    rooms: list[RoomType] = [DELUXE.__replace__(pictures=of_deluxe, version=4), SUITE]
    for item in (property_item(lake_view), room_type_item(rooms[0]), listing_item(listing_of(lake_view, rooms))):
        table.put(put_action(table.name, item))


@dataclass
class Studio:
    """The owner's calls, by way of the handlers; the bucket is moto's."""

    door: FrontDoor

    @property
    def bucket(self) -> Bucket:
        made: Bucket = self.door.app("images").bucket
        return made

    def call(self, route: str, body: Any = None, user: str = OWNER, **given: Any) -> Reply:
        return self.door.call(route, body, user=user, groups="[owner]", **{"property_id": "lake-view"} | given)

    def ask(self, key: str = "first", content_type: str = "image/jpeg", **given: Any) -> Reply:
        """`POST …/images`."""
        who = {name: given.pop(name) for name in ("user", "property_id") if name in given}
        return self.call(f"POST {IMAGES}", {"content_type": content_type, **given}, key=key, **who)

    def asked(self, key: str = "first", content_type: str = "image/jpeg", **given: Any) -> str:
        """The id of a picture that was just asked for."""
        reply = self.ask(key, content_type, **given)
        assert reply.status == 201, reply.body
        image_id: str = reply.body["image_id"]
        return image_id

    def post(self, form: Any, data: bytes) -> int:
        """What a browser does with the form."""
        return requests.post(form["url"], data=form["fields"], files={"file": data}, timeout=5).status_code

    def upload(self, image_id: str, data: bytes, property_id: str = "lake-view") -> None:
        """Puts a file where the form would, past its conditions."""
        boto3.client("s3").put_object(Bucket=BUCKET_NAME, Key=f"uploads/{property_id}/{image_id}", Body=data)

    def notify(self, image_id: str, property_id: str = "lake-view", **changes: Any) -> list[str | None]:
        """The bucket's event for an upload, and the states that it led to."""
        sent = event("upload")
        [record] = sent["Records"]
        record["s3"]["object"]["key"] = f"uploads/{property_id}/{image_id}"
        record["s3"]["bucket"]["name"] = BUCKET_NAME
        record["s3"]["object"] |= changes
        states: list[str | None] = self.door.app("pictures").lambda_handler(sent, self.door.context)["states"]
        return states

    def made(self, key: str = "first", data: bytes | None = None, **given: Any) -> str:
        """A picture that is ready."""
        image_id = self.asked(key, **given)
        self.upload(image_id, data or jpeg(500, 300))
        assert self.notify(image_id) == ["ready"]
        return image_id

    def see(self, image_id: str, **given: Any) -> Any:
        reply = self.call(f"GET {IMAGE}", image_id=image_id, **given)
        assert reply.status == 200, reply.body
        return reply.body

    @property
    def order(self) -> list[str]:
        return [image["image_id"] for image in self.call(f"GET {IMAGES}").body["images"]]

    @property
    def keys(self) -> list[str]:
        """Of all that is in the bucket."""
        return sorted(self.bucket.keys(""))
