"""The promises about money, played against a stack whose holds are short, and the audit of it all."""

import pytest

from tests.system.stack import RunningStack

pytestmark = pytest.mark.system

WALK_SECONDS = 600


@pytest.fixture(scope="module")
def stack(brief_stack: RunningStack) -> RunningStack:
    return brief_stack


@pytest.fixture(scope="module")
def story(stack: RunningStack) -> str:
    return stack.local("walkthrough", seconds=WALK_SECONDS)


def test_the_walkthrough_plays_to_its_end_and_skips_nothing(story: str) -> None:
    assert story.endswith("Every promise was kept.\n")
    assert "skipped" not in story


@pytest.mark.parametrize(
    "line",
    [
        "Finalize confirmed, then hung in the capture. kill -9",
        "The hold was expired when",
        "Finalize: 410 hold_expired.",
        "50 signed deliveries, 4 at once: 50 times 2xx.",
        "1,234.57 in the wallet; lines in its ledger: 1.",
        "Preview: 50 % back, 617.29 to the wallet and 2,637.71 to the card.",
        "Cancel: cancelled, 617.29 came to the wallet. At Stripe: 5,275.43 captured, 2,637.71 refunded",
        "The booking's history, by gateway razorpay: 1,338.75 INR refunded at the gateway, not by us.",
        "Listed for an admin: refunded_outside of 1,338.75.",
        "The guest disputes the charge at the bank. Listed for an admin: disputed, open.",
        "The booking's history, by gateway stripe: the dispute of 5,355.00 INR is won; the money stays.",
        "no problem found",
    ],
)
def test_the_walkthrough_reports(story: str, line: str) -> None:
    assert line in story


def test_settle_finds_nothing_left_to_do(stack: RunningStack, story: str) -> None:
    assert '"waiting": 0, "failed": 0, "remaining": 0' in stack.local("settle")
