"""An owner's way from a name and a city to guests at the desk, and what can come between."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_lying_server import refuse
from tests.browser.visitor import TODAY, Visitor
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.browser

GOA = "/owner/hotels/goa-beach"


@pytest.fixture
def olga(someone: Callable[..., Visitor], long_stack: RunningStack) -> Visitor:
    """The owner of the demo's hotels in Goa, signed in."""
    visitor = someone()
    long_stack.guest("olga", "owner")
    visitor.is_signed_in("olga")
    return visitor


def nights(first: date, count: int = 1) -> dict[str, str]:
    return {"first_night": first.isoformat(), "last_night": (first + timedelta(days=count - 1)).isoformat()}


def cell(page: Page, room: str, day: date) -> Locator:
    return page.get_by_role("grid", name=re.compile(f"^{room},")).locator(f"[data-day='{day}']")


def price_of(owner: Guest, room: str, day: date) -> int:
    found = owner.get("/properties/goa-beach/ari", **nights(day))["values"]
    return next(int(one["price"]) for one in found if one["room_type_id"] == room)


def test_a_dragged_range_is_tried_applied_and_undone(olga: Visitor) -> None:
    page, owner = olga.page, olga.stack.guest("olga")
    first = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=10)
    olga.open(f"{GOA}/rates")
    page.get_by_role("button", name="Month after").click()
    cell(page, "Deluxe", first).hover()
    page.mouse.down()
    cell(page, "Deluxe", first + timedelta(days=2)).hover()
    page.mouse.up()
    page.get_by_role("button", name="Change these nights").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Price of a night (INR)").fill("7450")
    dialog.get_by_role("button", name="See what would change").click()
    expect(dialog).to_contain_text("3 nights would change.")
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("₹7,450")
    assert price_of(owner, "goa-deluxe", first) != 745_000
    dialog.get_by_role("button", name="Apply").click()
    olga.says("Deluxe: 3 nights changed.")
    assert price_of(owner, "goa-deluxe", first) == 745_000
    dialog.get_by_role("button", name="Close").click()
    expect(cell(page, "Deluxe", first)).to_contain_text("₹7,450")

    page.get_by_role("button", name="History Deluxe").click()
    lines = dialog.get_by_role("article")
    expect(lines.first).to_contain_text("by you")
    expect(lines.first).to_contain_text("→ ₹7,450")
    lines.first.get_by_role("button", name="Undo").click()
    expect(lines.first).to_contain_text("Took back an earlier change")
    expect(lines.nth(1)).to_contain_text("Undone")
    assert price_of(owner, "goa-deluxe", first) != 745_000


def test_a_range_by_keyboard_and_a_refusal_that_names_the_nights(olga: Visitor) -> None:
    page = olga.page
    first = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=1)
    taken = [{"night": first.isoformat(), "rooms_on_sale": 1, "taken": 4}]
    refuse(page, "/room-types/goa-suite/calendar$", 409, "below_sold", nights=taken)
    olga.open(f"{GOA}/rates")
    page.get_by_role("button", name="Month after").click()
    cell(page, "Suite", first).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("grid", name=re.compile("^Suite,")).locator("[aria-selected=true]")).to_have_count(9)
    page.get_by_role("button", name="Change these nights").click()
    page.get_by_role("spinbutton", name="Rooms on sale").fill("1")
    page.get_by_role("button", name="See what would change").click()
    olga.says("More rooms are held, sold or blocked")
    olga.says("1 asked for, 4 taken")


def test_rooms_are_blocked_and_put_back(olga: Visitor) -> None:
    page = olga.page
    day = TODAY + timedelta(days=150)
    olga.open(f"{GOA}/blocks")
    page.get_by_label("Room type").select_option("goa-suite")
    page.get_by_role("button", name="Block rooms").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("First night").fill(day.isoformat())
    dialog.get_by_label("Last night").fill((day + timedelta(days=1)).isoformat())
    dialog.get_by_label("Reason").fill("New floors")
    dialog.get_by_role("button", name="Block rooms").click()
    expect(dialog).to_have_count(0)
    made = page.get_by_role("article").filter(has_text="New floors")
    expect(made).to_contain_text("Maintenance")
    made.get_by_role("button", name="Put back on sale").click()
    expect(made).to_have_count(0)


