"""An owner registers a hotel: in two browsers, with a draft that was changed elsewhere, and offline."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.kit.pictures import jpeg
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.browser

ROOMS = (("Single", "2500", "4", "1"), ("Double", "4000", "6", "2"), ("Family", "7000", "2", "4"))

VIEWS = ("The front", "The courtyard", "A double room", "Breakfast on the roof")


def new_owner(stack: RunningStack) -> Guest:
    return stack.guest(f"owner-{uuid4().hex[:8]}", "owner")


def begun(owner: Guest, **content: Any) -> str:
    """The id of a hotel that was begun by a call."""
    body = {"name": "The Lantern", "city": f"Lampur {uuid4().hex[:6]}", "currency": "INR", **content}
    return str(owner.post("/properties", body, key=uuid4().hex, status=201)["property_id"])


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


def test_the_demos_owner_needs_no_more_than_the_printed_password(guest: Visitor) -> None:
    page = guest.page
    guest.open("/")
    page.get_by_role("banner").get_by_text("Sign in").click()
    guest.sign_in("olga")
    page.get_by_role("link", name="My hotels").click()
    guest.says("Goa Beach House")
    expect(page.get_by_role("button", name="Register a hotel")).to_be_visible()


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
