"""How hotels are found: by search engines, page after page, and by those who travel with children."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visitor import Visitor, dates, stay
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

MICRODATA = (
    "() => { const read = (item) => { const found = {}; for (const one of item.querySelectorAll('[itemprop]')) {"
    " if (one.parentElement.closest('[itemscope]') !== item) continue;"
    " const value = one.hasAttribute('itemscope')"
    " ? { type: one.getAttribute('itemtype'), shown: one.innerText, ...read(one) }"
    " : one.getAttribute('content') ?? one.getAttribute('value') ?? one.innerText;"
    " (found[one.getAttribute('itemprop')] ??= []).push(value) } return found };"
    " return read(document.querySelector('[itemtype=\"https://schema.org/Hotel\"]')) }"
)


def test_search_engines_are_told_of_every_hotel_and_of_no_booking(long_stack: RunningStack) -> None:
    site = long_stack.details["web_url"]
    sitemap = long_stack.http.get(f"{site}/sitemap.xml")
    hotels = {one["property_id"] for one in long_stack.anyone("/properties", city="Goa")["properties"]}

    assert sitemap.headers["content-type"].startswith("application/xml")
    found = re.findall(r"<loc>(.*?)</loc>", sitemap.text)
    assert hotels
    assert {f"{site}/hotels/{one}" for one in hotels} <= set(found)
    assert f"Sitemap: {site}/sitemap.xml" in long_stack.http.get(f"{site}/robots.txt").text
    assert '<meta name="robots" content="noindex" />' in long_stack.http.get(f"{site}/bookings/bk_x/pay").text
    assert "noindex" not in long_stack.http.get(f"{site}/hotels/goa-beach").text


def test_a_hotel_says_its_prices_to_programs_in_the_words_that_guests_read(guest: Visitor) -> None:
    """As Google reads hotel prices: https://developers.google.com/hotels/hotel-prices/structured-data."""
    guest.open(f"/hotels/goa-beach?{stay(33)}")
    expect(guest.page.get_by_role("button", name=re.compile("Hold this room")).first).to_be_visible()
    said = guest.page.evaluate(MICRODATA)
    answer = guest.stack.anyone("/properties/goa-beach", **dates(33), guests=2)
    free = {room["name"]: room["pricing"]["total_payable"] for room in answer["room_types"] if room["available"]}

    assert (said["name"], said["identifier"]) == (["Goa Beach House"], ["goa-beach"])
    [address] = said["address"]
    assert (address["type"], address["addressLocality"]) == ("https://schema.org/PostalAddress", ["Goa"])
    assert {offer["type"] for offer in said["makesOffer"]} == {"https://schema.org/Offer"}
    prices = {offer["name"][0]: offer["priceSpecification"][0] for offer in said["makesOffer"]}
    assert {name: price["price"] for name, price in prices.items()} == {
        name: [f"{total // 100}.{total % 100:02}"] for name, total in free.items()
    }
    assert all(price["priceCurrency"] == ["INR"] for price in prices.values())
    assert all(f"₹{free[name] // 100:,}"[:2] in price["shown"] for name, price in prices.items())
    expect(guest.page).to_have_title("Goa Beach House, Goa · Holdfast")
    canonical = guest.page.locator("link[rel=canonical]")
    expect(canonical).to_have_attribute("href", f"{guest.site}/hotels/goa-beach")


def test_a_search_goes_on_where_its_first_page_ends(guest: Visitor) -> None:
    asked: list[str] = []

    def in_two_pages(route: Route) -> None:
        fetched = route.fetch(url=route.request.url.split("&cursor=")[0])
        body: Any = fetched.json()
        first = "cursor=" not in route.request.url
        asked.append(route.request.url)
        half = len(body["properties"]) // 2
        body["properties"] = body["properties"][:half] if first else body["properties"][half:]
        body["next_cursor"] = "more" if first else None
        route.fulfill(response=fetched, body=json.dumps(body))

    guest.page.route(re.compile(r"/execute-api/\w+/properties\?"), in_two_pages)
    guest.open(f"/search?city=Goa&{stay(33)}")
    total = len(guest.stack.anyone("/properties", city="Goa", **dates(33), guests=2)["properties"])
    hotels = guest.page.locator("main article")
    expect(hotels).to_have_count(total // 2)
    guest.page.get_by_role("button", name="More hotels").click()
    expect(hotels).to_have_count(total)
    expect(guest.page.get_by_role("button", name="More hotels")).to_have_count(0)
    assert "cursor=more" in asked[-1]


def test_children_come_with_their_ages_from_the_search_to_the_hold(guest: Visitor) -> None:
    page = guest.page
    name = f"web-{uuid4().hex[:8]}"
    guest.is_signed_in(name)
    guest.open(f"/search?city=Goa&{stay(34)}")
    page.get_by_label(re.compile("^Children.s ages")).fill("4, 9")
    page.get_by_role("button", name="Find rooms").click()
    page.wait_for_url(re.compile("children="))
    page.get_by_role("link", name="Goa Beach House").click()
    page.get_by_role("button", name=re.compile("Hold this room")).last.click()
    guest.address("**/bookings/*/guest")

    booking = guest.stack.guest(name).get(f"/bookings/{page.url.split('/')[-2]}")
    assert booking["guests"] == 4
    assert [sorted(party["children"]) for party in booking["occupancy"]] == [[4, 9]]


def test_a_hotel_asks_the_api_three_times_at_most(guest: Visitor) -> None:
    asked: list[str] = []
    guest.page.on("request", lambda request: asked.append(request.url) if "/execute-api/" in request.url else None)
    guest.open(f"/hotels/goa-beach?{stay(35)}")
    expect(guest.page.get_by_role("button", name=re.compile("Hold this room")).first).to_be_visible()
    guest.page.wait_for_load_state("networkidle")
    assert 1 <= len(asked) <= 3, asked
