"""What becomes of uploads: ready or refused, once, whatever events come, how often and for what."""

import io
from urllib.parse import quote_plus

import pytest
from PIL import Image

from holdfast.errors import Busy
from holdfast.storage.bucket import Bucket
from holdfast.storage.images import ImageStore
from holdfast.storage.table import Table
from tests.kit.log_capture import LogLines
from tests.kit.pictures import MAKER, PAYLOAD, animation, drawing, file_of, huge_png, jpeg, photograph
from tests.kit.studio import IMAGE, Studio

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"


def files(studio: Studio) -> dict[str, bytes]:
    found = {}
    for key in studio.keys:
        upload = studio.bucket.read(key, 10**7)
        assert upload
        found[key] = upload.data
    return found


def test_no_file_that_guests_see_says_where_the_picture_was_taken(studio: Studio) -> None:
    studio.made(data=photograph(orientation=6))

    shown = files(studio)
    assert len(shown) == 6
    for data in shown.values():
        picture = Image.open(io.BytesIO(data))
        assert dict(picture.getexif()) == {}
        assert picture.height > picture.width  # upright, though nothing says so any more
        for trace in (MAKER.encode(), b"Exif", b"ICC_PROFILE", b"xmpmeta", b"taken at home"):
            assert trace not in data


@pytest.mark.parametrize(
    ("content_type", "data", "reason"),
    [
        pytest.param(JPEG, animation("GIF"), "not a JPEG, PNG or WebP", id="a GIF named .jpg"),
        pytest.param(PNG, huge_png(), "200 megapixels", id="200 megapixels"),
        pytest.param(JPEG, b"GIF89a=1;" + PAYLOAD, "not a JPEG", id="a polyglot of GIF and script"),
        pytest.param(PNG, jpeg(500, 300), "image/jpeg, and image/png was declared", id="another type"),
        pytest.param(JPEG, jpeg()[:9000], "damaged", id="a truncated file"),
        pytest.param(WEBP, animation("WEBP"), "stand still", id="an animated WebP"),
        pytest.param(JPEG, jpeg(500, 300) + bytes(10_485_760), "10485760 are taken", id="too large for the form"),
        pytest.param(JPEG, b"", "0 bytes", id="nothing"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(
    studio: Studio, content_type: str, data: bytes, reason: str
) -> None:
    image_id = studio.asked(content_type=content_type)
    studio.upload(image_id, data)

    assert studio.notify(image_id) == ["refused"]

    seen = studio.see(image_id)
    assert seen["state"] == "refused"
    assert reason in seen["reason"]
    assert (seen["sizes"], studio.keys) == ([], [])


def test_a_file_hidden_in_a_picture_is_shown_to_nobody(studio: Studio) -> None:
    studio.made(data=jpeg(500, 300, comment=PAYLOAD) + b"PK\x03\x04" + PAYLOAD)

    assert not any(PAYLOAD in data for data in files(studio).values())


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_each_type_is_shown_as_avif_and_jpeg(studio: Studio, kind: str) -> None:
    image_id = studio.made(content_type=f"image/{kind.lower()}", data=file_of(drawing(500, 300), kind))

    assert {size["type"] for size in studio.see(image_id)["sizes"]} == {"image/avif", "image/jpeg"}


def test_the_same_event_twice_changes_nothing_and_logs_nothing(studio: Studio, lines: LogLines) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    assert studio.notify(image_id) == ["ready"]
    before, seen = files(studio), studio.see(image_id)
    lines.clear()

    assert studio.notify(image_id) == [None]

    assert (files(studio), studio.see(image_id)) == (before, seen)
    assert [line for line in lines.all if "picture" in line["message"]] == []


def test_the_same_event_at_the_same_time_is_one_picture(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second event comes while the first one's files are being written."""
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    write, inner = Bucket.write, []

    def write_and_be_overtaken(bucket: Bucket, key: str, data: bytes, content_type: str) -> None:
        monkeypatch.setattr(Bucket, "write", write)
        inner.extend(studio.notify(image_id))
        write(bucket, key, data, content_type)

    monkeypatch.setattr(Bucket, "write", write_and_be_overtaken)

    assert studio.notify(image_id) == [None]
    assert inner == ["ready"]
    assert len(studio.keys) == 2 * len({size["width"] for size in studio.see(image_id)["sizes"]}) == 4


def test_a_second_upload_does_not_change_a_picture(studio: Studio) -> None:
    image_id = studio.made()
    before = files(studio)
    studio.upload(image_id, file_of(Image.new("RGB", (500, 300)), "JPEG"))

    assert studio.notify(image_id) == [None]
    assert files(studio) == before


def test_a_second_upload_while_the_first_is_processed_does_not_mix_with_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    write = Bucket.write

    def write_and_be_overtaken(bucket: Bucket, key: str, data: bytes, content_type: str) -> None:
        monkeypatch.setattr(Bucket, "write", write)
        studio.upload(image_id, jpeg(1600, 900))
        with pytest.raises(Busy):  # and Lambda sends the event again
            studio.notify(image_id)
        write(bucket, key, data, content_type)

    monkeypatch.setattr(Bucket, "write", write_and_be_overtaken)

    assert studio.notify(image_id) == ["ready"]
    assert studio.notify(image_id) == [None]
    assert [size["width"] for size in studio.see(image_id)["sizes"]] == [500, 500, 400, 400]
    assert len(studio.keys) == 4


def test_an_event_again_after_a_crash_finishes_the_picture(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    with monkeypatch.context() as broken:
        broken.setattr(ImageStore, "resolve", None)
        with pytest.raises(TypeError):
            studio.notify(image_id)
    assert studio.see(image_id)["state"] == "waiting"

    assert studio.notify(image_id) == ["ready"]
    assert len(studio.keys) == 4


def test_a_picture_is_made_of_the_next_upload_when_a_crash_ended_the_first(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the larger one, no file is left."""
    image_id = studio.asked()
    studio.upload(image_id, jpeg(1600, 900))
    with monkeypatch.context() as broken:
        broken.setattr(ImageStore, "resolve", None)
        with pytest.raises(TypeError):
            studio.notify(image_id)
    studio.upload(image_id, jpeg(500, 300))
    with pytest.raises(Busy):  # as far as anybody knows, the first one is still being processed
        studio.notify(image_id)

    studio.door.clock.advance(180)

    assert studio.notify(image_id) == ["ready"]
    assert {size["width"] for size in studio.see(image_id)["sizes"]} == {500, 400}
    assert len(studio.keys) == 4


def test_a_picture_deleted_while_it_is_processed_leaves_no_file(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    resolve = ImageStore.resolve

    def delete_and_resolve(store: ImageStore, image: object) -> bool:
        assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 200
        return resolve(store, image)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageStore, "resolve", delete_and_resolve)

    assert studio.notify(image_id) == [None]
    assert (studio.keys, studio.order) == ([], [])


def test_what_a_crash_left_of_a_deleted_picture_goes_with_the_next_event(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    with monkeypatch.context() as broken:
        broken.setattr(ImageStore, "resolve", None)
        with pytest.raises(TypeError):
            studio.notify(image_id)
    assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 200
    assert len(studio.keys) == 4

    assert studio.notify(image_id) == [None]
    assert studio.keys == []


def test_a_picture_that_its_order_has_lost_does_not_become_ready(
    studio: Studio, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another change of the property cleared it away, by a clock that is ahead."""
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    resolve = ImageStore.resolve

    def clear_and_resolve(store: ImageStore, image: object) -> bool:
        gallery = store.gallery("lake-view", studio.door.clock.now)
        assert gallery
        store.reorder([], gallery, studio.door.clock.now)
        return resolve(store, image)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageStore, "resolve", clear_and_resolve)

    assert studio.notify(image_id) == [None]
    assert studio.keys == []


def test_an_event_escapes_odd_letters_in_keys(studio: Studio) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))

    assert studio.notify(image_id, key=quote_plus(f"uploads/lake-view/{image_id}")) == ["ready"]


def test_an_event_that_comes_before_its_upload_can_be_read_leaves_the_picture_waiting(studio: Studio) -> None:
    image_id = studio.asked()

    assert studio.notify(image_id) == [None]
    assert studio.see(image_id)["state"] == "waiting"


def test_a_bucket_that_does_not_answer_is_asked_again_by_the_next_event(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))

    def silent(*_: object) -> None:
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(Bucket, "write", silent)
        with pytest.raises(Busy):
            studio.notify(image_id)

    assert studio.notify(image_id) == ["ready"]


def test_a_picture_that_becomes_ready_while_it_is_deleted_leaves_no_file(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    delete, events = ImageStore.delete, [image_id]

    def process_and_delete(store: ImageStore, *given: object) -> None:
        if events:
            assert studio.notify(events.pop()) == ["ready"]
        delete(store, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageStore, "delete", process_and_delete)

    assert studio.call(f"DELETE {IMAGE}", image_id=image_id).status == 200
    assert (studio.keys, studio.order) == ([], [])
