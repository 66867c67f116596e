"""A guest's way from the first page to a confirmed booking, reloading wherever somebody might."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, dates, stay
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser


def hold_a_room(guest: Visitor, room: str = "Standard", days_ahead: int = 40, name: str | None = None) -> str:
    """From the hotel's page to the guest details, signed in on the way; returns the booking's id."""
    user = guest.stack.guest(name or f"web-{uuid4().hex[:8]}")
    guest.open(f"/hotels/goa-beach?{stay(days_ahead)}")
    guest.page.get_by_role("button", name=f"Hold this room : {room}").click()
    guest.sign_in(user.name)
    guest.address("**/bookings/*/guest")
    return guest.page.url.split("/")[-2]


def credit(stack: RunningStack, name: str, amount: int) -> None:
    admin = stack.guest("ada", "admin")
    user_id = stack.guest(name).get("/wallet")["user_id"]
    body = {"amount": amount, "currency": "INR", "reason": "For the pages"}
    admin.post(f"/admin/wallets/{user_id}/credits", body, key=uuid4().hex, status=201)


def test_from_search_to_confirmed_by_wallet(guest: Visitor) -> None:
    """Alice has a wallet of the demo. Every page is reloaded once; the hold stays the same one."""
    page = guest.page
    guest.open("/")
    page.get_by_label("Where").fill("Goa")
    query = dates(30)
    page.get_by_label("Check-in").fill(query["check_in"])
    page.get_by_label("Check-out").fill(query["check_out"])
    page.get_by_role("button", name="Find rooms").click()
    page.get_by_role("link", name="Goa Beach House").click()
    page.get_by_role("button", name="Hold this room : Standard").click()
    guest.sign_in("alice")
    guest.address("**/bookings/*/guest")
    held = page.url
    page.reload()
    guest.fill_in_guest("Alice Mathew")

    guest.says("How would you like to pay?")
    page.get_by_label("Use my wallet").check()
    page.reload()
    expect(page.get_by_label("Use my wallet")).to_be_checked()
    page.get_by_role("button", name=re.compile("^Pay .* from my wallet$")).click()

    guest.address("**/confirmed")
    assert page.url == held.replace("/guest", "/confirmed")
    page.reload()
    guest.says("Goa Beach House is expecting you.")
    booking = guest.stack.guest("alice").get(f"/bookings/{page.url.split('/')[-2]}")
    assert (booking["status"], booking["payment_mode"]) == ("confirmed", "wallet_only")


def test_a_declined_card_keeps_the_room_and_a_good_one_pays(guest: Visitor) -> None:
    booking_id = hold_a_room(guest)
    page = guest.page
    guest.fill_in_guest()
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    page.get_by_label("Card number").fill("4000000000000002")
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()
    guest.says("Nothing was charged; your room is still held.")

    page.reload()
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()

    guest.address(f"**/{booking_id}/confirmed")
    page.get_by_role("link", name="Receipt").click()
    guest.says("By card")
    with page.expect_download() as calendar:
        page.go_back()
        page.get_by_role("button", name="Add to calendar").click()
    assert f"UID:{booking_id}@holdfast" in calendar.value.path().read_text()


def test_a_promo_a_part_from_the_wallet_and_the_rest_by_upi(guest: Visitor) -> None:
    name = f"web-{uuid4().hex[:8]}"
    booking_id = hold_a_room(guest, room="Deluxe", days_ahead=44, name=name)
    page = guest.page
    credit(guest.stack, name, 300000)
    guest.fill_in_guest()
    page.get_by_label("Promo code").fill("NOSUCHCODE")
    page.get_by_role("button", name="Apply").click()
    guest.says("This code does not fit this stay.")
    page.get_by_label("Promo code").fill("WELCOME10")
    page.get_by_role("button", name="Apply").click()
    guest.says("WELCOME10 is applied.")
    page.get_by_label("Use my wallet").check()
    page.get_by_label("UPI, netbanking or card").check()
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()
    page.get_by_role("button", name="Pay by UPI").click()

    guest.address(f"**/{booking_id}/confirmed")
    booking = guest.stack.guest(name).get(f"/bookings/{booking_id}")
    assert booking["payment_mode"] == "wallet_partial"
    assert booking["pricing"]["promo_code"] == "WELCOME10"
    assert booking["wallet_paid"] == 300000


def test_a_cancellation_gives_back_what_its_preview_said(guest: Visitor) -> None:
    booking_id = hold_a_room(guest, room="Suite", days_ahead=60)
    page = guest.page
    guest.fill_in_guest()
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()
    guest.address("**/confirmed")
    page.get_by_role("link", name="See the booking").click()
    page.get_by_role("button", name="Cancel the booking").click()
    button = page.get_by_role("button", name=re.compile("^Cancel and get .* back$"))
    said = button.inner_text()
    button.click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    amount = said.removeprefix("Cancel and get ").removesuffix(" back")
    guest.says(f"{amount} was given back.")
    expect(page.get_by_text("Cancelled").first).to_be_visible()
    assert booking_id in page.url


def test_a_room_that_somebody_else_took_says_so(someone: Callable[[], Visitor]) -> None:
    """Two tabs on the last two rooms of a kind, and a third guest."""
    late = someone()
    late.open(f"/hotels/goa-beach?{stay(80)}")
    button = late.page.get_by_role("button", name="Hold this room : Suite")
    expect(button).to_be_visible()
    faster = late.stack.guest(f"web-{uuid4().hex[:8]}")
    body = {"room_type_id": "goa-suite", **dates(80), "rooms": 2, "guests": 2}
    taken = faster.post("/bookings", body, key=uuid4().hex, status=201)
    button.click()
    late.sign_in(late.stack.guest(f"web-{uuid4().hex[:8]}").name)
    late.says("the room is sold out on these nights")
    faster.post(f"/bookings/{taken['booking_id']}/cancel")
