"""Uploads and events of which no picture is made."""

from datetime import timedelta

import pytest

from tests.kit.front_door import event
from tests.kit.pictures import jpeg
from tests.kit.studio import Studio


@pytest.mark.parametrize("late", [timedelta(hours=23, seconds=1), timedelta(days=2)])
def test_an_upload_that_comes_too_late_is_deleted(studio: Studio, late: timedelta) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    studio.door.clock.advance(late.total_seconds())

    assert studio.notify(image_id) == [None]
    assert studio.keys == []


def test_an_upload_for_nobody_is_deleted(studio: Studio) -> None:
    image_id = "im_" + "a" * 26
    studio.upload(image_id, jpeg(500, 300))

    assert studio.notify(image_id) == [None]
    assert studio.keys == []


def test_an_upload_under_another_hotels_key_is_deleted(studio: Studio) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300), property_id="sea-view")

    assert studio.notify(image_id, property_id="sea-view") == [None]
    assert studio.see(image_id)["state"] == "waiting"
    assert studio.keys == []


@pytest.mark.parametrize(
    "key",
    ["uploads/lake-view", "uploads/lake-view/../x", "images/lake-view/{}/400.jpg", "uploads/lake-view/{}/x", "{}"],
)
def test_a_key_of_another_form_is_left_alone(studio: Studio, key: str) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))

    assert studio.notify(image_id, key=key.format(image_id)) == []
    assert studio.see(image_id)["state"] == "waiting"
    assert len(studio.keys) == 1


def test_an_event_of_another_bucket_is_left_alone(studio: Studio) -> None:
    image_id = studio.asked()
    studio.upload(image_id, jpeg(500, 300))
    other = event("upload")
    other["Records"][0]["s3"]["object"]["key"] = f"uploads/lake-view/{image_id}"
    other["Records"][0]["s3"]["bucket"]["name"] = "not-ours"

    studio.door.app("pictures").lambda_handler(other, studio.door.context)

    assert studio.see(image_id)["state"] == "waiting"
