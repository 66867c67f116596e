"""One browser for all tests, on the stack that the system tests have running."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from local.browser import ARGUMENTS, chromium
from tests.browser.visitor import WAIT_MS, Visitor, visitor
from tests.system.stack import RunningStack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        missing = "Chromium is missing, so that no page is tested: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all visitors, a tab each: what the pages keep of somebody is kept in their tab, and files are cached."""
    shared = browser.new_context(locale="en-GB", viewport={"width": 1024, "height": 900})
    shared.set_default_timeout(WAIT_MS)
    yield shared
    shared.close()


@pytest.fixture
def someone(context: BrowserContext, long_stack: RunningStack) -> Iterator[Callable[[], Visitor]]:
    """Makes visitors; each is asked at the end what it saw."""
    with ExitStack() as all_of_them:

        def arrive() -> Visitor:
            return all_of_them.enter_context(visitor(context, long_stack))

        yield arrive


@pytest.fixture
def guest(someone: Callable[[], Visitor]) -> Visitor:
    return someone()
