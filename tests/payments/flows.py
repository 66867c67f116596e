"""The flows of money, each up to the act that a test disturbs, and how each must end."""

from collections.abc import Callable
from typing import Any, NamedTuple

from holdfast.deadline import Deadline
from holdfast.model.booking import Booking, Status
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.payments.house import ALICE, BOB, House
from tests.payments.test_cancellation import days_before

GIFT = 200_000
ROOM = "tower"  # there is one
WALLET = 50_000
Act = Callable[[House], object]


class Flow(NamedTuple):
    """What is there before the act, the act that is disturbed, and how it must end."""

    prepare: Callable[[House], Act]
    status: Status | None  # of the one booking there is
    spent: int  # from the wallet


def one_booking(house: House) -> Booking:
    [booking] = house.store.bookings_of(ALICE, None)[0]
    return booking


def finalizing(house: House) -> Act:
    booking = house.hold(room=ROOM)
    _, proof = house.paid(booking, wallet=WALLET)
    return lambda house: house.finalize(booking, proof)


def hearing_of_a_payment(house: House) -> Act:
    order_id, _ = house.paid(house.hold(room=ROOM), wallet=WALLET)
    return lambda house: house.tell(order_id)


def starting_and_finalizing(house: House) -> Act:
    booking = house.hold(room=ROOM)

    def act(house: House) -> None:
        _, proof = house.paid(booking, wallet=WALLET)
        house.finalize(booking, proof)

    return act


def settling_a_capture(house: House) -> Act:
    booking = house.hold(room=ROOM)
    _, proof = house.paid(booking, wallet=WALLET)
    without_time(house, lambda: house.finalize(booking, proof))
    return lambda house: house.settle()


def settling_late_money(house: House) -> Act:
    house.paid(house.hold(room=ROOM), wallet=WALLET)
    house.run_out()
    return lambda house: house.settle()


def settling_late_money_that_buys_nothing(house: House) -> Act:
    booking = house.hold(room=ROOM)
    house.paid(booking, wallet=WALLET)
    house.run_out()
    house.confirm_as_admin(house.hold(BOB, room=ROOM))
    return lambda house: house.settle()


def cancelling_for_half(house: House) -> Act:
    booking = house.hold(room=ROOM)
    house.confirmed(booking, wallet=WALLET)
    days_before(house, 3)
    return lambda house: house.cancel(booking)


def cancelling_before_the_capture(house: House) -> Act:
    booking = house.hold(room=ROOM)
    _, proof = house.paid(booking, wallet=WALLET)
    without_time(house, lambda: house.finalize(booking, proof))
    days_before(house, 3)
    return lambda house: house.cancel(booking)


def settling_a_refund(house: House) -> Act:
    booking = house.hold(room=ROOM)
    house.confirmed(booking, wallet=WALLET)
    days_before(house, 3)
    without_time(house, lambda: house.cancel(booking))
    return lambda house: house.settle()


def cancelling_a_hold(house: House) -> Act:
    booking = house.hold(room=ROOM)
    house.paid(booking, wallet=WALLET)
    return lambda house: house.cancel(booking)


def topping_up(house: House) -> Act:
    def act(house: House) -> None:
        topup = house.start_topup()
        house.finalize_topup(topup, house.till.pay(topup.order_id))

    return act


def settling_a_topup(house: House) -> Act:
    house.till.pay(house.start_topup().order_id)
    house.clock.advance(3600)
    return lambda house: house.settle()


def closing_a_topup(house: House) -> Act:
    house.start_topup()
    house.clock.advance(3600)
    return lambda house: house.settle()


def without_time(house: House, act: Callable[[], object]) -> None:
    """Acts with too little time left to talk to the gateway after the commit, so that this is left to settle."""
    left = house.store
    house.store = Store(_HurriedTable(left.table.client, left.table.name, patience_seconds=600, sleep=lambda _: None))
    try:
        act()
    finally:
        house.store = left


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
