"""A state of the table and of Razorpay's account that a test can restore, which is cheaper than making it again."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from local.gateways.razorpay import LocalRazorpay
from tests.kit.payment_scenario import PaymentScenario
from tests.simulation.dynamodb import StandIn

KEPT = ("orders", "payments", "refunds", "_manual_capture", "_unanswered", "_refund_keys")


def table_snapshot(scenario: PaymentScenario) -> Callable[[], None]:
    """Returns a function that restores the scenario's table as it is now."""
    client: Any = scenario.store.table.client
    while not isinstance(client, StandIn):
        client = client._client
    stand_in = client
    items, indexes, tokens = dict(stand_in.items), deepcopy(stand_in.indexes), dict(stand_in._tokens)

    def restore() -> None:
        stand_in.items, stand_in._tokens = dict(items), dict(tokens)
        stand_in.indexes = deepcopy(indexes)

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
