"""The flows of money, each up to the act that a test disturbs, and how each must end."""

from collections.abc import Callable
from typing import Any, NamedTuple

from holdfast.deadline import Deadline
from holdfast.model.booking import Booking, Status
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.payment_scenario import ALICE, BOB, PaymentScenario, days_before

GIFT = 200_000
ROOM = "tower"  # there is one
WALLET = 50_000
Act = Callable[[PaymentScenario], object]


class Flow(NamedTuple):
    """What is there before the act, the act that is disturbed, and how it must end."""

    prepare: Callable[[PaymentScenario], Act]
    status: Status | None  # of the one booking there is
    spent: int  # from the wallet


def one_booking(scenario: PaymentScenario) -> Booking:
    [booking] = scenario.store.bookings_of(ALICE, None)[0]
    return booking


def finalizing(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    _, proof = scenario.paid(booking, wallet=WALLET)
    return lambda scenario: scenario.finalize(booking, proof)


def hearing_of_a_payment(scenario: PaymentScenario) -> Act:
    order_id, _ = scenario.paid(scenario.hold(room=ROOM), wallet=WALLET)
    return lambda scenario: scenario.deliver_latest(order_id)


def starting_and_finalizing(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)

    def act(scenario: PaymentScenario) -> None:
        _, proof = scenario.paid(booking, wallet=WALLET)
        scenario.finalize(booking, proof)

    return act


def settling_a_capture(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    _, proof = scenario.paid(booking, wallet=WALLET)
    without_time(scenario, lambda: scenario.finalize(booking, proof))
    return lambda scenario: scenario.settle()


def settling_late_money(scenario: PaymentScenario) -> Act:
    scenario.paid(scenario.hold(room=ROOM), wallet=WALLET)
    scenario.run_out()
    return lambda scenario: scenario.settle()


def settling_late_money_that_buys_nothing(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    scenario.paid(booking, wallet=WALLET)
    scenario.run_out()
    scenario.confirm_as_admin(scenario.hold(BOB, room=ROOM))
    return lambda scenario: scenario.settle()


def cancelling_for_half(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    scenario.confirmed(booking, wallet=WALLET)
    days_before(scenario, 3)
    return lambda scenario: scenario.cancel(booking)


def cancelling_before_the_capture(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    _, proof = scenario.paid(booking, wallet=WALLET)
    without_time(scenario, lambda: scenario.finalize(booking, proof))
    days_before(scenario, 3)
    return lambda scenario: scenario.cancel(booking)


def settling_a_refund(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    scenario.confirmed(booking, wallet=WALLET)
    days_before(scenario, 3)
    without_time(scenario, lambda: scenario.cancel(booking))
    return lambda scenario: scenario.settle()


def cancelling_a_hold(scenario: PaymentScenario) -> Act:
    booking = scenario.hold(room=ROOM)
    scenario.paid(booking, wallet=WALLET)
    return lambda scenario: scenario.cancel(booking)


def topping_up(scenario: PaymentScenario) -> Act:
    def act(scenario: PaymentScenario) -> None:
        topup = scenario.start_topup()
        scenario.finalize_topup(topup, scenario.driver.pay(topup.order_id))

    return act


def settling_a_topup(scenario: PaymentScenario) -> Act:
    scenario.driver.pay(scenario.start_topup().order_id)
    scenario.clock.advance(3600)
    return lambda scenario: scenario.settle()


def closing_a_topup(scenario: PaymentScenario) -> Act:
    scenario.start_topup()
    scenario.clock.advance(3600)
    return lambda scenario: scenario.settle()


def without_time(scenario: PaymentScenario, act: Callable[[], object]) -> None:
    """Acts with too little time left to talk to the gateway after the commit, so that this is left to settle."""
    left = scenario.store
    scenario.store = Store(
        _HurriedTable(left.table.client, left.table.name, patience_seconds=600, sleep=lambda _: None)
    )
    try:
        act()
    finally:
        scenario.store = left


class _HurriedTable(Table):
    """Has time until a transaction is written, and none after that."""

    def transact(self, *arguments: Any, **named: Any) -> None:
        super().transact(*arguments, **named)
        self.deadline = Deadline(0)


FLOWS = {
    "finalize": Flow(finalizing, Status.CONFIRMED, WALLET),
    "webhook": Flow(hearing_of_a_payment, Status.CONFIRMED, WALLET),
    "start and finalize": Flow(starting_and_finalizing, None, 0),
    "capture": Flow(settling_a_capture, Status.CONFIRMED, WALLET),
    "late money": Flow(settling_late_money, Status.CONFIRMED, WALLET),
    "late money, no room": Flow(settling_late_money_that_buys_nothing, Status.EXPIRED, 0),
    "cancel for half": Flow(cancelling_for_half, Status.CANCELLED, WALLET // 2),
    "cancel before capture": Flow(cancelling_before_the_capture, Status.CANCELLED, WALLET // 2),
    "refund": Flow(settling_a_refund, Status.CANCELLED, WALLET // 2),
    "cancel a hold": Flow(cancelling_a_hold, Status.CANCELLED, 0),
    "top-up": Flow(topping_up, None, 0),
    "top-up by settle": Flow(settling_a_topup, None, -50_000),
    "top-up closed": Flow(closing_a_topup, None, 0),
}
REPEATABLE = {
    "cancel for half",
    "cancel before capture",
    "cancel a hold",
}  # nobody but the guest repeats them
