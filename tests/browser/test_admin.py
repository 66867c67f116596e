"""An admin's pages: reviews, payments, a booking's story, the figures; and the page of proof, which is everybody's."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from local.schedules import audit_once
from local.stack import use_local_cloud
from tests.browser.visitor import Visitor, stay
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.browser

ADMIN = "ada"
ROOM = {"name": "Double", "base_price": 400_000, "total_rooms": 6, "max_guests": 2}


@pytest.fixture
def ada(long_stack: RunningStack) -> Guest:
    return long_stack.guest(ADMIN, "admin")


@pytest.fixture
def desk(guest: Visitor, ada: Guest) -> Visitor:
    """The admin, signed in, in front of a browser."""
    guest.is_signed_in(ada.name)
    return guest


def submitted(owner: Guest, city: str) -> str:
    """A hotel that waits for its review."""
    made = owner.post("/properties", {"name": "The Lamp", "city": city}, key=uuid4().hex, status=201)
    property_id: str = made["property_id"]
    change(
        owner,
        property_id,
        description="Six rooms over a bookshop, and a breakfast that lasts.",
        address="3 Lamp Street",
        country="IN",
        timezone="Asia/Kolkata",
        currency="INR",
        cancellation_policy=[{"days_before": 2, "refund_percent": 100}, {"days_before": 0, "refund_percent": 0}],
        amenities=["wifi"],
    )
    owner.post(f"/properties/{property_id}/room-types", ROOM, key=uuid4().hex, status=201)
    owner.post(f"/properties/{property_id}/submit", status=201)
    return property_id


def change(owner: Guest, property_id: str, **fields: Any) -> None:
    path = f"/properties/{property_id}/draft"
    assert owner.call("PATCH", path, fields, if_match="*").status_code == 200


def held(stack: RunningStack, days_ahead: int, name: str | None = None) -> str:
    query = dict(part.split("=") for part in stay(days_ahead).split("&"))
    body = {"check_in": query["check_in"], "check_out": query["check_out"], "rooms": 1, "guests": 2}
    who = stack.guest(name or f"web-{uuid4().hex[:8]}")
    booking = who.post("/bookings", {"room_type_id": "goa-villa", **body}, key=uuid4().hex, status=201)
    return str(booking["booking_id"])


def says_why(desk: Visitor, button: str, why: str, confirm: str | None = None) -> None:
    """Opens a dialog by its button, gives the reason, and does it."""
    desk.page.get_by_role("button", name=button, exact=True).first.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(why)
    dialog.get_by_role("button", name=confirm or button, exact=True).click()
    expect(dialog).to_have_count(0)


def audited(stack: RunningStack) -> None:
    use_local_cloud(stack.details["endpoint_url"])
    audit_once()


def test_a_hotel_is_given_back_mended_approved_and_found(desk: Visitor, long_stack: RunningStack) -> None:
    page, city = desk.page, f"Lampur {uuid4().hex[:6]}"
    owner = long_stack.guest(f"own-{uuid4().hex[:8]}", "owner")
    property_id = submitted(owner, city)
    desk.open("/admin/reviews")
    page.locator("li", has_text=property_id).get_by_role("link", name="Look at it").click()
    desk.says("A new hotel: guests see nothing of it yet.")
    desk.says("100% back until 2 days before")
    says_why(desk, "Give it back", "The street has no number 3")
    desk.says("Its owner has it back, with your reason.")
    draft = owner.get(f"/properties/{property_id}/draft")
    assert (draft["state"], draft["reason"]) == ("rejected", "The street has no number 3")

    change(owner, property_id, address="30 Lamp Street")
    owner.post(f"/properties/{property_id}/submit", status=201)
    desk.open(f"/admin/reviews/{property_id}?revision=2")
    page.get_by_role("button", name="Approve and put on sale").click()
    page.get_by_role("button", name="Put it on sale").click()
    desk.says("It is on sale: guests find it now.")
    expect(page.get_by_role("status").filter(has_text="It is on sale")).to_be_focused()
    [found] = long_stack.anyone("/properties", city=city)["properties"]
    assert found["property_id"] == property_id

    change(owner, property_id, description="Six rooms over a bookshop, and a supper that lasts.")
    owner.post(f"/properties/{property_id}/submit", status=201)
    desk.open(f"/admin/reviews/{property_id}?revision=3")
    desk.says("1 field differs")
    assert page.locator("del").all_inner_texts() == ["breakfast"]
    assert page.locator("ins").all_inner_texts() == ["supper"]
    change(owner, property_id, amenities=["wifi", "parking"])
    page.get_by_role("button", name="Approve and put on sale").click()
    page.get_by_role("button", name="Put it on sale").click()
    desk.says("It was changed since you read it")
    page.get_by_role("dialog").get_by_role("link", name="All reviews").click()
    desk.says("What owners have submitted")

    desk.open(f"/admin/reviews/{property_id}?revision=2")
    says_why(desk, "Take it off sale", "Guests were turned away")
    desk.says("It is off sale. Its bookings stay.")
    assert long_stack.anyone("/properties", city=city)["properties"] == []
    desk.open("/admin/reviews?state=suspended")
    card = page.locator("li", has_text=property_id)
    expect(card).to_contain_text("Guests were turned away")
    card.get_by_role("button", name="Put it back on sale").click()
    page.get_by_role("dialog").get_by_role("button", name="Put it back on sale").click()
    expect(card).to_have_count(0)
    assert long_stack.anyone("/properties", city=city)["properties"]


def test_an_approval_whose_answer_is_lost_is_not_said_to_be_none(desk: Visitor, long_stack: RunningStack) -> None:
    page = desk.page
    owner = long_stack.guest(f"own-{uuid4().hex[:8]}", "owner")
    property_id = submitted(owner, f"Lampur {uuid4().hex[:6]}")
    answers: list[int] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "OPTIONS" or answers:
            return route.fallback()
        answers.append(route.fetch().status)
        return route.abort()

    page.route(re.compile(rf"/admin/properties/{property_id}/approve$"), lose_the_first)
    desk.open(f"/admin/reviews/{property_id}?revision=1")
    page.get_by_role("button", name="Approve and put on sale").click()
    page.get_by_role("button", name="Put it on sale").click()
    desk.says("It is approved.")
    assert answers == [200]
    assert owner.get(f"/properties/{property_id}/draft")["public"] == "live"


def test_a_case_is_closed_and_what_is_due_is_tried(desk: Visitor, ada: Guest, long_stack: RunningStack) -> None:
    page = desk.page
    paid = held(long_stack, 70)
    ada.post(f"/admin/bookings/{paid}/finalize", {"payment_mode": "admin", "reason": "Paid at the desk"})
    ada.post(f"/admin/bookings/{paid}/cancel", {"reason": "The roof leaks", "refund": "full"})
    desk.open("/admin/payments?state=cash_owed")
    row = page.locator("li", has_text=paid)
    row.get_by_role("button", name="Close the case").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Paid at the desk again")
    page.get_by_role("dialog").get_by_role("button", name="Close the case").click()
    expect(row).to_have_count(0)
    [case] = ada.get(f"/admin/bookings/{paid}")["cases"]
    assert (case["kind"], case["reason"]) == ("cash_owed", "Paid at the desk again")

    row_of_a_refund = {
        "payments": [
            {
                "action": "refund",
                "age_seconds": 7300,
                "amount": 1217500,
                "attempts": 12,
                "booking_id": paid,
                "currency": "INR",
                "gateway": "stripe",
                "gateway_order_id": "pi_0001",
                "next_try_at": "2026-11-22T06:32:00.000Z",
                "status": "cancelled",
            }
        ],
        "count": 1,
        "next_cursor": None,
    }
    page.route(re.compile(r"/execute-api/\w+/admin/payments"), lambda route: route.fulfill(json=row_of_a_refund))
    desk.open("/admin/payments")
    desk.says("₹12,175.00")
    desk.says("2 hours ago")
    says_why(desk, "Try it now", "The bank is back")
    desk.says("Done: it is settled.")
    assert ada.get(f"/admin/bookings/{paid}")["history"]


def test_a_booking_tells_its_story_and_its_desk_acts(desk: Visitor, ada: Guest, long_stack: RunningStack) -> None:
    page = desk.page
    booking_id = held(long_stack, 75)
    desk.open("/admin/bookings")
    page.get_by_label("Booking number").fill("12345")
    page.get_by_role("button", name="Show it").click()
    desk.says("A booking number begins with bk_.")
    page.get_by_label("Booking number").fill(booking_id)
    page.get_by_role("button", name="Show it").click()
    desk.says("Room held")
    says_why(desk, "Confirm: paid outside", "Bank transfer of this morning")
    desk.says("Booking confirmed")
    desk.says("by the guest")
    admin = page.get_by_text("by an admin").first
    assert re.fullmatch(r"by an admin [0-9a-f]{8}…", admin.inner_text())
    page.get_by_role("button", name="Check in", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Check in", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("The stay begins on")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Cancel it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input[name=amount]")).to_have_count(0)
    dialog.get_by_label("this amount").check()
    dialog.get_by_label("Reason").fill("The heating failed")
    dialog.get_by_role("button", name="Cancel it").click()
    desk.says("Type an amount, like 2500 or 2500.50.")
    dialog.get_by_label("Amount", exact=False).last.fill("1000.50")
    dialog.get_by_role("button", name="Cancel it").click()
    expect(dialog).to_have_count(0)
    desk.says("Owed in cash")
    desk.says("₹1,000.50")
    desk.says("The heating failed")
    story = ada.get(f"/admin/bookings/{booking_id}")
    assert (story["status"], story["cash_refund"]) == ("cancelled", 100050)


def test_the_figures_of_today_are_drawn_and_told(desk: Visitor, long_stack: RunningStack) -> None:
    page = desk.page
    held(long_stack, 80)
    audited(long_stack)
    desk.open("/admin/figures")
    for name in ("Expiry rate", "Payment success", "Wallet share", "Timer accuracy", "Rooms released"):
        expect(page.get_by_role("figure").filter(has_text=name)).to_be_visible()
    released = page.get_by_role("figure").filter(has_text="Rooms released")
    assert released.locator("svg rect").count() >= 1
    released.get_by_text("As a table").click()
    expect(released.get_by_role("row")).to_have_count(31)
    desk.says("Every promise holds")
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    desk.says("at most 92 are shown")
    page.get_by_role("link", name="The last 30 days").click()
    expect(page.get_by_text("at most 92 are shown")).to_have_count(0)


def test_the_proof_is_one_tap_from_every_page(guest: Visitor, long_stack: RunningStack) -> None:
    audited(long_stack)
    guest.open("/")
    guest.page.get_by_role("link", name="See the proof").click()
    guest.address("**/proof")
    guest.says("Every promise holds")
    guest.says("No room sold twice")
    guest.says("No violation")
    assert guest.page.locator("[data-verdict=holds]").count() == 1
    expect(guest.page.get_by_text(re.compile("^Checked ")).first).to_be_visible()


def test_only_admins_see_their_pages(guest: Visitor, long_stack: RunningStack) -> None:
    guest.open("/admin/payments")
    guest.says("Sign in to go on")
    name = f"web-{uuid4().hex[:8]}"
    long_stack.guest(name)
    guest.is_signed_in(name)
    guest.open("/admin/payments")
    guest.says("This is for the people who run Holdfast")
    guest.says("An operator sets up both for you")
    expect(guest.page.get_by_role("link", name="Admin", exact=True)).to_have_count(0)
