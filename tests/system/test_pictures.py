"""Pictures by the form that a browser posts, the bucket's own event, and the distribution that serves them."""

import io
import time
from typing import Any

import pytest
from PIL import Image

from tests.kit.pictures import MAKER, animation, jpeg, photograph
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.system

READY_SECONDS = 60  # a cold worker, on a busy machine


@pytest.fixture(scope="module")
def owner(brief_stack: RunningStack) -> Guest:
    return brief_stack.guest("hotelier", "owner")


@pytest.fixture(scope="module")
def images(owner: Guest) -> str:
    """The address of the pictures of a property that the owner has begun to register."""
    made = owner.post("/properties", {"name": "Picture House", "city": "Pune"}, key="house", status=201)
    return f"/properties/{made['property_id']}/images"


def posted(owner: Guest, images: str, data: bytes, key: str, content_type: str = "image/jpeg") -> tuple[str, Any]:
    """The id of a picture, and S3's answer to its form."""
    asked = owner.post(images, {"content_type": content_type, "alt": "The house"}, key=key, status=201)
    form = asked["upload"]
    answer = owner.stack.http.post(form["url"], data=form["fields"], files={"file": ("picture.jpg", data)})
    return asked["image_id"], answer


def processed(owner: Guest, address: str) -> Any:
    deadline = time.monotonic() + READY_SECONDS
    while (seen := owner.get(address))["state"] == "waiting":
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
    return seen


def test_a_photograph_is_served_in_its_sizes_and_without_its_position(owner: Guest, images: str) -> None:
    image_id, answer = posted(owner, images, photograph(), "photograph")
    assert answer.status_code == 204, answer.text

    seen = processed(owner, f"{images}/{image_id}")

    assert seen["state"] == "ready", seen
    assert [size["width"] for size in seen["sizes"]] == [1600, 1600, 800, 800, 400, 400]
    for size in seen["sizes"]:
        served = owner.stack.http.get(size["url"])
        assert (served.status_code, served.headers["content-type"]) == (200, size["type"]), served.text
        picture = Image.open(io.BytesIO(served.content))
        assert picture.size == (size["width"], size["height"])
        assert dict(picture.getexif()) == {}
        assert MAKER.encode() not in served.content


def test_a_gif_is_refused_whatever_its_name(owner: Guest, images: str) -> None:
    image_id, answer = posted(owner, images, animation("GIF"), "gif")
    assert answer.status_code == 204, answer.text

    seen = processed(owner, f"{images}/{image_id}")

    assert seen["state"] == "refused"
    assert "not a JPEG, PNG or WebP" in seen["reason"]


def test_the_same_upload_twice_is_one_picture(owner: Guest, images: str) -> None:
    """Two posts of one form are two events of the bucket."""
    asked = owner.post(images, {"content_type": "image/jpeg"}, key="twice", status=201)
    form, data = asked["upload"], jpeg(500, 300)
    for _ in range(2):
        answer = owner.stack.http.post(form["url"], data=form["fields"], files={"file": data})
        assert answer.status_code == 204, answer.text

    seen = processed(owner, f"{images}/{asked['image_id']}")
    assert seen["state"] == "ready"
    assert [size["width"] for size in seen["sizes"]] == [500, 500, 400, 400]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "uploads/inn/im_aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("Content-Type", "text/html"),
        ("x-amz-signature", "0" * 64),
        ("acl", "public-read"),
    ],
)
def test_a_form_takes_nothing_else(owner: Guest, images: str, field: str, value: str) -> None:
    asked = owner.call("POST", images, {"content_type": "image/jpeg"}, "strict").json()
    form = asked["upload"]

    answer = owner.stack.http.post(form["url"], data=form["fields"] | {field: value}, files={"file": jpeg(50, 30)})

    assert answer.status_code == 403, answer.text
    assert owner.get(f"{images}/{asked['image_id']}")["state"] == "waiting"


def test_ten_megabytes_and_a_byte_are_too_many_for_the_form(owner: Guest, images: str) -> None:
    _, answer = posted(owner, images, bytes(10 * 1024 * 1024 + 1), "large")

    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text


def test_uploads_are_served_to_nobody(owner: Guest, images: str) -> None:
    [first, *_] = owner.get(images)["images"]
    url = first["sizes"][0]["url"]

    direct = owner.stack.http.get(
        f"{owner.stack.details['endpoint_url']}/{url.removeprefix(owner.stack.details['web_url'])}"
    )
    assert direct.status_code in {403, 404}
    assert owner.stack.http.get(url.replace("/images/", "/uploads/")).status_code in {403, 404}


def test_a_deleted_picture_is_served_no_more(owner: Guest, images: str) -> None:
    image_id, _ = posted(owner, images, jpeg(500, 300), "short-lived")
    seen = processed(owner, f"{images}/{image_id}")
    assert owner.stack.http.get(seen["sizes"][0]["url"]).status_code == 200

    assert owner.call("DELETE", f"{images}/{image_id}").status_code == 200

    assert owner.stack.http.get(seen["sizes"][0]["url"]).status_code in {403, 404}
    assert owner.call("GET", f"{images}/{image_id}").status_code == 404
