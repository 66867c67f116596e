"""The order of pictures, their words and room types, and their end."""

import pytest

from holdfast.errors import Busy
from holdfast.model.dates import millis
from holdfast.model.draft import DraftState, PropertyDraft
from holdfast.model.listing import Listing
from holdfast.model.property import Picture
from holdfast.storage.bucket import Bucket
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.images import Gallery, ImageStore, image_key
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import draft_item, draft_key, draft_of, listing_from, listing_key, property_item
from holdfast.storage.table import Table
from tests.kit.studio import ANOTHER_OWNER, IMAGE, IMAGES, Studio, show


def draft(table: Table) -> PropertyDraft:
    key = draft_key("lake-view")
    return draft_of(table.get([key])[key])


def reorder(studio: Studio, *image_ids: str) -> set[str] | list[str]:
    """The order that was answered, or the fields that were wrong."""
    reply = studio.call(f"PUT {IMAGES}/order", {"image_ids": list(image_ids)})
    return reply.fields if reply.status == 422 else [image["image_id"] for image in reply.body["images"]]


def test_pictures_come_in_the_order_that_they_were_given(studio: Studio, table: Table) -> None:
    first, second, third = (studio.asked(key, alt=key) for key in ("first", "second", "third"))
    version = draft(table).version

    assert studio.order == [first, second, third]
    assert reorder(studio, third, first, second) == [third, first, second] == studio.order
    assert draft(table).version == version + 1
    assert reorder(studio, third, first, second) == studio.order
    assert draft(table).version == version + 1


def test_an_order_names_every_picture_once(studio: Studio) -> None:
    first, second = studio.asked("first", alt="First"), studio.asked("second", alt="Second")
    theirs = studio.asked(user=ANOTHER_OWNER, property_id="sea-view")

    assert reorder(studio, second) == {"image_ids"}
    assert reorder(studio) == {"image_ids"}
    assert reorder(studio, second, first, second) == {"image_ids[2]"}
    assert reorder(studio, second, first, theirs) == {"image_ids[2]"}
    assert reorder(studio, "im_short", first, second) == {"image_ids[0]"}
    assert studio.order == [first, second]


def test_the_primary_picture_needs_its_words(studio: Studio) -> None:
    first, silent = studio.asked("first", alt="First"), studio.asked("silent")

    assert reorder(studio, silent, first) == {"image_ids[0]"}
    assert studio.call(f"PATCH {IMAGE}", {"alt": "The pool"}, image_id=silent).body["alt"] == "The pool"
    assert reorder(studio, silent, first) == [silent, first]


def test_words_and_room_type_change_alone(studio: Studio, table: Table) -> None:
    image_id = studio.asked(alt="A bed", room_type_id="deluxe")

    assert studio.call(f"PATCH {IMAGE}", {"alt": "A wide bed"}, image_id=image_id).body["room_type_id"] == "deluxe"
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": "suite"}, image_id=image_id).body["alt"] == "A wide bed"
    assert draft(table).image_rooms == {image_id: "suite"}
    assert studio.call(f"PATCH {IMAGE}", {"alt": ""}, image_id=image_id).fields == {"alt"}
    before = draft(table)
    assert studio.call(f"PATCH {IMAGE}", {}, image_id=image_id).status == 200
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": "suite"}, image_id=image_id).status == 200
    assert draft(table) == before


@pytest.mark.parametrize("state", [DraftState.SUBMITTED, DraftState.REJECTED])
def test_a_change_after_the_submission_opens_the_draft_again(studio: Studio, table: Table, state: DraftState) -> None:
    image_id = studio.asked(alt="One")
    table.put(put_action(table.name, draft_item(draft(table)) | {"state": state}))

    studio.call(f"PATCH {IMAGE}", {"alt": "Two"}, image_id=image_id)

    assert draft(table).state is DraftState.DRAFT
    assert draft(table).changed_at_ms == millis(studio.door.clock.now)


