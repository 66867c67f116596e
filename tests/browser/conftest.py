"""One browser for all tests, on the stack that the system tests have running."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visitor import Visitor, visitor
from tests.system.stack import RunningStack

# Chromium asks Google's hosts of its own accord, and a sandbox needs rights that a container lacks.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def someone(browser: Browser, long_stack: RunningStack) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; each is asked at the end what it saw."""
    with ExitStack() as all_of_them:

        def arrive(**options: Any) -> Visitor:
            return all_of_them.enter_context(visitor(browser, long_stack, **options))

        yield arrive


@pytest.fixture
def guest(someone: Callable[..., Visitor]) -> Visitor:
    return someone()
