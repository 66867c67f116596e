"""From hold to confirmed in each of the four ways to pay, over HTTP against the deployed template."""

import base64
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.system

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def stack(long_stack: RunningStack) -> RunningStack:
    return long_stack


@pytest.fixture(scope="module")
def admin(stack: RunningStack) -> Guest:
    return stack.guest("ada", "admin")


@pytest.fixture
def guest(stack: RunningStack) -> Guest:
    return stack.guest(f"guest-{uuid4().hex[:8]}")


def stay(days_ahead: int, nights: int = 2, room_type: str = "mumbai-standard", rooms: int = 1) -> dict[str, Any]:
    check_in = TODAY + timedelta(days=days_ahead)
    return {
        "room_type_id": room_type,
        "check_in": check_in.isoformat(),
        "check_out": (check_in + timedelta(days=nights)).isoformat(),
        "rooms": rooms,
        "guests": rooms,
    }


def hold(guest: Guest, days_ahead: int) -> dict[str, Any]:
    booking: dict[str, Any] = guest.post("/bookings", stay(days_ahead), key=uuid4().hex, status=201)
    assert booking["status"] == "reserved"
    assert 0 < booking["reservation_seconds_left"] <= 600
    return booking


def credit(admin: Guest, guest: Guest, amount: int) -> None:
    user_id = claims(guest)["sub"]
    body = {"amount": amount, "reason": "a gift"}
    admin.post(f"/admin/wallets/{user_id}/credits", body, key=uuid4().hex, status=201)


def claims(guest: Guest) -> dict[str, Any]:
    payload = guest.token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def free_rooms(stack: RunningStack, room_type: str, night: date) -> int:
    month = stack.anyone(f"/room-types/{room_type}/calendar", month=f"{night:%Y-%m}")
    shown: int = next(day["rooms_free"] for day in month["nights"] if day["date"] == night.isoformat())
    return shown


def test_the_printed_curl_lines_book_a_room(stack: RunningStack) -> None:
    lines = re.findall(r"^\s*(curl .*)$", stack.output, re.MULTILINE)[:5]
    assert len(lines) == 5
    answers = [
        subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=60).stdout
        for line in lines
    ]
    assert json.loads(answers[-1])["new_status"] == "confirmed", answers


def test_wallet_pays_for_it_all(stack: RunningStack, guest: Guest, admin: Guest) -> None:
    credit(admin, guest, 5_000_000)
    booking = hold(guest, 20)
    total = guest.get(f"/bookings/{booking['booking_id']}/pricing")["total_payable"]
    body = {"payment_mode": "wallet_only", "wallet_applied": total, "gateway_amount": 0}
    paid = guest.post(f"/bookings/{booking['booking_id']}/finalize", body)
    assert (paid["new_status"], paid["final_amount"]) == ("confirmed", total)
    assert (paid["wallet_deducted"], paid["gateway_charged"]) == (total, 0)
    assert guest.get("/wallet")["balance"] == 5_000_000 - total
    assert guest.get(f"/bookings/{booking['booking_id']}")["status"] == "confirmed"


def test_wallet_and_card_share_the_price(stack: RunningStack, guest: Guest, admin: Guest) -> None:
    credit(admin, guest, 300_000)
    booking = hold(guest, 25)
    path = f"/bookings/{booking['booking_id']}"
    order = guest.post(f"{path}/payment", {"gateway": "stripe", "wallet_apply_amount": 300_000})
    assert order["amount"] == order["pricing"]["total_payable"] - 300_000
    stack.pay_by_card(order["gateway_order_id"])
    body = {
        "payment_mode": "wallet_partial",
        "wallet_applied": 300_000,
        "gateway_amount": order["amount"],
        "gateway_transaction_id": order["gateway_order_id"],
    }
    paid = guest.post(f"{path}/finalize", body)
    assert (paid["new_status"], paid["wallet_deducted"], paid["gateway_charged"]) == (
        "confirmed",
        300_000,
        order["amount"],
    )
    assert guest.get("/wallet")["balance"] == 0
    assert stack.payment_at_gateway(order["gateway_order_id"])["status"] == "succeeded"


