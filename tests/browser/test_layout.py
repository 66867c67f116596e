"""Every page at three widths and five zooms: nothing scrolls sideways, overlaps or is cut, and axe finds nothing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from local.tools import ROOT
from tests.browser.visitor import Visitor, stay, visitor
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

WIDTHS = (375, 768, 1024)
ZOOMS = (0.5, 0.75, 1, 2, 4)
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
BADLY_LAID = (Path(__file__).parent / "badly_laid.js").read_text()


@pytest.fixture(scope="module")
def known(browser: Browser, long_stack: RunningStack) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """A guest with a hold and a confirmed booking, and the addresses of every page for them."""
    name = f"web-{uuid4().hex[:8]}"
    guest = long_stack.guest(name)
    query = dict(part.split("=") for part in stay(55).split("&"))
    body = {"check_in": query["check_in"], "check_out": query["check_out"], "rooms": 1, "guests": 2}
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
    with visitor(browser, long_stack) as someone:
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
    page = guest.page
    guest.open(pages[name])
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("[class*=bone]")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    found = {}
    session = page.context.new_cdp_session(page)
    for width, zoom in ((width, zoom) for width in WIDTHS for zoom in ZOOMS):
        shown = round(width / zoom)
        if shown < 256:
            continue  # reflow is asked for down to 320 px, 1280 px at 400 %
        metrics = {"width": shown, "height": round(900 / zoom), "deviceScaleFactor": zoom, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", metrics)
        if problems := page.evaluate(BADLY_LAID):
            found[f"{width} px at {zoom:.0%}"] = problems
    session.send("Emulation.clearDeviceMetricsOverride")
    assert found == {}
    assert violations(page.evaluate) == []


def violations(evaluate: Callable[..., Any]) -> list[str]:
    """What axe finds, as "rule: element"."""
    evaluate(AXE.read_text())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    result = evaluate(f"axe.run(document, {json.dumps(options)})")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in result["violations"] for node in rule["nodes"]]


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
