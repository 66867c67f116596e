"""A state of the table and of Razorpay's account that a test can restore, which is cheaper than making it again."""

from collections.abc import Callable
from copy import deepcopy

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.gateways.razorpay import LocalRazorpay
from tests.kit.hotel import TABLE_NAME

KEPT = ("orders", "payments", "refunds", "_manual_capture", "_unanswered", "_refund_keys")


def table_snapshot() -> Callable[[], None]:
    """Returns a function that restores the table as moto holds it now."""
    tables = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]["us-east-1"].tables
    kept = deepcopy(tables[TABLE_NAME])

    def restore() -> None:
        tables[TABLE_NAME] = deepcopy(kept)

    return restore


def razorpay_snapshot(razorpay: LocalRazorpay) -> Callable[[], None]:
    """Returns a function that restores the account and the events as they are now."""
    account, webhooks = razorpay.account, razorpay.webhooks
    kept = {name: deepcopy(getattr(account, name)) for name in KEPT}
    events = list(webhooks.events)

    def restore() -> None:
        for name, value in kept.items():
            setattr(account, name, deepcopy(value))
        webhooks.events[:] = events

    return restore
