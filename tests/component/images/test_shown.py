"""Pictures of a hotel that is registered, submitted, approved and changed: what guests see of them, and when."""

from typing import Any

import pytest

from holdfast.storage.listings import ListingStore
from tests.kit.applicant import Applicant
from tests.kit.front_door import ADMIN
from tests.kit.pictures import jpeg
from tests.kit.studio import IMAGE, IMAGES, Studio


class Hotel:
    """An owner's hotel with a room type, by the routes alone."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.applicant = Applicant(studio.door)
        self.room_type_id = self.applicant.ready()

    def call(self, route: str, body: Any = None, **given: Any) -> Any:
        reply = self.applicant.call(route, body, **given)
        assert reply.status in {200, 201}, reply.body
        return reply.body

    def picture(self, key: str, **given: Any) -> str:
        """The id of a picture that is ready."""
        asked = {"content_type": "image/jpeg", "alt": f"The {key}", **given}
        image_id: str = self.call(f"POST {IMAGES}", asked, key=key)["image_id"]
        self.studio.upload(image_id, jpeg(500, 300), property_id=self.applicant.property_id)
        assert self.studio.notify(image_id, property_id=self.applicant.property_id) == ["ready"]
        return image_id

    def approve(self) -> None:
        self.applicant.submitted()
        assert self.applicant.approve().status == 200

    def seen(self) -> tuple[list[str], list[str]]:
        """The words of the pictures on the hotel's page, and on its room type's; each address leads to a file."""
        page = self.applicant.public().body
        [room_type] = page["room_types"]
        pictures = [page.get("pictures", []), room_type.get("pictures", [])]
        for picture in (one for some in pictures for one in some):
            for size in picture["sizes"]:
                assert size["url"].removeprefix("https://d111111abcdef8.cloudfront.net/") in self.studio.keys
        of_hotel, of_room = ([picture["alt"] for picture in some] for some in pictures)
        return of_hotel, of_room


@pytest.fixture
def house(studio: Studio) -> Hotel:
    return Hotel(studio)


def test_guests_see_what_was_approved_until_the_next_approval(house: Hotel) -> None:
    lake = house.picture("lake")
    bed = house.picture("bed", room_type_id=house.room_type_id)
    house.approve()
    assert house.seen() == (["The lake", "The bed"], ["The bed"])

    house.picture("pool")
    house.call(f"PATCH {IMAGE}", {"alt": "The wide bed"}, image_id=bed)
    order = [image["image_id"] for image in house.call(f"GET {IMAGES}")["images"]]
    house.call(f"PUT {IMAGES}/order", {"image_ids": [bed, *(one for one in order if one != bed)]})
    assert house.seen() == (["The lake", "The bed"], ["The bed"])

    house.approve()
    assert house.seen() == (["The wide bed", "The lake", "The pool"], ["The wide bed"])
    assert lake in order


def test_an_admin_sees_the_pictures_that_wait_and_those_that_guests_see(house: Hotel) -> None:
    lake = house.picture("lake")
    house.approve()
    gone, bed = house.picture("pool"), house.picture("bed")
    house.call(f"DELETE {IMAGE}", image_id=lake)
    house.applicant.submitted()
    house.call(f"DELETE {IMAGE}", image_id=gone)

    route = "GET /admin/properties/{property_id}/revisions/{number}"
    asked: dict[str, Any] = {"property_id": house.applicant.property_id, "number": "2"}
    seen = house.studio.door.call(route, user=ADMIN, groups="[admin]", **asked).body

    assert [picture["image_id"] for picture in seen["pictures"]] == [bed]
    for size in seen["pictures"][0]["sizes"]:
        assert size["url"].removeprefix("https://d111111abcdef8.cloudfront.net/") in house.studio.keys


def test_a_deleted_picture_is_off_the_page_at_once(house: Hotel) -> None:
    lake, bed = house.picture("lake"), house.picture("bed", room_type_id=house.room_type_id)
    house.approve()

    house.call(f"DELETE {IMAGE}", image_id=bed)
    assert house.seen() == (["The lake"], [])
    house.call(f"DELETE {IMAGE}", image_id=lake)
    assert house.seen() == ([], [])
    house.approve()
    assert house.seen() == ([], [])


def test_what_was_submitted_is_not_approved_after_one_of_its_pictures_was_deleted(house: Hotel) -> None:
    lake = house.picture("lake")
    revision = house.applicant.submitted()
    house.call(f"DELETE {IMAGE}", image_id=lake)

    reply = house.applicant.decide("approve", {"revision": revision["revision"], "hash": revision["hash"]})

    assert (reply.status, reply.code) == (409, "changed_since")


def test_a_picture_that_is_still_waiting_is_not_submitted(house: Hotel) -> None:
    house.picture("lake")
    house.call(f"POST {IMAGES}", {"content_type": "image/jpeg", "alt": "Later"}, key="later")
    house.approve()

    assert house.seen() == (["The lake"], [])


@pytest.mark.parametrize("is_public", [False, True])
def test_a_picture_that_is_approved_while_it_is_deleted_is_shown_to_nobody(
    house: Hotel, is_public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An approval leaves the draft's version as it is; the deletion has read the public page before it."""
    if is_public:
        house.approve()
    lake, read, approvals = house.picture("lake"), ListingStore.property, [house.applicant.approve]
    house.applicant.submitted()

    def read_and_be_overtaken(store: ListingStore, property_id: str) -> Any:
        found = read(store, property_id)
        if approvals:
            assert approvals.pop()().status == 200
        return found

    monkeypatch.setattr(ListingStore, "property", read_and_be_overtaken)

    house.call(f"DELETE {IMAGE}", image_id=lake)

    assert house.seen() == ([], [])
