"""A crash or a lost answer at every call of every flow, and after it only what production does by itself.

Each flow is run once undisturbed, to count the calls that leave the engine: DynamoDB's and the gateway's, each HTTP
request by itself. Then it is run again for each of them, from the same start, with the trouble at that call. At the end
there is one payment at most, no money kept without a room, and every wallet agrees with its ledger.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast
from uuid import uuid4

import pytest

from holdfast.errors import BookingError
from holdfast.logs import metrics
from holdfast.payments.gateways.protocol import Gateway
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.storage.store import Store
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.flows import FLOWS, GIFT, REPEATABLE, Act, Flow, one_booking
from tests.component.payments.snapshots import razorpay_snapshot, table_snapshot
from tests.kit.clock import NOW, FakeClock
from tests.kit.fault_injection import (
    Crash,
    CurrentInjector,
    FaultInjector,
    InjectedAdapter,
    InjectedClient,
    InjectedGateway,
    Trouble,
)
from tests.kit.gateway_driver import StripeDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import PaymentScenario, table_over

TABLE_READS = ("batch_get_item", "query")  # asked again at once when they are not answered: nothing to see
READS = ("GET", "fetch", *TABLE_READS)


@pytest.mark.parametrize("kind", ["crash", "answer lost"])
@pytest.mark.parametrize("name", FLOWS)
def test_a_fault_at_any_call_to_razorpay_or_the_table_loses_no_money(
    name: str, kind: str, scenario: PaymentScenario, razorpay: LocalRazorpay, razorpay_gateway: RazorpayGateway
) -> None:
    current = CurrentInjector()
    razorpay_gateway._session.mount("http://", InjectedAdapter(current))
    scenario = _injected(scenario, current, scenario.gateways)
    scenario.give(GIFT)
    act = FLOWS[name].prepare(scenario)
    restores = [table_snapshot(scenario), razorpay_snapshot(razorpay)]
    at = scenario.clock.now

    def prepared() -> Act:
        for restore in restores:
            restore()
        scenario.clock.now = at
        return act

    _at_every_call(name, kind, scenario, current, prepared)


@pytest.mark.localstripe
@pytest.mark.parametrize("kind", ["crash", "answer lost"])
@pytest.mark.parametrize("name", ["finalize", "cancel for half", "top-up", "top-up closed"])
def test_a_fault_at_any_call_to_stripe_or_the_table_loses_no_money(
    name: str, kind: str, stripe_scenario: PaymentScenario, localstripe: str
) -> None:
    current = CurrentInjector()
    gateway = cast("Gateway", InjectedGateway(stripe_scenario.gateways["stripe"], current))
    scenario = _injected(stripe_scenario, current, {"stripe": gateway})
    scenario.give(GIFT)
    restore = table_snapshot(stripe_scenario)

    def prepared() -> Act:
        restore()
        scenario.clock.now = NOW
        scenario.driver = StripeDriver(localstripe)  # what was there before belongs to no booking any more
        scenario.run = uuid4().hex  # nor do the keys that Stripe remembers
        return FLOWS[name].prepare(scenario)

    _at_every_call(name, kind, scenario, current, prepared)


def _injected(scenario: PaymentScenario, current: CurrentInjector, gateways: dict[str, Gateway]) -> PaymentScenario:
    """The same scenario, with a fault possible at each call that leaves it; one shard is enough for one booking."""
    table = table_over(InjectedClient(scenario.store.table.client, current))
    return PaymentScenario(Store(table, due_shards=1), FakeClock(), scenario.driver, gateways)


def _at_every_call(
    name: str, kind: str, scenario: PaymentScenario, current: CurrentInjector, prepared: Callable[[], Act]
) -> None:
    clean = FaultInjector()
    assert _run(name, scenario, current, clean, prepared) == []
    places = list(_troubles(clean.calls, kind))
    assert len(places) > 1
    for trouble, at in places:
        injector = FaultInjector(trouble, at)
        problems = _run(name, scenario, current, injector, prepared)
        assert problems == [], f"{trouble} at call {at}, {clean.calls[at]}: {injector.calls}"


def _troubles(calls: list[str], kind: str) -> Iterator[tuple[Trouble, int]]:
    """A crash at a read leaves what a crash after the write before it leaves: one before the first, and after each."""
    if kind == "answer lost":
        yield from ((Trouble.ANSWER_LOST, at) for at, call in enumerate(calls) if not call.startswith(TABLE_READS))
        return
    writes = [at for at, call in enumerate(calls) if not call.startswith(READS)]
    yield Trouble.CRASH_BEFORE, writes[0]
    yield from ((Trouble.CRASH_AFTER, at) for at in writes)


def _run(
    name: str, scenario: PaymentScenario, current: CurrentInjector, injector: FaultInjector, prepared: Callable[[], Act]
) -> list[str]:
    """Acts with the trouble, comes to rest, and says what is wrong then."""
    current.injector = FaultInjector()
    act = prepared()
    current.injector = injector
    try:
        act(scenario)
    except (Crash, BookingError):
        current.injector = FaultInjector()
        if name in REPEATABLE:
            with suppress(BookingError):
                act(scenario)
    current.injector = FaultInjector()
    scenario.come_to_rest()
    metrics.clear_metrics()
    return [*wrong_in(scenario), *_unexpected(FLOWS[name], scenario)]


def _unexpected(flow: Flow, scenario: PaymentScenario) -> Iterator[str]:
    """A flow whose guest gives up half way may end either way; any other has one right end."""
    if flow.status is not None:
        booking = one_booking(scenario)
        if booking.status is not flow.status:
            yield f"the booking is {booking.status}"
        if scenario.balance() != GIFT - flow.spent:
            yield f"the wallet holds {scenario.balance()}"
    elif flow.spent and scenario.balance() != GIFT - flow.spent:
        yield f"the wallet holds {scenario.balance()}"
