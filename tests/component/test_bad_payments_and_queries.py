"""Payments, credits, queries and bookings with bad input."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.bad_input import SURROGATE, Bad
from tests.kit.builders import everything
from tests.kit.front_door import ADMIN, ALICE, FrontDoor

UNKNOWN_BOOKING = "bk_" + "a" * 26
FINALIZE = {"payment_mode": "wallet_only", "wallet_applied": 1_575_000, "gateway_amount": 0}
BAD_PAYMENTS = [
    Bad("a mode that is none", {"payment_mode": "cash"}, "payment_mode"),
    Bad("the admin's mode from a guest", {"payment_mode": "admin"}, "payment_mode"),
    Bad("half a character for a mode", {"payment_mode": SURROGATE}, "payment_mode"),
    Bad("less than nothing from the wallet", {"wallet_applied": -1}, "wallet_applied"),
    Bad("less than nothing from the card", {"gateway_amount": -1}, "gateway_amount"),
    Bad("more than there is money", {"wallet_applied": 10**13}, "wallet_applied"),
    Bad("an amount with a point", {"wallet_applied": 1_575_000.0}, "wallet_applied"),
    Bad("an amount as text", {"wallet_applied": "1575000"}, "wallet_applied"),
    Bad("a card's part with wallet_only", {"wallet_applied": 1_574_999, "gateway_amount": 1}, "gateway_amount"),
    Bad(
        "no card's part with gateway_only",
        {"payment_mode": "gateway_only", "wallet_applied": 0, "gateway_transaction_id": "pi_1"},
        "gateway_amount",
    ),
    Bad(
        "a wallet's part with gateway_only",
        {"payment_mode": "gateway_only", "gateway_amount": 1, "gateway_transaction_id": "pi_1"},
        "wallet_applied",
    ),
    Bad(
        "no wallet's part with wallet_partial",
        {
            "payment_mode": "wallet_partial",
            "wallet_applied": 0,
            "gateway_amount": 1_575_000,
            "gateway_transaction_id": "pi_1",
        },
        "wallet_applied",
    ),
    Bad(
        "no transaction with gateway_only",
        {"payment_mode": "gateway_only", "wallet_applied": 0, "gateway_amount": 1_575_000},
        "gateway_transaction_id",
    ),
    Bad("a transaction that is no id", {"gateway_transaction_id": "pi 1"}, "gateway_transaction_id"),
    Bad("a signature with a line's end", {"gateway_signature": "a\n"}, "gateway_signature"),
    Bad("a promo code that is none", {"promo_code": "TEN%"}, "promo_code"),
    Bad("an unknown field", {"total_payable": 1}, "total_payable"),
]


@pytest.mark.parametrize("bad", BAD_PAYMENTS, ids=[bad.says for bad in BAD_PAYMENTS])
def test_a_payment_with_bad_input_is_refused(bad: Bad, front_door: FrontDoor, store: Store) -> None:
    front_door.credit(2_000_000)
    booking_id = front_door.held()
    before = everything(store)

    reply = front_door.call("POST /bookings/{booking_id}/finalize", FINALIZE | bad.changes, booking_id=booking_id)

    assert (reply.status, reply.code) == (bad.status, bad.code)
    assert reply.fields == {bad.field}
    assert everything(store) == before


BAD_STARTS = [
    Bad("no gateway", {"gateway": None}, "gateway"),
    Bad("another gateway", {"gateway": "paypal"}, "gateway"),
    Bad("half a character for a gateway", {"gateway": SURROGATE}, "gateway"),
    Bad("less than nothing from the wallet", {"wallet_apply_amount": -1}, "wallet_apply_amount"),
    Bad("an amount as text", {"wallet_apply_amount": "1"}, "wallet_apply_amount"),
    Bad("a promo code that is none", {"promo_code": "T E N"}, "promo_code"),
    Bad("an unknown field", {"amount": 1}, "amount"),
]


@pytest.mark.parametrize("bad", BAD_STARTS, ids=[bad.says for bad in BAD_STARTS])
def test_a_payment_start_with_bad_input_is_refused(bad: Bad, front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held()
    before = everything(store)

    reply = front_door.start(booking_id, **bad.changes)

    assert (reply.status, reply.code, reply.fields) == (bad.status, bad.code, {bad.field})
    assert everything(store) == before
    assert front_door.gateway.orders == {}


BAD_CREDITS = [
    Bad("nothing", {"amount": 0}, "amount"),
    Bad("less than nothing", {"amount": -1}, "amount"),
    Bad("more than there is money", {"amount": 10**12 + 1}, "amount"),
    Bad("an amount with a point", {"amount": 1.0}, "amount"),
    Bad("an empty reason", {"reason": ""}, "reason"),
    Bad("a blank reason", {"reason": "  "}, "reason"),
    Bad("a reason of two lines", {"reason": "a\nb"}, "reason"),
    Bad("half a character for a reason", {"reason": SURROGATE}, "reason"),
    Bad("a reason of 201 characters", {"reason": "a" * 201}, "reason"),
    Bad("an unknown field", {"user_id": ALICE}, "user_id"),
]


@pytest.mark.parametrize("bad", BAD_CREDITS, ids=[bad.says for bad in BAD_CREDITS])
def test_a_credit_with_bad_input_is_refused(bad: Bad, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    reply = front_door.call(
        "POST /admin/wallets/{user_id}/credits",
        {"amount": 100, "reason": "Goodwill"} | bad.changes,
        user=ADMIN,
        groups="[admin]",
        key="k",
        user_id=ALICE,
    )

    assert (reply.status, reply.code, reply.fields) == (bad.status, bad.code, {bad.field})
    assert everything(store) == before


BAD_QUERIES = [
    ("GET /bookings", {"cursor": "../x"}, "cursor"),
    ("GET /bookings", {"cursor": "yesterday.bk_1"}, "cursor"),
    ("GET /bookings", {"cursor": "12"}, "cursor"),
    ("GET /bookings", {"cursor": ".bk_1"}, "cursor"),
    ("GET /bookings", {"cursor": "9" * 40 + ".bk_1"}, "cursor"),  # DynamoDB's numbers have 38 digits
    ("GET /bookings", {"page": "2"}, "page"),
    ("GET /wallet/entries", {"cursor": "-1"}, "cursor"),
    ("GET /wallet/entries", {"cursor": "1.5"}, "cursor"),
    ("GET /wallet/entries", {"cursor": "entry"}, "cursor"),
    ("GET /properties", {"check_in": "2026-12-10"}, "check_out"),
    ("GET /properties", {"check_out": "2026-12-10"}, "check_in"),
    ("GET /properties", {"check_in": "2026-12-10", "check_out": "2026-12-10"}, "check_out"),
    ("GET /properties", {"check_in": "2026-12-01", "check_out": "2027-01-01"}, "check_out"),
    ("GET /properties", {"check_in": "soon", "check_out": "2027-01-01"}, "check_in"),
    ("GET /properties", {"rooms": "0"}, "rooms"),
    ("GET /properties", {"rooms": "2.0"}, "rooms"),
    ("GET /properties", {"rooms": "1,2"}, "rooms"),  # what API Gateway makes of ?rooms=1&rooms=2
    ("GET /properties", {"guests": "many"}, "guests"),
    ("GET /properties", {"near": "me"}, "near"),
]


@pytest.mark.parametrize(("route", "query", "field"), BAD_QUERIES)
def test_a_query_with_bad_input_is_refused(
    route: str, query: dict[str, str], field: str, front_door: FrontDoor
) -> None:
    reply = front_door.call(route, query=query)

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "2026", "1926-01", "2026-12-01", "december"])
def test_a_malformed_month_is_refused(month: str, front_door: FrontDoor) -> None:
    reply = front_door.call("GET /room-types/{room_type_id}/calendar", query={"month": month}, room_type_id="deluxe")

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"month"})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"wallet_apply_amount": "-1"}, "wallet_apply_amount"),
        ({"wallet_apply_amount": "1.5"}, "wallet_apply_amount"),
        ({"wallet_apply_amount": "all"}, "wallet_apply_amount"),
        ({"wallet_apply_amount": "9" * 14}, "wallet_apply_amount"),
        ({"promo_code": "A B"}, "promo_code"),
        ({"promo_code": "A" * 33}, "promo_code"),
        ({"total": "1"}, "total"),
    ],
)
def test_a_quote_with_bad_input_is_refused(query: dict[str, str], field: str, front_door: FrontDoor) -> None:
    booking_id = front_door.held()

    reply = front_door.call("GET /bookings/{booking_id}/pricing", query=query, booking_id=booking_id)

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})


BOOKING_ROUTES = [
    ("GET /bookings/{booking_id}", None),
    ("GET /bookings/{booking_id}/pricing", None),
    ("POST /bookings/{booking_id}/payment", {"gateway": "stripe"}),
    ("POST /bookings/{booking_id}/finalize", FINALIZE),
    ("POST /bookings/{booking_id}/cancel", None),
]


@pytest.mark.parametrize(("route", "body"), BOOKING_ROUTES)
@pytest.mark.parametrize("booking_id", [UNKNOWN_BOOKING, "bk_", "BOOKING", "x" * 300, "%00", "bk_" + "A" * 26])
def test_a_missing_booking_is_not_found(route: str, body: Any, booking_id: str, front_door: FrontDoor) -> None:
    reply = front_door.call(route, body, booking_id=booking_id)

    assert (reply.status, reply.code) == (404, "not_found")


@pytest.mark.parametrize(("route", "body"), BOOKING_ROUTES)
def test_somebody_elses_booking_reads_as_missing(route: str, body: Any, front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held("someone-else")
    before = everything(store)

    reply = front_door.call(route, body, booking_id=booking_id)
    missing = front_door.call(route, body, booking_id=UNKNOWN_BOOKING)

    assert (reply.status, reply.code, reply.body["detail"]) == (404, "not_found", missing.body["detail"])
    assert everything(store) == before


def test_a_cancel_takes_no_fields(front_door: FrontDoor) -> None:
    booking_id = front_door.held()

    reply = front_door.call("POST /bookings/{booking_id}/cancel", {"refund": 1}, booking_id=booking_id)

    assert (reply.status, reply.fields) == (422, {"refund"})
    assert front_door.call("POST /bookings/{booking_id}/cancel", {}, booking_id=booking_id).status == 200
