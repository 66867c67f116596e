"""Pictures of the main pages at three widths, into docs/web: `python -m local screenshots`, while a stack runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import httpx

from local.browser import ARGUMENTS, chromium, signed_in_script
from local.guest import RESPONSE_SECONDS, Guest
from local.tools import ROOT, LocalError
from local.users import access_token

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from local.stack import Stack

FOLDER = ROOT / "docs" / "web"
SIZES = ((375, 812), (768, 1024), (1024, 900))
QUALITY = 72  # of JPEG, in percent
MOST_BYTES = 200_000
WAIT_MS = 60_000
DAYS_AHEAD = 45
GUEST = {"name": "Asha Rao", "email": "asha@example.com", "phone": "+91 98765 43210", "country": "IN"}


def take_screenshots(stack: "Stack") -> list[Path]:
    """Books what the pages show, and takes each page's picture. Raises LocalError without Chromium, or for a picture
    that is too large."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a tool of development: the stack runs without it

    path = chromium()
    if path is None:
        raise LocalError("Chromium is missing: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    with httpx.Client(timeout=RESPONSE_SECONDS) as http, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for user, groups, pages in _pages(stack, http):
            with _tab(browser, stack, user, groups) as tab:
                for name, address in pages.items():
                    taken += _take(tab, name, stack.web_url + address)
        browser.close()
    return taken


def _pages(stack: "Stack", http: httpx.Client) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Who looks, with which groups, at which pages: names of files, and addresses."""
    guest = Guest(stack, http, "asha")
    night, _ = guest.free_night("goa-standard", DAYS_AHEAD)
    stay = f"check_in={night}&check_out={night + timedelta(days=2)}&rooms=1&guests=2"
    held = guest.hold("goa-standard", night)["booking_id"]
    paid = guest.order("stripe", "goa-standard", night)
    guest.finalize(paid, guest.authorise("stripe", paid.order_id))
    for booking_id in (held, paid.booking_id):
        guest.call("PUT", f"/bookings/{booking_id}/guest", GUEST)
    topup = guest.post("/wallet/topups", {"gateway": "stripe", "amount": 250_000}, key=token_hex(16), status=201)
    proof = guest.authorise("stripe", topup["gateway_order_id"])
    guest.post(f"/wallet/topups/{topup['topup_id']}/finalize", proof)
    yield (
        "asha",
        [],
        {
            "home": "/",
            "search": f"/search?city=Goa&{stay}",
            "hotel": f"/hotels/goa-beach?{stay}",
            "guest": f"/bookings/{held}/guest",
            "pay": f"/bookings/{held}/pay",
            "confirmed": f"/bookings/{paid.booking_id}/confirmed",
            "booking": f"/bookings/{paid.booking_id}",
            "wallet": "/wallet",
        },
    )
    hotel = "/owner/hotels/goa-beach"
    yield (
        "olga",
        ["owner"],
        {"owner_rooms": f"{hotel}/rooms", "owner_rates": f"{hotel}/rates", "owner_board": f"{hotel}/board"},
    )
    yield "admin", ["admin"], {"admin_reviews": "/admin/reviews", "admin_figures": "/admin/figures", "proof": "/proof"}


@contextmanager
def _tab(browser: "Browser", stack: "Stack", user: str, groups: list[str]) -> Iterator["Page"]:
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(signed_in_script(asdict(stack), user, access_token(stack, user, groups)))
    yield page
    context.close()


def _take(page: "Page", name: str, address: str) -> Iterator[Path]:
    page.goto(address)
    page.locator("h1").first.wait_for()
    page.locator("main [class*=bone]").first.wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => undefined)))")
        file = FOLDER / f"{name}-{width}.jpg"
        page.screenshot(path=file, type="jpeg", quality=QUALITY)
        if (size := file.stat().st_size) > MOST_BYTES:
            raise LocalError(f"{file} has {size} bytes, more than {MOST_BYTES}")
        yield file