def hotel_day() -> date:
    """Today in Goa: the hotel's day ends at four in the morning."""
    return (datetime.now(UTC) + timedelta(hours=5, minutes=30) - timedelta(hours=4)).date()


def staying(stack: RunningStack, name: str, room: str = "goa-standard") -> str:
    """A guest who comes today, and has paid."""
    guest, today = stack.guest(f"web-{uuid4().hex[:8]}"), hotel_day()
    body = {"room_type_id": room, "check_in": str(today), "check_out": str(today + timedelta(days=2)), "guests": 2}
    booking_id: str = guest.post("/bookings", {**body, "rooms": 1}, key=uuid4().hex, status=201)["booking_id"]
    guest.put(f"/bookings/{booking_id}/guest", {"name": name, "email": "asha@example.com", "arrival_time": "15:30"})
    paid = {"payment_mode": "admin", "reason": "Paid at the desk"}
    stack.guest("ada", "admin").post(f"/admin/bookings/{booking_id}/finalize", paid)
    return booking_id


def test_the_desk_checks_in_and_cancels_and_takes_the_list_along(olga: Visitor) -> None:
    page = olga.page
    comes, stays_away = f"Asha {uuid4().hex[:6]}", f"Kofi {uuid4().hex[:6]}"
    booking_id, other = staying(olga.stack, comes), staying(olga.stack, stays_away)
    olga.open(f"{GOA}/arrivals")
    page.get_by_label("Day", exact=True).fill(hotel_day().isoformat())
    card = page.get_by_role("article").filter(has_text=comes)
    expect(card).to_contain_text("Arrival time 15:30")
    card.get_by_role("button", name="Check in").click()
    expect(card).to_contain_text("In the house")
    owner = olga.stack.guest("olga")
    assert owner.get(f"/owner/bookings/{booking_id}")["stay"]["checked_in_at"]

    with page.expect_download() as table:
        page.get_by_role("button", name="As a table").click()
    assert booking_id in table.value.path().read_text()

    page.get_by_role("button", name=f"Open {stays_away}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel the booking").click()
    dialog.get_by_label("Reason").fill("The pipes broke")
    dialog.get_by_label("Refund").select_option("full")
    dialog.get_by_role("button", name="Cancel the booking").click()
    expect(dialog).to_contain_text("Cancelled")
    cancelled = owner.get(f"/owner/bookings/{other}")
    assert (cancelled["status"], cancelled["cancellation"]["refund"]) == ("cancelled", "full")


def test_the_board_names_who_is_in_a_room_type_and_who_did_not_come(olga: Visitor) -> None:
    name = f"Mira {uuid4().hex[:6]}"
    booking_id = staying(olga.stack, name, "goa-villa")
    olga.open(f"{GOA}/board")
    olga.page.get_by_label("First night").fill(hotel_day().isoformat())
    olga.page.get_by_role("region", name="Villa").get_by_role("button", name=name).click()
    dialog = olga.page.get_by_role("dialog", name=name)
    expect(dialog).to_contain_text("Expected")
    dialog.get_by_role("button", name="Did not come").click()
    dialog.get_by_label("Reason").fill("Called from another town")
    dialog.get_by_role("button", name="Did not come").click()
    expect(dialog.get_by_role("button", name="Did not come")).to_have_count(0)
    assert olga.stack.guest("olga").get(f"/owner/bookings/{booking_id}")["stay"]["no_show"]


def test_only_owners_see_the_way_to_their_hotels(guest: Visitor) -> None:
    guest.is_signed_in(guest.stack.guest(f"web-{uuid4().hex[:8]}").name)
    guest.open("/owner/hotels")
    guest.says("This is for hoteliers")
    expect(guest.page.get_by_role("link", name="My hotels")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (429, "too_many_calls", "Too many changes in a short time."),
        (404, "not_found", "There is nothing at this address"),
    ],
)
def test_a_refusal_has_its_words(olga: Visitor, status: int, code: str, words: str) -> None:
    refuse(olga.page, "/properties/goa-beach/draft$", status, code, retry_after_seconds=0)
    olga.open(f"{GOA}/rates")
    olga.says(words)
