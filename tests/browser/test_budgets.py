"""What a guest's first page weighs, compressed, and what shows before any script."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from local.web_build import DIST
from tests.browser.visitor import Visitor
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

KB = 1024
SCRIPT, STYLE = r'(?:src|href)="/(assets/[^"]+\.js)"', r'href="/(assets/[^"]+\.css)"'


def weight(page: str, pattern: str) -> int:
    """Of all files that the shell asks for, in bytes."""
    names = set(re.findall(pattern, (DIST / f"{page}.html").read_text()))
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names)


@pytest.mark.usefixtures("long_stack")
def test_every_page_of_a_guest_is_light() -> None:
    """With all that its first load brings; owners and admins wait for more."""
    names = [page.stem for page in DIST.glob("*.html") if not page.stem.startswith(("owner_", "admin_"))]
    assert len(names) > 10
    assert {name: size for name in names if (size := weight(name, SCRIPT)) > 95 * KB} == {}
    assert {name: size for name in names if (size := weight(name, STYLE)) > 12 * KB} == {}
    [calendar] = DIST.glob("assets/price_calendar-*.js")
    assert len(gzip.compress(calendar.read_bytes(), 9)) <= 40 * KB


@pytest.mark.usefixtures("long_stack")
def test_the_build_has_no_inline_script_and_no_stand_in() -> None:
    pages = sorted(DIST.glob("*.html"))
    assert [file.name for file in pages if re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", file.read_text())] == []
    built: list[Path] = [*pages, *DIST.rglob("*.js")]
    assert [file.name for file in built if re.search(r"holdfast-card|_local/|sk_test|pk_test", file.read_text())] == []


@pytest.mark.parametrize("path", ["/", "/search", "/bookings", "/wallet", "/hotels/goa-beach"])
def test_a_page_without_script_has_its_heading_and_a_search_that_works(
    browser: Browser, long_stack: RunningStack, path: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(long_stack.details["web_url"] + path)
    assert page.locator("h1").inner_text()
    if path == "/":
        page.get_by_label("Where").fill("Goa")
        page.get_by_role("button", name="Find rooms").click()
        assert "/search?city=Goa" in page.url
    context.close()


def test_what_is_typed_before_the_script_came_is_kept(someone: Callable[[], Visitor]) -> None:
    guest = someone()
    page = guest.page
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route("**/config.json", wait)
    guest.open("/")
    page.get_by_label("Where").fill("Goa")
    page.get_by_label("Check-in").fill("2031-03-04")
    page.get_by_label("Where").focus()
    for one in waiting:
        one.continue_()
    expect(page.get_by_role("heading", name="Where would you like to wake up?")).to_be_visible()
    expect(page.get_by_label("Where")).to_have_value("Goa")
    expect(page.get_by_label("Where")).to_be_focused()
    expect(page.get_by_label("Check-in")).to_have_value("2031-03-04")


def test_pages_come_with_the_headers_that_protect_them(long_stack: RunningStack) -> None:
    site = long_stack.details["web_url"]
    page = long_stack.http.get(f"{site}/bookings/bk_x/pay")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["strict-transport-security"].startswith("max-age=63072000")
    [script, *_] = re.findall(SCRIPT, page.text)
    assert long_stack.http.get(f"{site}/{script}").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert long_stack.http.get(f"{site}/nothing/at/all").status_code == 404
