"""Uploads that an owner asks for: their forms, their limits, and how many there may be."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.kit.front_door import ALICE
from tests.kit.pictures import jpeg
from tests.kit.studio import ANOTHER_OWNER, IMAGE, IMAGES, Studio

A_DAY = 24 * 3600


def test_the_form_takes_one_file_of_one_type_and_ten_megabytes_for_five_minutes(studio: Studio) -> None:
    now = studio.door.clock.now
    reply = studio.ask(alt="The lake")

    form, image_id = reply.body["upload"], reply.body["image_id"]
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    conditions = [one for one in policy["conditions"] if not str(next(iter(one))).startswith("x-amz")]
    assert reply.status == 201
    assert form["url"] == "https://holdfast-test-pictures.s3.us-east-1.amazonaws.com"
    assert policy["expiration"] == (now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert conditions == [
        {"bucket": "holdfast-test-pictures"},
        {"key": f"uploads/lake-view/{image_id}"},
        {"Content-Type": "image/jpeg"},
        ["content-length-range", 1, 10_485_760],
    ]
    assert {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"} <= form["fields"].keys()
    assert studio.see(image_id) == {
        "image_id": image_id,
        "state": "waiting",
        "alt": "The lake",
        "content_type": "image/jpeg",
        "sizes": [],
    }


def test_a_browser_posts_the_form_and_the_picture_is_ready(studio: Studio) -> None:
    reply = studio.ask()
    assert studio.post(reply.body["upload"], jpeg(1000, 500)) == 204

    image_id = reply.body["image_id"]
    assert studio.notify(image_id) == ["ready"]

    seen, folder = studio.see(image_id), f"images/lake-view/{image_id}"
    assert seen["state"] == "ready"
    assert seen["sizes"] == [
        {
            "width": width,
            "height": width // 2,
            "type": f"image/{kind}",
            "url": f"https://d111111abcdef8.cloudfront.net/{folder}/{width}.{ending}",
        }
        for width in (1000, 800, 400)
        for kind, ending in (("avif", "avif"), ("jpeg", "jpg"))
    ]
    assert studio.keys == sorted(f"{folder}/{width}.{end}" for width in (1000, 800, 400) for end in ("avif", "jpg"))


def test_the_same_key_is_the_same_picture_with_a_new_form(studio: Studio) -> None:
    first, again = studio.ask("key", alt="One"), studio.ask("key", alt="One")

    assert (first.status, again.status) == (201, 200)
    assert first.body["image_id"] == again.body["image_id"]
    assert again.body["upload"]["fields"]["key"] == first.body["upload"]["fields"]["key"]
    assert studio.ask("key", alt="Two").code == "idempotency_key_reused"
    assert studio.ask("key", "image/png", alt="One").code == "idempotency_key_reused"
    assert studio.order == [first.body["image_id"]]


def test_the_same_key_says_the_same_after_its_words_were_changed(studio: Studio) -> None:
    image_id = studio.asked("key", alt="One")
    studio.call(f"PATCH {IMAGE}", {"alt": "Two"}, image_id=image_id)

    assert studio.ask("key", alt="One").status == 200
    assert studio.see(image_id)["alt"] == "Two"


def test_the_twenty_first_picture_is_refused_and_leaves_nothing(studio: Studio) -> None:
    asked = [studio.asked(str(number)) for number in range(20)]

    reply = studio.ask("one-too-many")

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"images"})
    assert studio.order == asked
    assert studio.ask("0").status == 200
    studio.call(f"DELETE {IMAGE}", image_id=asked[3])
    assert studio.ask("one-too-many").status == 201


def test_a_room_type_has_eight(studio: Studio) -> None:
    for number in range(8):
        studio.asked(str(number), room_type_id="deluxe")
    other = studio.asked("other", room_type_id="suite")

    assert studio.ask("ninth", room_type_id="deluxe").fields == {"room_type_id"}
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": "deluxe"}, image_id=other).fields == {"room_type_id"}
    assert studio.ask("elsewhere", room_type_id="penthouse").fields == {"room_type_id"}
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": None}, image_id=studio.order[0]).status == 200
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": "deluxe"}, image_id=other).status == 200
    assert studio.call(f"PATCH {IMAGE}", {"room_type_id": "deluxe", "alt": "Again"}, image_id=other).status == 200


def test_what_nobody_uploads_is_gone_in_a_day_and_leaves_its_place(studio: Studio) -> None:
    kept = studio.made("kept")
    waiting = [studio.asked(str(number)) for number in range(19)]
    assert studio.ask("full").status == 422

    studio.door.clock.advance(A_DAY)

    assert studio.order == [kept]
    assert studio.call(f"GET {IMAGE}", image_id=waiting[0]).status == 404
    assert studio.ask("0").code == "idempotency_key_reused"  # nobody could upload it any more
    new = studio.asked("there-is-room")
    assert studio.order == [kept, new]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"content_type"}),
        ({"content_type": "image/gif"}, {"content_type"}),
        ({"content_type": "image/jpeg; charset=x"}, {"content_type"}),
        ({"content_type": "image/jpeg", "alt": ""}, {"alt"}),
        ({"content_type": "image/jpeg", "alt": " "}, {"alt"}),
        ({"content_type": "image/jpeg", "alt": "x" * 251}, {"alt"}),
        ({"content_type": "image/jpeg", "alt": "two\nlines"}, {"alt"}),
        ({"content_type": "image/jpeg", "key": "uploads/sea-view/x"}, {"key"}),
        ({"content_type": "image/jpeg", "room_type_id": "../x"}, {"room_type_id"}),
    ],
)
def test_a_wrong_field_is_named(studio: Studio, body: dict[str, str], fields: set[str]) -> None:
    reply = studio.call(f"POST {IMAGES}", body, key="key")

    assert (reply.status, reply.fields) == (422, fields)
    assert studio.order == []


def test_a_key_is_required(studio: Studio) -> None:
    assert studio.call(f"POST {IMAGES}", {"content_type": "image/png"}).code == "idempotency_key_required"


def test_somebody_elses_property_and_a_missing_one_read_the_same(studio: Studio) -> None:
    image_id = studio.made()
    calls: list[tuple[str, Any, dict[str, Any]]] = [
        (f"POST {IMAGES}", {"content_type": "image/jpeg"}, {"key": "key"}),
        (f"GET {IMAGES}", None, {}),
        (f"GET {IMAGE}", None, {"image_id": image_id}),
        (f"PATCH {IMAGE}", {"alt": "Mine"}, {"image_id": image_id}),
        (f"DELETE {IMAGE}", None, {"image_id": image_id}),
        (f"PUT {IMAGES}/order", {"image_ids": [image_id]}, {}),
    ]
    for route, body, given in calls:
        foreign = studio.call(route, body, user=ANOTHER_OWNER, **given)
        missing = studio.call(route, body, property_id="nowhere", **given)
        assert (foreign.status, missing.status) == (404, 404)
        assert foreign.body | {"instance": ""} == missing.body | {"instance": ""}
        assert studio.door.call(route, body, user=ALICE, property_id="lake-view", **given).status == 403
    assert studio.order == [image_id]


def test_a_picture_of_another_property_is_missing_in_ones_own(studio: Studio) -> None:
    theirs = studio.asked(user=ANOTHER_OWNER, property_id="sea-view")
    missing = "im_" + "a" * 26

    for method, body in (("GET", None), ("PATCH", {"alt": "Mine"}), ("DELETE", None)):
        foreign, none = (studio.call(f"{method} {IMAGE}", body, image_id=one) for one in (theirs, missing))
        assert foreign.status == none.status == 404
        assert foreign.body | {"instance": ""} == none.body | {"instance": ""}
