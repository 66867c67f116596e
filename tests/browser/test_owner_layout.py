"""The owners' pages and dialogs at every width and zoom, and by axe."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.layout import badly_laid, settled, violations
from tests.browser.visitor import Visitor, visitor
from tests.system.stack import RunningStack

pytestmark = pytest.mark.browser

PAGES = ("place", "terms", "rooms", "prices", "pictures", "review", "rates", "blocks", "board", "arrivals")


@pytest.fixture(scope="module")
def owner(context: BrowserContext, long_stack: RunningStack) -> Iterator[Visitor]:
    long_stack.guest("olga", "owner")
    with visitor(context, long_stack) as someone:
        someone.is_signed_in("olga")
        yield someone


@pytest.mark.parametrize("name", ["hotels", *PAGES])
def test_a_page_is_well_laid_and_accessible(owner: Visitor, name: str) -> None:
    owner.open("/owner/hotels" if name == "hotels" else f"/owner/hotels/goa-beach/{name}")
    settled(owner)
    assert badly_laid(owner) == {}
    assert violations(owner) == []


def asked(button: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=button).first.click()


def tried(page: Page) -> None:
    """A change of nights, as far as its preview."""
    page.get_by_role("button", name="Change nights").click()
    page.get_by_label("Price of a night (INR)").fill("7777")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Apply").wait_for()


DIALOGS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "begin": ("", asked("Register a hotel")),
    "room type": ("/goa-beach/rooms", asked("Add a room type")),
    "delete": ("/goa-beach/rooms", asked("Delete Standard")),
    "occupancy": ("/goa-beach/prices", asked("Change guests and extra beds Villa")),
    "rate": ("/goa-beach/prices", asked("Add a rate Villa")),
    "nights": ("/goa-beach/rates", asked("Change nights")),
    "preview": ("/goa-beach/rates", tried),
    "history": ("/goa-beach/rates", asked("History Villa")),
    "block": ("/goa-beach/blocks", asked("Block rooms")),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_is_well_laid_and_accessible(owner: Visitor, name: str) -> None:
    path, ask = DIALOGS[name]
    owner.open(f"/owner/hotels{path}")
    settled(owner)
    ask(owner.page)
    owner.page.get_by_role("dialog").wait_for()
    settled(owner)
    assert badly_laid(owner, (375, 1024), (1, 4)) == {}
    assert violations(owner) == []
