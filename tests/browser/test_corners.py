"""What a guest meets seldom: only a keyboard, a hold that has run out, money that came late, other prices."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_booking import credit
from tests.browser.test_lying_server import refuse
from tests.browser.visitor import Visitor, dates, stay, visitor
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.browser

MOST_TABS = 120
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one)
  const name = one.labels?.[0]?.innerText || one.getAttribute('aria-label') || one.innerText || one.name || ''
  const inSight = box.bottom > 0 && box.top < innerHeight && box.width > 0
  return { name: name.trim(), seen: one === document.body || (inSight && style.outlineStyle !== 'none') }
}"""


def reach(page: Page, name: str) -> None:
    """By the Tab key alone; wherever the focus is on the way, it can be seen."""
    wanted = re.compile(name)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["seen"], focused
        if wanted.match(focused["name"]):
            return
    raise AssertionError(f"{name} is out of the keyboard's reach")


def test_a_keyboard_is_enough_from_the_search_to_the_confirmation(guest: Visitor) -> None:
    page = guest.page
    name = f"web-{uuid4().hex[:8]}"
    credit(guest.stack, name, 2_000_000)
    guest.is_signed_in(name)
    guest.open(f"/search?city=Goa&{stay(47)}")
    expect(page.get_by_role("link", name="Goa Beach House")).to_be_visible()
    reach(page, "Goa Beach House")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hold this room : Standard")).to_be_visible()
    reach(page, r"Hold this room\s*: Standard")
    page.keyboard.press("Enter")
    guest.address("**/bookings/*/guest")
    expect(page.get_by_label("Full name")).to_be_visible()
    reach(page, "Full name")
    page.keyboard.type("Asha Rao")
    reach(page, "E-mail")
    page.keyboard.type("asha@example.com")
    reach(page, "Continue to payment")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Use my wallet")).to_be_visible()
    reach(page, "Use my wallet")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=re.compile("^Pay .* from my wallet$"))).to_be_visible()
    reach(page, "Pay .* from my wallet")
    page.keyboard.press("Enter")
    guest.address("**/confirmed")


def test_money_is_put_into_the_wallet_by_card(guest: Visitor) -> None:
    page = guest.page
    name = f"web-{uuid4().hex[:8]}"
    guest.is_signed_in(name)
    guest.open("/wallet")
    page.get_by_label("Amount (INR)").fill("1250.50")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()
    guest.says("₹1,250.50 is in your wallet.")
    assert guest.stack.guest(name).get("/wallet")["balance"] == 125_050


def test_another_price_is_shown_beside_the_old_one(guest: Visitor) -> None:
    page = guest.page
    name = f"web-{uuid4().hex[:8]}"
    user = guest.stack.guest(name)
    body = {"room_type_id": "goa-deluxe", **dates(48), "rooms": 1, "guests": 2}
    booking = user.post("/bookings", body, key=uuid4().hex, status=201)
    dearer: dict[str, Any] = user.get(f"/bookings/{booking['booking_id']}/pricing")
    dearer["total_payable"] = dearer["gateway_payable"] = 9_876_543
    guest.is_signed_in(name)
    refuse(page, ".*/payment$", 409, "price_changed", pricing=dearer)
    guest.open(f"/bookings/{booking['booking_id']}/pay")
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()

    changed = page.get_by_role("alert")
    expect(changed.get_by_role("heading", name="Was")).to_be_visible()
    expect(changed.get_by_role("heading", name="Is now")).to_be_visible()
    expect(changed.get_by_text("₹98,765.43")).to_have_count(1)
    old, new = (changed.get_by_role("heading", name=one).bounding_box() for one in ("Was", "Is now"))
    assert old
    assert new
    assert (old["y"] == new["y"], old["x"] < new["x"]) == (True, True)
    user.call("POST", f"/bookings/{booking['booking_id']}/cancel")


def test_a_room_that_is_sold_out_offers_the_nearest_nights(guest: Visitor) -> None:
    name = f"web-{uuid4().hex[:8]}"
    guest.is_signed_in(name)
    nearest = {**dates(52), "total_payable": 672_000}
    refuse(guest.page, "/bookings$", 409, "sold_out", nights=[dates(49)["check_in"]], alternatives=[nearest])
    guest.open(f"/hotels/goa-beach?{stay(49)}")
    guest.page.get_by_role("button", name="Hold this room : Standard").click()
    guest.says("the room is sold out on these nights")
    links = guest.page.get_by_role("main").locator(f"a[href*='check_in={nearest['check_in']}']")
    expect(links).to_have_count(1)
    links.click()
    expect(guest.page.get_by_role("button", name="Hold this room : Standard")).to_be_visible()


@pytest.fixture(scope="module")
def holds(brief_stack: RunningStack) -> list[tuple[Guest, str]]:
    """Two guests with a hold each, made together, so that both run out in one wait; the second has begun to pay."""
    body = {"room_type_id": "mumbai-standard", **dates(41), "rooms": 1, "guests": 2}
    guests = [brief_stack.guest(f"web-{uuid4().hex[:8]}") for _ in range(2)]
    held = [(one, one.post("/bookings", body, key=uuid4().hex, status=201)["booking_id"]) for one in guests]
    payer, booking_id = held[1]
    payer.post(f"/bookings/{booking_id}/payment", {"gateway": "stripe"})
    return held


class TestAfterTheHold:
    """On the stack whose holds last some seconds."""

    @pytest.fixture
    def late(self, context: BrowserContext, brief_stack: RunningStack) -> Iterator[Visitor]:
        with visitor(context, brief_stack) as someone:
            yield someone

    def test_a_tap_holds_it_again(self, late: Visitor, holds: list[tuple[Guest, str]]) -> None:
        guest, booking_id = holds[0]
        late.is_signed_in(guest.name)
        late.open(f"/bookings/{booking_id}/pay")
        late.says("Your hold has ended")
        with late.page.expect_response(re.compile(r"/execute-api/\w+/bookings/\w+/revive$")) as revived:
            late.page.get_by_role("button", name="Hold it again").click()
        assert revived.value.status == 201
        late.address(f"**/bookings/{revived.value.json()['booking_id']}/guest")

    def test_money_that_came_late_still_buys_the_room(self, late: Visitor, holds: list[tuple[Guest, str]]) -> None:
        guest, booking_id = holds[1]
        order = guest.get(f"/bookings/{booking_id}")["payment"]["gateway_order_id"]
        late.is_signed_in(guest.name)
        late.open(f"/bookings/{booking_id}/pay")
        late.says("Your hold has ended")
        late.stack.pay_by_card(order)
        guest.post(
            f"/bookings/{booking_id}/finalize",
            {
                "payment_mode": "gateway_only",
                "wallet_applied": 0,
                "gateway_amount": late.stack.payment_at_gateway(order)["amount"],
                "gateway_transaction_id": order,
            },
        )
        late.open(f"/bookings/{booking_id}/pay")
        late.address("**/confirmed")
        expect(late.page.get_by_role("heading", name=re.compile("^It.s yours"))).to_be_visible()
