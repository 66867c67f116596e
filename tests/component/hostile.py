"""Requests that mean harm, each with the status it must get: sent through the real handlers, they must move nothing."""

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.kit.front_door import GUEST, STAY, base_events, request_for

Request = dict[str, Any]
ARRIVED_SECONDS = base_events()["POST /bookings"]["requestContext"]["timeEpoch"] // 1000
UNKNOWN = "bk_" + "a" * 26
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001
HOLD = "POST /bookings"
FINALIZE = "POST /bookings/{booking_id}/finalize"
REVIVE = "POST /bookings/{booking_id}/revive"
PUT_GUEST = "PUT /bookings/{booking_id}/guest"
BOOKING = "GET /bookings/{booking_id}"
CREDIT = "POST /admin/wallets/{user_id}/credits"


class Hostile(NamedTuple):
    says: str
    request: Callable[[str], Request]  # made for the id of a hold that the caller has
    status: int
    code: str = "invalid_request"


def hold(says: str, **changes: Any) -> Hostile:
    return Hostile(says, lambda _: request_for(HOLD, STAY | changes, key="hostile"), 422)


def raw(says: str, text: str, status: int = 400, **headers: str) -> Hostile:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hostile(says, lambda _: request_for(HOLD, raw=text, key="hostile", headers=named), status)


def pay(says: str, status: int = 422, code: str = "invalid_request", **changes: Any) -> Hostile:
    body = {"payment_mode": "wallet_only", "wallet_applied": 1_575_000, "gateway_amount": 0} | changes
    return Hostile(says, lambda booking_id: request_for(FINALIZE, body, path={"booking_id": booking_id}), status, code)


def stays(says: str, **changes: Any) -> Hostile:
    return Hostile(
        says, lambda booking_id: request_for(PUT_GUEST, GUEST | changes, path={"booking_id": booking_id}), 422
    )


def revive(says: str, raw: str, status: int) -> Hostile:
    return Hostile(says, lambda booking_id: request_for(REVIVE, raw=raw, path={"booking_id": booking_id}), status)


def look(says: str, booking_id: str) -> Hostile:
    return Hostile(says, lambda _: request_for(BOOKING, path={"booking_id": booking_id}), 404, "not_found")


def listed(says: str, route: str, cursor: str) -> Hostile:
    return Hostile(says, lambda _: request_for(route, query={"cursor": cursor}), 422)


def with_query(says: str, route: str, query: dict[str, str]) -> Hostile:
    def made(booking_id: str) -> Request:
        path = {"booking_id": booking_id} if "booking_id" in route else None
        return request_for(route, STAY if route == HOLD else None, key="hostile", query=query, path=path)

    return Hostile(says, made, 422)


def changed(says: str, status: int, code: str = "invalid_request", **parts: Any) -> Hostile:
    return Hostile(says, lambda _: request_for(HOLD, STAY, key="hostile") | parts, status, code)


def key(says: str, value: str) -> Hostile:
    return Hostile(says, lambda _: request_for(HOLD, STAY, key=value), 400)


