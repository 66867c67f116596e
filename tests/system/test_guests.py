"""Who stays, and holding an expired stay again, over HTTP against the deployed template."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.system.fixtures import BRIEF_HOLD_SECONDS
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.system

ASHA = {"name": "Asha Rao", "email": "asha@example.com", "phone": "+91 98765 43210", "wishes": "Quiet\nplease"}
SHOWN = ASHA | {"phone": "+919876543210"}


def hold(guest: Guest, days_ahead: int) -> str:
    check_in = datetime.now(UTC).date() + timedelta(days=days_ahead)
    stay = {"check_in": f"{check_in}", "check_out": f"{check_in + timedelta(days=2)}", "rooms": 1, "guests": 1}
    booking: Any = guest.post("/bookings", {"room_type_id": "asks", **stay}, key=uuid4().hex, status=201)
    return f"/bookings/{booking['booking_id']}"


def code(guest: Guest, method: str, path: str, body: Any = None) -> Any:
    return guest.call(method, path, body).json().get("code")


def test_who_stays_is_asked_for_kept_and_erased(brief_stack: RunningStack) -> None:
    guest, other, admin = brief_stack.guest("dora"), brief_stack.guest("erik"), brief_stack.guest("ada", "admin")
    user_id = guest.get("/wallet")["user_id"]
    gift = {"amount": 500_000, "reason": "a gift"}
    admin.post(f"/admin/wallets/{user_id}/credits", gift, key=uuid4().hex, status=201)
    assert guest.call("PUT", hold(guest, 30) + "/guest", ASHA).status_code == 200  # the first call loads the libraries
    pay = {"payment_mode": "wallet_only", "wallet_applied": 210_000, "gateway_amount": 0}

    booking = hold(guest, 20)
    assert code(guest, "POST", f"{booking}/finalize", pay) == "guest_required"
    said = guest.call("PUT", f"{booking}/guest", ASHA)
    assert (said.status_code, said.json()) == (200, SHOWN)
    assert guest.post(f"{booking}/finalize", pay)["new_status"] == "confirmed"

    assert guest.get(f"{booking}/guest") == admin.get(f"/admin{booking}/guest") == SHOWN
    assert code(guest, "PUT", f"{booking}/guest", ASHA | {"email": "asha"}) == "invalid_request"
    assert {code(other, method, f"{booking}/guest", ASHA) for method in ("GET", "PUT", "DELETE")} == {"not_found"}
    assert code(guest, "DELETE", f"{booking}/guest") == "guest_required"
    guest.post(f"{booking}/cancel")
    for who in (guest, admin):
        erased = who.call("DELETE", f"{booking}/guest")
        assert (erased.status_code, erased.json()) == (200, {})
    assert code(guest, "GET", f"{booking}/guest") == "not_found"
    assert "asha" not in brief_stack.output.lower()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_page_may_use_every_method_there_is(brief_stack: RunningStack, method: str) -> None:
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": method}
    answer = brief_stack.http.options(f"{brief_stack.api_url}/bookings/x/guest", headers=headers)

    assert method in answer.headers["access-control-allow-methods"].replace(" ", "").split(",")


def test_a_hold_that_ran_out_is_held_again_once(brief_stack: RunningStack) -> None:
    guest = brief_stack.guest("fay")
    old = hold(guest, 40)
    guest.call("PUT", f"{old}/guest", ASHA)
    assert code(guest, "POST", f"{old}/revive") == "not_revivable"
    time.sleep(BRIEF_HOLD_SECONDS)

    first, again = guest.call("POST", f"{old}/revive"), guest.call("POST", f"{old}/revive")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["booking_id"] == again.json()["booking_id"] != old.removeprefix("/bookings/")
    assert guest.get(f"/bookings/{first.json()['booking_id']}/guest") == SHOWN
    assert guest.get(old)["status"] == "expired"
