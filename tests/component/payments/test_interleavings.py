"""Two tellings of one payment, cut into each other at every call, where threads would meet once in a thousand runs."""

from collections.abc import Callable

import pytest

from holdfast.model.booking import Status
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.storage.store import Store
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.snapshots import razorpay_snapshot, table_snapshot
from tests.kit.fault_injection import CurrentInjector, FaultInjector, InjectedAdapter, InjectedClient
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import BOB, PaymentScenario, table_over

Act = Callable[[PaymentScenario], object]


class Cuts:
    """Runs an act once for each of its calls, in the same scenario, with another act just before that call."""

    def __init__(self, scenario: PaymentScenario, razorpay: LocalRazorpay, gateway: RazorpayGateway) -> None:
        self._current = CurrentInjector()
        gateway._session.mount("http://", InjectedAdapter(self._current))
        store = Store(table_over(InjectedClient(scenario.store.table.client, self._current)), due_shards=1)
        self.scenario = PaymentScenario(store, scenario.clock, scenario.driver, scenario.gateways)
        self._razorpay = razorpay

    def each(self, act: Act, meanwhile: Act, check: Callable[[], object]) -> int:
        """How many calls there were to cut in before; `check` looks at the scenario at rest after each cut."""
        restores = [table_snapshot(self.scenario), razorpay_snapshot(self._razorpay)]
        at, cut = self.scenario.clock.now, 0
        while True:
            injector = FaultInjector(before={cut: lambda: self._aside(meanwhile)})
            self._current.injector = injector
            act(self.scenario)
            self._current.injector = FaultInjector()
            self.scenario.come_to_rest()
            assert wrong_in(self.scenario) == [], f"before call {cut}, {injector.calls}"
            if injector.before:
                return cut
            check()
            cut += 1
            for restore in restores:
                restore()
            self.scenario.clock.now = at

    def _aside(self, meanwhile: Act) -> None:
        """What happens meanwhile goes over a line of its own, so that its calls are not counted."""
        injector, self._current.injector = self._current.injector, FaultInjector()
        meanwhile(self.scenario)
        self._current.injector = injector


@pytest.fixture
def cuts(scenario: PaymentScenario, razorpay: LocalRazorpay, razorpay_gateway: RazorpayGateway) -> Cuts:
    return Cuts(scenario, razorpay, razorpay_gateway)


def test_a_room_that_comes_free_during_a_refund_ends_with_either_and_not_both(
    cuts: Cuts, driver: RazorpayDriver
) -> None:
    """The telling finds no room; before each of its calls the room comes free, and a second telling comes."""
    scenario = cuts.scenario
    booking = scenario.hold(room="tower")
    order_id = scenario.started(booking)
    scenario.run_out()
    other = scenario.hold(BOB, room="tower")
    driver.pay(order_id)
    webhook = scenario.events()[-1]
    ends = set()

    def free_the_room(scenario: PaymentScenario) -> None:
        scenario.cancel(other)
        scenario.deliver(webhook)

    def check() -> None:
        ends.add((scenario.stored(booking).status, driver.record(order_id).net))

    assert cuts.each(lambda scenario: scenario.deliver(webhook), free_the_room, check) > 10
    assert ends == {(Status.CONFIRMED, 1_050_000), (Status.EXPIRED, 0)}


@pytest.mark.parametrize(
    ("meanwhile", "late"), [("webhook", True), ("browser", False), ("browser", True), ("settle", True)]
)
def test_a_delivery_charges_once_whatever_runs_during_it(
    cuts: Cuts, driver: RazorpayDriver, meanwhile: str, late: bool
) -> None:
    scenario = cuts.scenario
    scenario.give(50_000)
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking, wallet=50_000)
    webhook = scenario.events()[-1]
    if late:
        scenario.run_out()
    acts: dict[str, Act] = {
        "webhook": lambda scenario: scenario.deliver(webhook),
        "browser": lambda scenario: scenario.finalize(booking, proof),
        "settle": lambda scenario: (scenario.sweep(), scenario.settle()),
    }

    def check() -> None:
        assert scenario.stored(booking).status is Status.CONFIRMED
        assert driver.record(order_id).captures == 1
        assert scenario.entries() == [("booking_payment", -50_000)]

    assert cuts.each(lambda scenario: scenario.deliver(webhook), acts[meanwhile], check) > 8


@pytest.mark.parametrize("meanwhile", ["settle", "webhook"])
def test_a_cancellation_refunds_once_whatever_runs_during_it(
    cuts: Cuts, driver: RazorpayDriver, meanwhile: str
) -> None:
    """Half of what is not captured yet is refunded."""
    scenario = cuts.scenario
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    driver.razorpay.play("faults", kind="error", on="capture")
    scenario.finalize(booking, proof)
    scenario.clock.advance(35 * 86_400)
    acts: dict[str, Act] = {
        "settle": lambda scenario: scenario.settle(),
        "webhook": lambda scenario: scenario.deliver_latest(order_id),
    }

    def check() -> None:
        assert scenario.stored(booking).status is Status.CANCELLED
        assert driver.record(order_id).net == 525_000
        assert len(driver.razorpay.account.refunds) == 1

    assert cuts.each(lambda scenario: scenario.cancel(booking), acts[meanwhile], check) > 8


@pytest.mark.parametrize(("meanwhile", "wrongly"), [("webhook", True), ("settle", False), ("settle", True)])
def test_a_topup_credits_once_or_refunds_once_whatever_runs_during_it(
    cuts: Cuts, driver: RazorpayDriver, meanwhile: str, wrongly: bool
) -> None:
    scenario = cuts.scenario
    topup = scenario.start_topup()
    driver.pay(topup.order_id, amount=70_000 if wrongly else None)
    webhook = scenario.events()[-1]
    scenario.clock.advance(3600)
    acts: dict[str, Act] = {
        "webhook": lambda scenario: scenario.deliver(webhook),
        "settle": lambda scenario: scenario.settle(),
    }

    def check() -> None:
        assert scenario.balance() == driver.record(topup.order_id).net == (0 if wrongly else 50_000)

    assert cuts.each(lambda scenario: scenario.deliver(webhook), acts[meanwhile], check) > 5


def test_a_cancellation_during_a_delivery_refunds_once_and_raises_no_alarm(
    cuts: Cuts, driver: RazorpayDriver, lines: LogLines
) -> None:
    """The telling looked at the gateway before the refund, and reads the booking after it."""
    scenario = cuts.scenario
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    scenario.clock.advance(35 * 86_400)
    webhook = scenario.events()[-1]

    def check() -> None:
        assert driver.record(order_id).net == 525_000
        assert len(driver.razorpay.account.refunds) == 1
        assert [line["message"] for line in lines.all if line["level"] == "ERROR"] == []

    assert cuts.each(lambda scenario: scenario.deliver(webhook), lambda scenario: scenario.cancel(booking), check) > 2
