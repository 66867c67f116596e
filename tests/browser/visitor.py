"""Somebody in front of a browser: opens pages, signs in, and has seen no error and no stranger's host by the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from local.browser import signed_in_script
from local.users import PASSWORD, email_of
from tests.system.stack import RunningStack

WAIT_MS = 30_000  # a cold worker, on a busy machine
STEP_SECONDS = 30
TODAY = datetime.now(UTC).date()

expect.set_options(timeout=WAIT_MS)


@dataclass
class Visitor:
    page: Page
    stack: RunningStack
    errors: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    @property
    def site(self) -> str:
        return self.stack.details["web_url"]

    def open(self, path: str) -> None:
        self.page.bring_to_front()  # Chromium gives a tab behind another one a frame each second
        self.page.goto(self.site + path)

    def sign_in(self, name: str) -> None:
        """On Cognito's page, where the browser is now."""
        self.page.get_by_label("Username").fill(email_of(name))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def is_signed_in(self, name: str) -> None:
        """From the next page on, as if the sign-in page had been there: for tests of something else."""
        script = signed_in_script(self.stack.details, name, self.stack.guest(name).token)
        self.page.add_init_script(script)

    def fill_in_guest(self, name: str = "Asha Rao") -> None:
        self.page.get_by_label("Full name").fill(name)
        self.page.get_by_label("E-mail").fill("asha@example.com")
        self.page.get_by_role("button", name="Continue to payment").click()

    def says(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def address(self, pattern: str) -> None:
        self.page.wait_for_url(pattern, timeout=WAIT_MS)


@contextmanager
def visitor(context: BrowserContext, stack: RunningStack) -> Iterator[Visitor]:
    """A tab of its own, signed in nowhere. Raises at the end for an error in the console, or a request to a host that
    is not ours."""
    page = context.new_page()
    someone = Visitor(page, stack)
    ours = {urlsplit(url).netloc for name, url in stack.details.items() if name.endswith("_url")}

    def heard(kind: str, text: str) -> None:
        # A refusal of the API is one of our screens; the browser logs it on its own.
        if kind == "error" and not text.startswith("Failed to load resource"):
            someone.errors.append(text)

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.netloc not in ours:
            someone.strangers.add(parts.netloc)

    page.on("console", lambda message: heard(message.type, message.text))
    page.on("pageerror", lambda error: someone.errors.append(str(error)))
    page.on("request", lambda request: asked(request.url))
    try:
        yield someone
        assert someone.errors == []
        assert someone.strangers == set()
    finally:
        page.close()


def dates(days_ahead: int, nights: int = 2) -> dict[str, str]:
    check_in = TODAY + timedelta(days=days_ahead)
    return {"check_in": check_in.isoformat(), "check_out": (check_in + timedelta(days=nights)).isoformat()}


def stay(days_ahead: int, nights: int = 2, guests: int = 2) -> str:
    """The query of a stay, as the pages have it in their addresses."""
    return urlencode({**dates(days_ahead, nights), "rooms": 1, "guests": guests})
