"""The admins' pages and the page of proof at every width and zoom, and by axe: their dialogs and refusals, too."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.layout import badly_laid, settled, violations
from tests.browser.test_admin import ADMIN, change, held, submitted
from tests.browser.visitor import Visitor, visitor
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

PAGES = (
    "reviews",
    "a new hotel",
    "what changed",
    "payments",
    "a case",
    "bookings",
    "a hold",
    "a cancelled booking",
    "figures",
    "proof",
    "no such booking",
)


@pytest.fixture(scope="module")
def known(context: BrowserContext, long_stack: RunningStack) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """An admin, with something on every page, and the address of each."""
    ada, owner = long_stack.guest(ADMIN, "admin"), long_stack.guest(f"own-{uuid4().hex[:8]}", "owner")
    new, known_one = (submitted(owner, f"Lampur {uuid4().hex[:6]}") for _ in range(2))
    seen = ada.get(f"/admin/properties/{known_one}/revisions/1")
    ada.post(f"/admin/properties/{known_one}/approve", {"revision": 1, "hash": seen["hash"]})
    longer = "A word that no line can hold: " + "Donaudampfschifffahrtsgesellschaft" * 3
    change(owner, known_one, description=longer, amenities=["wifi", "parking"])
    owner.post(f"/properties/{known_one}/submit", status=201)
    hold, over = held(long_stack, 85), held(long_stack, 88)
    ada.post(f"/admin/bookings/{over}/finalize", {"payment_mode": "admin", "reason": "Paid at the desk"})
    ada.post(f"/admin/bookings/{over}/cancel", {"reason": "The roof leaks", "refund": "full"})
    pages = {
        "reviews": "/admin/reviews",
        "a new hotel": f"/admin/reviews/{new}?revision=1",
        "what changed": f"/admin/reviews/{known_one}?revision=2",
        "payments": "/admin/payments",
        "a case": "/admin/payments?state=cash_owed",
        "bookings": "/admin/bookings",
        "a hold": f"/admin/bookings/{hold}",
        "a cancelled booking": f"/admin/bookings/{over}",
        "figures": "/admin/figures",
        "proof": "/proof",
        "no such booking": "/admin/bookings/bk_nosuchnosuchnosuchnosuchno",
    }
    with visitor(context, long_stack) as someone:
        someone.is_signed_in(ADMIN)
        yield someone, pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_laid_and_accessible(known: tuple[Visitor, dict[str, str]], name: str) -> None:
    admin, pages = known
    admin.open(pages[name])
    settled(admin)
    for summary in admin.page.locator("main summary").all():
        summary.click()

    assert badly_laid(admin) == {}
    assert violations(admin) == []


@pytest.mark.parametrize(
    ("name", "button"),
    [("what changed", "Give it back"), ("a case", "Close the case"), ("a hold", "Cancel it")],
)
def test_a_dialog_is_well_laid_and_keeps_the_keyboard(
    known: tuple[Visitor, dict[str, str]], name: str, button: str
) -> None:
    admin, pages = known
    page = admin.page
    admin.open(pages[name])
    settled(admin)
    opener = page.get_by_role("button", name=button, exact=True).first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    assert badly_laid(admin, widths=(375,), zooms=(1,)) == {}
    assert violations(admin) == []
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_in_the_dark_nothing_is_too_faint(known: tuple[Visitor, dict[str, str]]) -> None:
    admin, pages = known
    admin.page.emulate_media(color_scheme="dark")
    for name in ("what changed", "figures", "proof"):
        admin.open(pages[name])
        settled(admin)
        assert violations(admin) == [], name
    admin.page.emulate_media(color_scheme="light")