def test_a_deleted_picture_is_gone_with_its_files_and_the_next_one_is_primary(studio: Studio, table: Table) -> None:
    first, second = studio.made("first", room_type_id="deluxe"), studio.made("second")
    assert len(studio.keys) == 8

    assert studio.call(f"DELETE {IMAGE}", image_id=first).status == 200

    assert studio.order == [second]
    assert all(key.startswith(f"images/lake-view/{second}/") for key in studio.keys)
    assert len(studio.keys) == 4
    assert draft(table).image_rooms == {}
    assert studio.call(f"GET {IMAGE}", image_id=first).status == 404
    assert studio.call(f"PATCH {IMAGE}", {"alt": "Back"}, image_id=first).status == 404
    assert studio.call(f"DELETE {IMAGE}", image_id=first).status == 200
    assert studio.ask("first", room_type_id="deluxe").code == "idempotency_key_reused"  # it brings nothing back
    assert studio.order == [second]


def test_a_delete_whose_files_could_not_go_is_finished_by_its_repeat(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.made()

    def silent(*_: object) -> None:
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(Bucket, "delete", silent)
        assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 503
    assert (studio.order, len(studio.keys)) == ([], 4)

    assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 200
    assert studio.keys == []


def test_a_live_hotel_stops_showing_a_deleted_picture_at_once(
    studio: Studio, table: Table, hotel: CatalogStore
) -> None:
    first, second = studio.made("first", alt="The lake"), studio.made("second", alt="The bed", room_type_id="deluxe")
    shown = tuple(
        Picture(one, alt, ((500, 300), (400, 240))) for one, alt in ((first, "The lake"), (second, "The bed"))
    )
    show(table, *shown, of_deluxe=shown[1:])

    def seen() -> tuple[list[tuple[str, ...]], Listing]:
        found = hotel.property("lake-view")
        assert found
        key = listing_key("Udaipur", "lake-view")
        pages = [found[0].pictures, *(room.pictures for room in found[1])]
        return [tuple(one.image_id for one in pictures) for pictures in pages], listing_from(table.get([key])[key])

    studio.call(f"DELETE {IMAGE}", image_id=first)
    pages, listing = seen()
    assert pages == [(second,), (second,), ()]
    assert listing.picture == shown[1]

    studio.call(f"DELETE {IMAGE}", image_id=second)
    pages, listing = seen()
    assert pages == [(), (), ()]
    assert listing.picture is None


def test_changes_at_the_same_time_are_both_kept(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change reads the draft, and writes it only if nobody else has since."""
    read, others = ImageStore.gallery, ["other"]

    def read_and_be_overtaken(store: ImageStore, property_id: str, now: object) -> Gallery | None:
        found = read(store, property_id, now)  # type: ignore[arg-type]
        if others:
            studio.asked(others.pop())
        return found

    monkeypatch.setattr(ImageStore, "gallery", read_and_be_overtaken)

    image_id = studio.asked("mine")

    assert studio.order[-1] == image_id
    assert len(studio.order) == 2


def test_a_suspended_hotel_stays_out_of_search_when_it_loses_a_picture(
    studio: Studio, table: Table, hotel: CatalogStore
) -> None:
    image_id = studio.made(alt="The lake")
    show(table, Picture(image_id, "The lake", ((500, 300), (400, 240))))
    key = listing_key("Udaipur", "lake-view")
    table.delete(key)
    public = hotel.property("lake-view")
    assert public
    table.put(put_action(table.name, property_item(public[0].__replace__(live=False))))

    assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 200

    found = hotel.property("lake-view")
    assert found
    assert found[0].pictures == ()
    assert table.get([key]) == {}


def test_only_a_ready_picture_is_kept_for_good(studio: Studio, table: Table) -> None:
    ready, waiting, refused, gone = studio.made(), studio.asked("2"), studio.asked("3"), studio.made("4")
    studio.upload(refused, b"GIF89a")
    assert studio.notify(refused) == ["refused"]
    studio.call(f"DELETE {IMAGE}", image_id=gone)

    keys = {one: image_key("lake-view", one) for one in (ready, waiting, refused, gone)}
    items = table.get(list(keys.values()))
    now = int(studio.door.clock.now.timestamp())
    assert {one: items[key].get("ttl", now) - now for one, key in keys.items()} == {
        ready: 0,
        waiting: 24 * 3600,
        refused: 24 * 3600,
        gone: 7 * 24 * 3600,
    }