BODY = json.dumps(STAY)
NO_TEXT = base64.b64encode(b'{"a":"\xff"}').decode()
IN_BASE64 = base64.b64encode(BODY.encode()).decode()
TYPES = [
    hold("a number as text", rooms="1"),
    hold("a whole number with a point", rooms=1.0),
    hold("a truth for a number", rooms=True),
    hold("a number with an exponent as text", rooms="1e0"),
    hold("nothing", rooms=None),
    hold("a list", rooms=[1]),
    hold("an object", rooms={"$gt": 0}),
    hold("full-width digits in a date", check_in="2026-12-10".translate(FULL_WIDTH)),
    hold("full-width digits for a number", rooms="1".translate(FULL_WIDTH)),
    hold("a date without its dashes", check_in="20261210"),
    hold("a date as a week", check_in="2026-W50-4"),
    hold("a date as a day of the year", check_in="2026-344"),
    hold("a date with a newline", check_in="2026-12-10\n"),
    hold("a date with a time", check_in="2026-12-10T00:00:00"),
    hold("a date before there were any", check_in="0000-00-00"),
    hold("a date of the far future", check_in="9999-12-31", check_out="9999-12-31"),
    hold("minus nothing", rooms=-0.0),
    hold("a number beyond 64 bits", rooms=2**64 + 1),
]
NUMBERS = [
    raw("not a number", BODY.replace('"rooms": 1', '"rooms": NaN')),
    raw("an infinite number", BODY.replace('"rooms": 1', '"rooms": Infinity')),
    raw("minus an infinite number", BODY.replace('"rooms": 1', '"rooms": -Infinity')),
    raw("a number too large for a float", BODY.replace('"rooms": 1', '"rooms": 1e400'), 422),
    raw("a number of 5,000 digits", BODY.replace('"rooms": 1', f'"rooms": {"9" * 5000}')),
    raw("a fraction of 5,000 digits", BODY.replace('"rooms": 1', f'"rooms": 1.{"0" * 5000}'), 422),
    raw("a number with a leading zero", BODY.replace('"rooms": 1', '"rooms": 01')),
    raw("a hexadecimal number", BODY.replace('"rooms": 1', '"rooms": 0x1')),
]
SHAPES = [
    raw("a field twice", BODY[:-1] + ', "rooms": 9}'),
    raw("a field twice, once by an escape", BODY[:-1] + r', "\u0072ooms": 9}'),
    raw("nesting a thousand deep", '{"rooms":' * 1000 + "1" + "}" * 1000, 400),
    raw("brackets as deep as the parser goes", "[" * 7000),
    raw("a comment", "/* hi */" + BODY),
    raw("a byte order mark", "\ufeff" + BODY),
    raw("a NUL after the body", BODY + "\0"),
    raw("a body that is 8 KB and a byte", '{"rooms": "' + "a" * (8 * 1024 - 12) + '"}'),
    raw("a body that is no object", f"[{BODY}]"),
    raw("single quotes", BODY.replace('"', "'")),
    raw("a prototype", BODY[:-1] + ', "__proto__": {"rooms": 9}}', 422),
    raw("form fields", "rooms=1&guests=2", content_type="application/x-www-form-urlencoded"),
    raw("XML", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', content_type="application/xml"),
    raw("JSON that says it is text", BODY, content_type="text/plain"),
    raw("JSON that says it is many things", BODY, content_type="application/json, text/plain"),
    raw("JSON in another charset", BODY, content_type="application/json; charset=latin1"),
    raw("JSON in a charset that only begins like ours", BODY, content_type="application/json; charset=utf-8x"),
    raw("JSON with a parameter that is none", BODY, content_type="application/json; x"),
    raw("JSON in two charsets", BODY, content_type="application/json; charset=utf-8; charset=utf-7"),
    raw("a name with a NUL and a newline", BODY[:-1] + r', "\u0000\n[BOOKING_CONFIRMED]\u007f": 1}', 422),
    with_query("a query that the route does not have", BOOKING, {"x": "1"}),
    with_query("a query and a body", HOLD, {"rooms": "9"}),
    with_query("a query at a route that has none", "GET /wallet", {"user_id": "victim"}),
    with_query("a limit of one's own", "GET /bookings", {"limit": "100000"}),
    with_query("a name of control characters in a query", "GET /bookings", {"\0\n[x]\x1b[2J": "1"}),
    with_query("a name of a lone surrogate in a query", "GET /wallet/entries", {"\ud800": "1"}),
    changed("base64 that is said to be none", 400, body=IN_BASE64, isBase64Encoded=False),
    changed("text that is said to be base64", 400, body=BODY, isBase64Encoded=True),
    changed(
        "base64 of bytes that are no text", 400, body=base64.b64encode(b'{"a":"\xff"}').decode(), isBase64Encoded=True
    ),
    changed("a lone surrogate in the raw body", 400, body='{"rooms": "\ud800"}'),
]
TEXTS = [
    hold("a lone surrogate", room_type_id="\ud800"),
    hold("a NUL in an id", room_type_id="deluxe\0"),
    hold("a newline after an id", room_type_id="deluxe\n"),
    hold("another item's key", room_type_id="deluxe#x"),
    hold("a path upwards", room_type_id="../deluxe"),
    hold("an id that looks the same", room_type_id="dеluxe"),  # noqa: RUF001 - a Cyrillic letter
    hold("an id of a megabyte's start", room_type_id="d" * 4000),
    hold("an expression", room_type_id="deluxe' OR '1'='1"),
    key("a newline in the key, with a log line of its own", 'a\n{"tag":"BOOKING_CONFIRMED"}'),
    key("a space in the key", "a b"),
    key("letters beyond ASCII in the key", "schlüssel"),
    key("a key of 65 characters", "k" * 65),
    key("a tab in the key", "a\tb"),
]
EXTRAS = [
    hold("somebody else's id", user_id="victim"),
    hold("a status of one's own", status="confirmed"),
    hold("a price of one's own", price=1),
    hold("a deadline of one's own", expires_at="2030-01-01T00:00:00Z"),
    hold("a discount of one's own", promo_discount=1_000_000),
    hold("a fake tag", tag="[BOOKING_CONFIRMED]"),
    pay("a total of one's own", total_payable=1),
    pay("the admin's mode", payment_mode="admin"),
    pay("an amount with a point", wallet_applied=1_575_000.0),
    pay("less than nothing", wallet_applied=-1, gateway_amount=1_575_001, payment_mode="wallet_partial"),
    pay("less than the price", 409, "price_changed", wallet_applied=1),
    pay("more than the wallet has", 409, "insufficient_wallet"),
    pay("a promo code with an expression", promo_code="TEN' OR 1=1"),
]
GUESTS = [
    stays("a log line of its own in a name", name='Asha\n{"tag":"BOOKING_CONFIRMED"}'),
    stays("a header of its own in an e-mail address", email="asha@example.com\r\nBcc: everyone@example.com"),
    stays("two e-mail addresses", email="asha@example.com,everyone@example.com"),
    stays("an e-mail address of a machine in our network", email="asha@[169.254.169.254]"),
    stays("a right-to-left name", name="Asha \u202etxt.exe"),
    stays("a phone number that dials on", phone="+91 98765 43210,,1234#"),
    stays("a phone number in a script", phone="tel:+919876543210;phone-context=evil.example"),
    stays("wishes that clear the screen", wishes="\x1b[2J"),
    stays("wishes of a megabyte's start", wishes="w" * 7000),
    stays("an object for a name", name={"$ne": None}),
    stays("somebody else's booking among the details", booking_id=UNKNOWN),
    stays("a life of one's own", ttl=9_999_999_999),
    revive("another stay in a revival", '{"check_in": "2026-12-24"}', 422),
    revive("a key of one's own in a revival", '{"key": "mine"}', 422),
    revive("a revival that is no object", "[]", 400),
    Hostile(
        "a query at a revival",
        lambda booking_id: request_for(REVIVE, query={"as": "victim"}, path={"booking_id": booking_id}),
        422,
    ),
    Hostile(
        "a revival of a live hold",
        lambda booking_id: request_for(REVIVE, path={"booking_id": booking_id}),
        409,
        "not_revivable",
    ),
    Hostile("a revival of an item's key", lambda _: request_for(REVIVE, path={"booking_id": "x#y"}), 404, "not_found"),
    Hostile(
        "an owner's desk by a guest",
        lambda booking_id: request_for("GET /owner/bookings/{booking_id}/guest", path={"booking_id": booking_id}),
        403,
        "forbidden",
    ),
]
IDS = [
    look("a path upwards, escaped", "..%2f..%2fadmin"),
    look("an item's key", "BOOKING#x"),
    look("a newline after the id", UNKNOWN + "\n"),
    look("an id in capitals", UNKNOWN.upper()),
    look("an id and more", UNKNOWN + "a"),
    look("a NUL", UNKNOWN[:-1] + "\0"),
    look("full-width digits", "bk_" + ("2" * 26).translate(FULL_WIDTH)),
    look("a booking that is not there", UNKNOWN),
    listed("a cursor of another item's key", "GET /bookings", "1.BOOKING#x"),
    listed("a cursor with a newline", "GET /bookings", f"1.{UNKNOWN}\n"),
    listed("a cursor of 40 digits", "GET /bookings", f"{'9' * 40}.{UNKNOWN}"),
    listed("a cursor in base64", "GET /bookings", "eyJwayI6IlVTRVIjdmljdGltIn0"),
    listed("a cursor of a booking that is not there", "GET /bookings", f"1795329000000.{UNKNOWN}"),
    listed("a cursor of an instant that never was", "GET /bookings", f"{'9' * 15}.{UNKNOWN}"),
    Hostile(
        "a cursor of one's own booking at another instant",
        lambda booking_id: request_for("GET /bookings", query={"cursor": f"9999999999999.{booking_id}"}),
        422,
    ),
    listed("a cursor of nothing", "GET /wallet/entries", "0"),
    listed("a cursor beyond the ledger", "GET /wallet/entries", "1"),
    listed("a cursor of 64 digits", "GET /wallet/entries", "9" * 64),
    listed("a cursor below nothing", "GET /wallet/entries", "-1"),
    listed("a cursor with full-width digits", "GET /wallet/entries", "12".translate(FULL_WIDTH)),
]
TABLE = [*TYPES, *NUMBERS, *SHAPES, *TEXTS, *EXTRAS, *GUESTS, *IDS]