def test_card_pays_for_it_all(stack: RunningStack, guest: Guest) -> None:
    booking = hold(guest, 30)
    path = f"/bookings/{booking['booking_id']}"
    order = guest.post(f"{path}/payment", {"gateway": "stripe"})
    assert guest.get(path)["status"] == "payment_pending"
    body = {
        "payment_mode": "gateway_only",
        "wallet_applied": 0,
        "gateway_amount": order["amount"],
        "gateway_transaction_id": order["gateway_order_id"],
    }
    assert guest.call("POST", f"{path}/finalize", body).status_code == 402  # not authorised yet
    stack.pay_by_card(order["gateway_order_id"])
    paid = guest.post(f"{path}/finalize", body)
    assert (paid["new_status"], paid["gateway_charged"]) == ("confirmed", order["pricing"]["total_payable"])
    assert stack.payment_at_gateway(order["gateway_order_id"])["status"] == "succeeded"


def test_razorpay_pays_for_it_all(stack: RunningStack, guest: Guest) -> None:
    booking = hold(guest, 32)
    path = f"/bookings/{booking['booking_id']}"
    order = guest.post(f"{path}/payment", {"gateway": "razorpay"})
    proof = stack.pay_by_razorpay(order["gateway_order_id"])
    body = {
        "payment_mode": "gateway_only",
        "wallet_applied": 0,
        "gateway_amount": order["amount"],
        "gateway_transaction_id": proof["razorpay_payment_id"],
        "gateway_signature": proof["razorpay_signature"],
    }
    paid = guest.post(f"{path}/finalize", body)
    assert (paid["new_status"], paid["gateway_charged"]) == ("confirmed", order["amount"])


def test_admin_confirms_what_was_paid_outside(stack: RunningStack, guest: Guest, admin: Guest) -> None:
    booking = hold(guest, 35)
    path = f"/admin/bookings/{booking['booking_id']}/finalize"
    body = {"payment_mode": "admin", "reason": "cash at the desk"}
    assert guest.call("POST", path, body).status_code == 403
    assert admin.post(path, body)["new_status"] == "confirmed"
    assert guest.get(f"/bookings/{booking['booking_id']}")["status"] == "confirmed"


def test_twenty_identical_finalizes_are_one(stack: RunningStack, guest: Guest, admin: Guest) -> None:
    credit(admin, guest, 5_000_000)
    booking = hold(guest, 40)
    path = f"/bookings/{booking['booking_id']}"
    total = guest.get(f"{path}/pricing")["total_payable"]
    body = {"payment_mode": "wallet_only", "wallet_applied": total, "gateway_amount": 0}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: guest.call("POST", f"{path}/finalize", body), range(20)))
    assert [answer.status_code for answer in answers] == [200] * 20, {answer.text for answer in answers}
    assert len({answer.text for answer in answers}) == 1
    assert guest.get("/wallet")["balance"] == 5_000_000 - total
    assert len(guest.get("/wallet/entries")["entries"]) == 2  # the credit, and one debit
    confirmations = [event for event in guest.get(path)["history"] if event["status"] == "confirmed"]
    assert len(confirmations) == 1


def test_fifty_guests_race_for_ten_rooms(stack: RunningStack) -> None:
    """Ten get a room on all three nights, forty learn which nights are sold out, nobody gets an error."""
    guests = [stack.guest(f"racer-{n}") for n in range(10)]  # five requests each: the cap on live holds
    body = stay(60, nights=3, room_type="goa-standard")
    night = TODAY + timedelta(days=60)
    assert free_rooms(stack, "goa-standard", night) == 10
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: guests[n % 10].call("POST", "/bookings", body, uuid4().hex), range(50)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] * 10 + [409] * 40, {
        answer.text for answer in answers if answer.status_code not in {201, 409}
    }
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"sold_out"}
    for n in range(3):
        assert free_rooms(stack, "goa-standard", night + timedelta(days=n)) == 0


def test_somebody_elses_booking_is_not_found(stack: RunningStack, guest: Guest) -> None:
    booking = hold(guest, 45)
    stranger = stack.guest("stranger")
    assert stranger.call("GET", f"/bookings/{booking['booking_id']}").status_code == 404


def test_no_token_no_booking(stack: RunningStack) -> None:
    assert stack.http.post(f"{stack.api_url}/bookings", json=stay(10)).status_code == 401
