"""Requests that mean harm at the routes of pictures, each with the status it must get."""

from typing import Any

from tests.component.hostile import FULL_WIDTH, Hostile, Request
from tests.kit.front_door import OWNER, request_for
from tests.kit.studio import IMAGE, IMAGES

NOBODYS = "im_" + "a" * 26


def at_pictures(
    says: str,
    route: str,
    body: Any = None,
    status: int = 422,
    code: str = "invalid_request",
    *,
    groups: str = "[owner]",
    property_id: str = "lake-view",
    **path: str,
) -> Hostile:
    def made(_: str) -> Request:
        places = {"property_id": property_id, **path}
        return request_for(route, body, user=OWNER, groups=groups, key="hostile", path=places)

    return Hostile(says, made, status, code)


def asks(says: str, **sent: Any) -> Hostile:
    return at_pictures(says, f"POST {IMAGES}", {"content_type": "image/jpeg"} | sent)


def sees(says: str, image_id: str) -> Hostile:
    return at_pictures(says, f"GET {IMAGE}", None, 404, "not_found", image_id=image_id)


PICTURES = [
    at_pictures("a picture by a guest", f"POST {IMAGES}", {"content_type": "image/png"}, 403, "forbidden", groups=""),
    at_pictures("a picture by an admin", f"GET {IMAGES}", None, 403, "forbidden", groups="[admin]"),
    at_pictures(
        "a picture of somebody else's hotel", f"POST {IMAGES}", {"content_type": "image/png"}, 404, "not_found"
    ),
    at_pictures("pictures of an item's key", f"GET {IMAGES}", None, 404, "not_found", property_id="lake-view#IMAGE"),
    at_pictures("pictures of another folder", f"GET {IMAGES}", None, 404, "not_found", property_id="../sea-view"),
    asks("a script for a picture", content_type="text/html"),
    asks("a drawing that runs scripts", content_type="image/svg+xml"),
    asks("a type with a newline", content_type="image/jpeg\r\nx-amz-acl: public-read"),
    asks("a key of one's own for an upload", key="web/index.html"),
    asks("a size of one's own for an upload", max_bytes=10**12),
    asks("a public upload", acl="public-read"),
    asks("an address to fetch a picture from", url="http://169.254.169.254/latest"),
    asks("a state of one's own", state="ready"),
    asks("words in two lines", alt="The lake\n<script>"),
    asks("words that turn around", alt="The lake \u202egpj.exe"),
    asks("words without end", alt="w" * 7000),
    asks("a room type on the way up", room_type_id="../../x"),
    asks("a room type of an item's key", room_type_id="deluxe#MONTH"),
    sees("a picture's id on the way up", "../im"),
    sees("a picture's id and more", NOBODYS + "a"),
    sees("a picture's id with a newline", NOBODYS + "\n"),
    sees("a picture's id in capitals", NOBODYS.upper()),
    sees("a picture's id in full-width digits", "im_" + ("2" * 26).translate(FULL_WIDTH)),
    sees("a picture that is not there", NOBODYS),
    at_pictures("an order of no list", f"PUT {IMAGES}/order", {"image_ids": NOBODYS}),
    at_pictures("an order of objects", f"PUT {IMAGES}/order", {"image_ids": [{"$ne": None}]}),
    at_pictures("an order of another's item", f"PUT {IMAGES}/order", {"image_ids": ["BOOKING#x"]}),
    at_pictures("an order without end", f"PUT {IMAGES}/order", {"image_ids": [NOBODYS] * 101}),
    at_pictures("sizes of one's own", f"PATCH {IMAGE}", {"sizes": [[1, 1]]}, image_id=NOBODYS),
    at_pictures("a picture of another hotel", f"PATCH {IMAGE}", {"property_id": "sea-view"}, image_id=NOBODYS),
]
