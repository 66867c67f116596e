"""The pages show what the API says, also where that makes no sense; and each refusal has its own words."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Visitor, dates, stay
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

ODD_TOTAL = 1234567  # no sum of anything on the page
PROBLEM = {"type": "about:blank", "title": "No", "detail": "No."}


def of_the_api(pattern: str) -> re.Pattern[str]:
    """The pages have addresses that end as those of the API do."""
    return re.compile(rf"/execute-api/\w+{pattern}")


def rewrite(page: Page, pattern: str, change: Callable[[Any], None]) -> None:
    """Answers of the API that match come changed."""

    def answer(route: Route) -> None:
        if route.request.method == "OPTIONS":
            return route.fallback()
        fetched = route.fetch()
        body = fetched.json()
        change(body)
        return route.fulfill(response=fetched, body=json.dumps(body))

    page.route(of_the_api(pattern), answer)


def refuse(page: Page, pattern: str, status: int, code: str, **more: Any) -> None:
    body = json.dumps({**PROBLEM, "status": status, "code": code, **more})
    headers = {"content-type": "application/problem+json", "access-control-allow-origin": "*"}
    page.route(of_the_api(pattern), lambda route: route.fulfill(status=status, headers=headers, body=body))


@pytest.fixture(scope="module")
def hold(long_stack: RunningStack) -> Iterator[tuple[str, str]]:
    """A guest, and a room that is held for them while these tests run."""
    with holding(long_stack) as held:
        yield held


@contextmanager
def holding(stack: RunningStack) -> Iterator[tuple[str, str]]:
    name = f"web-{uuid4().hex[:8]}"
    body = {"room_type_id": "mumbai-standard", **dates(53), "rooms": 1, "guests": 2}
    guest = stack.guest(name)
    booking_id = guest.post("/bookings", body, key=uuid4().hex, status=201)["booking_id"]
    yield name, booking_id
    guest.call("POST", f"/bookings/{booking_id}/cancel")


@pytest.fixture
def held(guest: Visitor, hold: tuple[str, str]) -> tuple[Visitor, str]:
    """A visitor, signed in, and the room that is held for them."""
    name, booking_id = hold
    guest.is_signed_in(name)
    return guest, booking_id


def test_a_total_is_shown_as_it_came(held: tuple[Visitor, str]) -> None:
    guest, booking_id = held

    def lie(body: Any) -> None:
        for quote in (body, body.get("pricing", {})):
            if "total_payable" in quote:
                quote["total_payable"] = quote["gateway_payable"] = ODD_TOTAL

    rewrite(guest.page, rf"/bookings/{booking_id}(/pricing.*)?$", lie)
    guest.open(f"/bookings/{booking_id}/guest")
    guest.says("₹12,345.67")
    guest.open(f"/bookings/{booking_id}/pay")
    expect(guest.page.get_by_role("button", name="Continue to pay ₹12,345.67")).to_be_visible()
    guest.open(f"/bookings/{booking_id}")
    guest.says("₹12,345.67")


def test_search_shows_the_total_that_it_got(guest: Visitor) -> None:
    def lie(body: Any) -> None:
        for hotel in body["properties"]:
            for room in hotel["room_types"]:
                if room.get("pricing"):
                    room["pricing"]["total_payable"] = ODD_TOTAL

    rewrite(guest.page, r"/properties\?", lie)
    guest.open(f"/search?city=Goa&{stay(50)}")
    guest.says("₹12,345.67")


def test_the_timer_is_the_servers_whatever_the_clock_says(held: tuple[Visitor, str]) -> None:
    guest, booking_id = held
    guest.page.add_init_script("const now = Date.now; Date.now = () => now() + 4 * 365 * 86400000")
    rewrite(guest.page, f"/bookings/{booking_id}$", lambda body: body.update(reservation_seconds_left=125))
    guest.open(f"/bookings/{booking_id}/pay")
    timer = guest.page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"Held for\s*2:0\d"))
    expect(timer).to_have_text(re.compile(r"Held for\s*1:5\d"))
    expect(guest.page.locator("[aria-live=polite]").filter(has_text="2 minutes left")).to_have_count(1)


def test_a_hold_that_has_ended_can_be_held_again(held: tuple[Visitor, str]) -> None:
    guest, booking_id = held
    rewrite(guest.page, f"/bookings/{booking_id}$", lambda body: body.update(reservation_seconds_left=1))
    guest.open(f"/bookings/{booking_id}/pay")
    guest.says("Your hold has ended")
    expect(guest.page.get_by_role("button", name="Hold it again")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "code", "more", "words"),
    [
        (409, "insufficient_wallet", {}, "There is not enough in your wallet any more."),
        (409, "too_many_holds", {}, "You are holding five rooms already."),
        (410, "hold_expired", {}, "The hold has ended."),
        (402, "payment_declined", {}, "The payment was declined. Nothing was charged."),
        (429, "too_many_tries", {"retry_after_seconds": 1}, "Too many tries."),
    ],
)
def test_a_refusal_has_its_words(
    held: tuple[Visitor, str], status: int, code: str, more: dict[str, Any], words: str
) -> None:
    guest, booking_id = held
    refuse(guest.page, ".*/payment$", status, code, **more)
    guest.open(f"/bookings/{booking_id}/pay")
    guest.page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    guest.says(words)


def test_a_busy_server_is_asked_again_and_nobody_sees_a_failure(held: tuple[Visitor, str]) -> None:
    guest, booking_id = held
    answers = 0

    def busy_twice(route: Route) -> None:
        nonlocal answers
        answers += 1
        if answers > 2:
            return route.fallback()
        headers = {"retry-after": "0", "access-control-allow-origin": "*"}
        body = json.dumps({**PROBLEM, "status": 503, "code": "busy", "retry_after_seconds": 0})
        return route.fulfill(status=503, headers=headers, body=body)

    guest.page.route(of_the_api(f"/bookings/{booking_id}$"), busy_twice)
    guest.open(f"/bookings/{booking_id}/pay")
    guest.says("How would you like to pay?")
    expect(guest.page.get_by_role("button", name=re.compile("^Continue to pay"))).to_be_visible()
    expect(guest.page.get_by_role("alert")).to_have_count(0)


def test_an_unknown_outcome_is_asked_again_and_is_no_failure(guest: Visitor) -> None:
    """The answers to the first finalizes are lost, after they came or before: nobody can tell."""
    with holding(guest.stack) as (name, booking_id):
        guest.is_signed_in(name)
        pays_without_an_answer(guest, booking_id)


def pays_without_an_answer(guest: Visitor, booking_id: str) -> None:
    page = guest.page
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost > 4:
            return route.fallback()
        if lost == 4:
            route.fetch()
        return route.abort()

    page.route(of_the_api(".*/finalize$"), lose)
    guest.open(f"/bookings/{booking_id}/pay")
    page.get_by_role("button", name=re.compile("^Continue to pay")).click()
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_role("button", name=re.compile("^Pay ₹")).click()
    guest.says("We have not heard back yet.")
    expect(page.get_by_role("alert")).to_have_count(0)
    guest.address(f"**/{booking_id}/confirmed")


def test_offline_says_so(held: tuple[Visitor, str]) -> None:
    guest, booking_id = held
    guest.open(f"/bookings/{booking_id}/pay")
    guest.says("How would you like to pay?")
    guest.page.context.set_offline(True)
    guest.says("You are offline.")
    guest.page.context.set_offline(False)
    expect(guest.page.get_by_text("You are offline.")).to_have_count(0)
