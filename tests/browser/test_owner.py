"""An owner's way from a name and a city to guests at the desk, and what can come between."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_lying_server import refuse
from tests.browser.visitor import TODAY, Visitor
from tests.kit.pictures import jpeg
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.browser

ROOMS = (("Single", "2500", "4", "1"), ("Double", "4000", "6", "2"), ("Family", "7000", "2", "4"))
VIEWS = ("The front", "The courtyard", "A double room", "Breakfast on the roof")
GOA = "/owner/hotels/goa-beach"


@pytest.fixture
def olga(someone: Callable[..., Visitor], long_stack: RunningStack) -> Visitor:
    """The owner of the demo's hotels in Goa, signed in."""
    visitor = someone()
    long_stack.guest("olga", "owner")
    visitor.is_signed_in("olga")
    return visitor


def new_owner(stack: RunningStack) -> Guest:
    return stack.guest(f"owner-{uuid4().hex[:8]}", "owner")


def begun(owner: Guest, **content: Any) -> str:
    """The id of a hotel that was begun by a call."""
    body = {"name": "The Lantern", "city": f"Lampur {uuid4().hex[:6]}", "currency": "INR", **content}
    return str(owner.post("/properties", body, key=uuid4().hex, status=201)["property_id"])


def nights(first: date, count: int = 1) -> dict[str, str]:
    return {"first_night": first.isoformat(), "last_night": (first + timedelta(days=count - 1)).isoformat()}


def step(page: Page, name: str) -> None:
    """Leaves by the checklist, which saves."""
    page.get_by_role("navigation", name="Steps of the registration").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def add_room(page: Page, name: str, price: str, rooms: str, guests: str) -> None:
    page.get_by_role("button", name="Add a room type").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Guests at most").fill(guests)
    dialog.get_by_label("Rooms of this type").fill(rooms)
    dialog.get_by_label("Price of a night").fill(price)
    dialog.get_by_role("button", name="Add a room type").click()
    expect(dialog).to_have_count(0)


def decided(stack: RunningStack, hotel: str, decision: str, **more: Any) -> None:
    admin = stack.guest("ada", "admin")
    revision = stack.guest("ada", "admin").get("/admin/reviews")["reviews"]
    [number] = [one["revision"] for one in revision if one["property_id"] == hotel]
    seen = admin.get(f"/admin/properties/{hotel}/revisions/{number}")
    body = {"revision": number} | ({"hash": seen["hash"]} if decision == "approve" else {}) | more
    admin.post(f"/admin/properties/{hotel}/{decision}", body)


def fill_in_half(first: Visitor, city: str) -> str:
    """Steps one to four, as far as a price that was typed; returns the hotel's id."""
    page = first.page
    first.open("/")
    page.get_by_role("link", name="My hotels").click()
    page.get_by_role("button", name="Register a hotel").click()
    page.get_by_label("Name of the hotel").fill("The Lamp")
    page.get_by_label("City").fill(city)
    page.get_by_role("button", name="Begin").click()
    first.address("**/place")
    hotel = page.url.split("/")[-2]
    page.get_by_label("Country").select_option("IN")
    page.get_by_label("Time zone").select_option("Asia/Kolkata")
    page.get_by_label("What is it like?").fill("Six rooms over a bookshop.")
    page.get_by_role("link", name="Save and continue").click()
    first.address("**/terms")
    page.get_by_label("Currency").select_option("INR")
    page.get_by_role("button", name="Moderate").click()
    step(page, "Room types")
    for room in ROOMS:
        add_room(page, *room)
    step(page, "Prices and rooms")
    page.get_by_role("group", name="Double").get_by_label("Price of a night").fill("4200.50")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("banner").get_by_role("link", name="My hotels").click()
    expect(page.get_by_role("heading", name="The Lamp")).to_be_visible()
    return hotel


