"""Guest details with bad input: the field is named, what would be right is said, and nothing is repeated."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.bad_input import SURROGATE, Bad
from tests.kit.builders import everything
from tests.kit.front_door import GUEST, FrontDoor
from tests.kit.log_capture import LogLines

ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + n) for n in range(10)))
NAME, EMAIL, PHONE = "must be a line of", "is not an e-mail address", "is not a phone number with its country code"
LETTER = "must have at least one letter"
COUNTRY, WISHES = "is not a country", "must be at most 500"


def bad(field: str, says: str, *values: Any) -> list[tuple[Bad, str]]:
    return [(Bad(f"{field}: {value!r}"[:50], {field: value}, field), says) for value in values]


TABLE: list[tuple[Bad, str]] = [
    *bad("name", NAME, "", " ", "\n", "N" * 101, "Asha\nRao", "Asha\0", "Asha\x1b[2J", "Asha\tRao", "Asha\x7f"),
    *bad("name", NAME, "Asha\u2028Rao", "\u202eoaR ahsA", "Asha\u200bRao", "Asha\x85", "\ufeffAsha", SURROGATE),
    *bad("name", LETTER, "\u200e", "\u3164", "\u2800", "\u115f\u1160", "\uffa0", "\u200d\u200f", "\u0301", "-", "7"),
    *bad("name", "must be a text", 7, ["Asha"], {"first": "Asha"}, True, None),
    *bad("email", EMAIL, "", "asha", "asha@", "@example.com", "a@b", "asha rao@example.com", "asha@example..com"),
    *bad("email", EMAIL, "Asha <asha@example.com>", '"asha rao"@example.com', "asha@[127.0.0.1]", "asha@localhost"),
    *bad("email", EMAIL, "asha@example.com\n", "asha\0@example.com", "a@exa\u202emple.com", "a,b@example.com"),
    *bad("email", EMAIL, "a" * 65 + "@example.com", "a@" + "b" * 250 + ".com", "a" * 4000, "asha@example.com, b@c.org"),
    *bad("email", EMAIL, "asha@-example.com", "asha@exam_ple.com", ".asha@example.com", "asha@xn--0.example"),
    *bad("email", "must be a text", 7, None, ["asha@example.com"]),
    *bad(
        "phone",
        PHONE,
        "",
        "98765 43211",
        "0091 98765 43210",
        "+",
        "+91",
        "+91 12",
        "+91 98765 43210 98765",
        "+999 1234567",
    ),
    *bad(
        "phone",
        PHONE,
        "call me",
        "call +91 98765 43210",
        "+91 98765 43210 ext. 5",
        "tel:+919876543210",
        "+91" + "9876543210".translate(ARABIC),
    ),
    *bad("phone", PHONE, "+919876543210\n", "+" + "9" * 60, "+00000000000", "+1 800 FLOWERS"),
    *bad("phone", "must be a text", 919876543210),
    *bad("country", COUNTRY, "", "in", "IND", "XX", "India", "IN\n", "I", "\uff29\uff2e"),
    *bad(
        "arrival_time",
        "must be a time of day",
        "",
        "24:00",
        "6:30",
        "18:60",
        "18:30\n",
        "18.30",
        "18:30:00",
        "\uff11\uff18:30",
    ),
    *bad("wishes", WISHES, "w" * 501, "Quiet\0please", "Quiet\x1bplease", "a\tb", "a\x0bb", "\u202egnihton"),
    *bad("wishes", "must be a text", ["Quiet"], 7),
    (Bad("an unknown field", {"passport": "Z1234567"}, "passport"), "is not a known field"),
    (Bad("somebody's id", {"user_id": "victim"}, "user_id"), "is not a known field"),
]


@pytest.mark.parametrize(("one", "says"), TABLE, ids=[one.says for one, _ in TABLE])
def test_bad_details_are_refused(one: Bad, says: str, front_door: FrontDoor, store: Store, lines: LogLines) -> None:
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    before = everything(store)
    lines.clear()

    reply = front_door.put_guest(booking_id, **one.changes)

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {one.field})
    [error] = reply.body["errors"]
    assert error["detail"].startswith(says)
    assert everything(store) == before
    value = one.changes[one.field]
    if isinstance(value, str) and len(value) > 3:
        assert value not in f"{reply.body} {lines.text.getvalue()}"


@pytest.mark.parametrize("missing", ["name", "email"])
def test_name_and_e_mail_are_required(front_door: FrontDoor, missing: str) -> None:
    body = {name: value for name, value in GUEST.items() if name != missing}
    reply = front_door.call("PUT /bookings/{booking_id}/guest", body, booking_id=front_door.held())

    assert (reply.status, reply.fields) == (422, {missing})
    assert reply.body["errors"] == [{"field": missing, "detail": "is required"}]


def test_every_wrong_field_is_named_at_once(front_door: FrontDoor) -> None:
    wrong = {"name": "", "email": "asha", "phone": "1", "country": "XX", "arrival_time": "late", "wishes": "\0"}

    assert front_door.put_guest(front_door.held(), **wrong).fields == set(wrong)


@pytest.mark.parametrize(
    ("raw", "status"),
    [("", 400), ("[]", 400), ("{", 400), ('{"name": "A", "name": "B"}', 400), ("name=Asha", 400), ("{}", 422)],
)
def test_a_body_that_is_none_is_refused(front_door: FrontDoor, raw: str, status: int) -> None:
    reply = front_door.call("PUT /bookings/{booking_id}/guest", raw=raw, booking_id=front_door.held())

    assert (reply.status, reply.code) == (status, "invalid_request")
