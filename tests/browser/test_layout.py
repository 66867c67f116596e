"""Every page at three widths and five zooms: nothing scrolls sideways, overlaps or is cut, and axe finds nothing."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.layout import badly_laid, settled, violations
from tests.browser.visitor import Visitor, dates, stay, visitor
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def known(context: BrowserContext, long_stack: RunningStack) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """A guest with a hold and a confirmed booking, and the addresses of every page for them."""
    name = f"web-{uuid4().hex[:8]}"
    guest = long_stack.guest(name)
    body = {**dates(55), "rooms": 1, "guests": 2}
    held, paid = (
        guest.post("/bookings", {"room_type_id": room, **body}, key=room, status=201)["booking_id"]
        for room in ("goa-standard", "goa-villa")
    )
    admin = long_stack.guest("ada", "admin")
    admin.post(f"/admin/bookings/{paid}/finalize", {"payment_mode": "admin", "reason": "Paid at the desk"})
    pages = {
        "home": "/",
        "search": f"/search?city=Goa&{stay(55)}",
        "search without dates": "/search",
        "hotel": f"/hotels/goa-beach?{stay(55)}",
        "guest": f"/bookings/{held}/guest",
        "pay": f"/bookings/{held}/pay",
        "confirmed": f"/bookings/{paid}/confirmed",
        "receipt": f"/bookings/{paid}/receipt",
        "bookings": "/bookings",
        "booking": f"/bookings/{paid}",
        "wallet": "/wallet",
        "missing": "/nowhere",
    }
    with visitor(context, long_stack) as someone:
        someone.is_signed_in(name)
        yield someone, pages


PAGES = (
    "home",
    "search",
    "search without dates",
    "hotel",
    "guest",
    "pay",
    "confirmed",
    "receipt",
    "bookings",
    "booking",
    "wallet",
    "missing",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_laid_and_accessible(known: tuple[Visitor, dict[str, str]], name: str) -> None:
    guest, pages = known
    guest.open(pages[name])
    settled(guest)
    assert badly_laid(guest) == {}
    assert violations(guest) == []


def test_the_pay_button_and_the_timer_are_in_sight_together(known: tuple[Visitor, dict[str, str]]) -> None:
    guest, pages = known
    guest.open(pages["pay"])
    button = guest.page.get_by_role("button", name="Continue to pay")
    button.wait_for()
    for width, height in ((375, 667), (768, 1024), (1024, 768)):
        guest.page.set_viewport_size({"width": width, "height": height})
        for one in (button, guest.page.get_by_role("timer")):
            box = one.bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height, (width, box)