def upload_pictures(page: Page) -> None:
    files: list[Any] = [
        {"name": f"{index}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(480, 320)} for index in range(len(VIEWS))
    ]
    page.get_by_label("Add pictures").set_input_files(files)
    for index, shows in enumerate(VIEWS):
        page.get_by_label(f"What does {index}.jpg show?").fill(shows)
    page.get_by_role("button", name="Upload 4 pictures").click()
    expect(page.get_by_text("Ready", exact=True)).to_have_count(4)
    page.get_by_role("button", name="Make it the first picture 2").click()
    first = page.get_by_role("listitem").filter(has=page.get_by_text("First picture", exact=True))
    expect(first).to_contain_text("The courtyard")


def test_a_hotel_is_registered_in_two_browsers_rejected_mended_and_found(someone: Callable[..., Visitor]) -> None:
    """Three room types and four pictures; the owner leaves in step four, and goes on elsewhere."""
    first, second = someone(), someone()
    stack, city = first.stack, f"Lampur {uuid4().hex[:6]}"
    owner = new_owner(stack)
    first.is_signed_in(owner.name)
    second.is_signed_in(owner.name)
    hotel = fill_in_half(first, city)
    first.page.close()

    page = second.page
    second.open("/owner/hotels")
    page.get_by_role("link", name="Go on registering").click()
    step(page, "Prices and rooms")
    expect(page.get_by_role("group", name="Double").get_by_label("Price of a night")).to_have_value("4200.50")
    step(page, "Pictures")
    upload_pictures(page)

    step(page, "Review")
    page.get_by_role("button", name="Submit for review").click()
    second.says("Submitted as version 1.")
    decided(stack, hotel, "reject", reason="Say more of the rooms.")
    page.reload()
    second.says("Say more of the rooms.")
    step(page, "Place")
    page.get_by_label("What is it like?").fill("Six quiet rooms over a bookshop, all with a desk.")
    step(page, "Review")
    page.get_by_role("button", name="Submit for review").click()
    second.says("Submitted as version 2.")
    decided(stack, hotel, "approve")
    page.reload()
    second.says("The hotel is on sale, as you see it here.")
    [found] = stack.anyone("/properties", city=city)["properties"]
    assert (len(found["room_types"]), found["picture"]["alt"]) == (3, "The courtyard")
    assert "420050" in {str(room["base_price"]) for room in found["room_types"]}


def test_a_draft_that_was_changed_elsewhere_asks_before_it_saves(someone: Callable[..., Visitor]) -> None:
    visitor = someone()
    owner = new_owner(visitor.stack)
    hotel = begun(owner)
    visitor.is_signed_in(owner.name)
    page = visitor.page
    visitor.open(f"/owner/hotels/{hotel}/place")
    page.get_by_label("Address").fill("3 Lamp Street")
    elsewhere = owner.call("PATCH", f"/properties/{hotel}/draft", {"description": "New."}, if_match="*")
    assert elsewhere.status_code == 200, elsewhere.text
    page.get_by_role("button", name="Save", exact=True).click()
    visitor.says("Changed somewhere else")
    expect(page.get_by_label("Address")).to_have_value("3 Lamp Street")
    page.get_by_role("button", name="Save what I typed").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    draft = owner.get(f"/properties/{hotel}/draft")
    assert (draft["address"], draft["description"]) == ("3 Lamp Street", "New.")


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


def test_offline_keeps_what_was_typed(someone: Callable[..., Visitor]) -> None:
    visitor = someone()
    owner = new_owner(visitor.stack)
    hotel = begun(owner)
    visitor.is_signed_in(owner.name)
    page = visitor.page
    visitor.open(f"/owner/hotels/{hotel}/place")
    page.get_by_label("Address").fill("3 Lamp Street")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save", exact=True).click()
    visitor.says("No connection.")
    expect(page.get_by_label("Address")).to_have_value("3 Lamp Street")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert owner.get(f"/properties/{hotel}/draft")["address"] == "3 Lamp Street"
