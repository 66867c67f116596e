"""Two tellings of one payment, cut into each other at every call, where threads would meet once in a thousand runs."""

from collections.abc import Callable

import pytest

from holdfast.model.booking import Status
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.storage.store import Store
from local.gateways.razorpay import LocalRazorpay
from tests.payments.books import wrong_in
from tests.payments.house import BOB, House, table_over
from tests.payments.snapshots import razorpay_snapshot, table_snapshot
from tests.payments.tills import RazorpayTill
from tests.payments.wire import Line, Wire, WiredAdapter, WiredClient
from tests.unit.log_lines import LogLines

Act = Callable[[House], object]


class Cuts:
    """Runs an act once for each of its calls, in the same house, with another act just before that call."""

    def __init__(self, house: House, razorpay: LocalRazorpay, gateway: RazorpayGateway) -> None:
        self._line = Line()
        gateway._session.mount("http://", WiredAdapter(self._line))
        store = Store(table_over(WiredClient(house.store.table.client, self._line)), due_shards=1)
        self.house = House(store, house.clock, house.till, house.gateways)
        self._razorpay = razorpay

    def each(self, act: Act, meanwhile: Act, check: Callable[[], object]) -> int:
        """How many calls there were to cut in before; `check` looks at the house at rest after each cut."""
        restores = [table_snapshot(), razorpay_snapshot(self._razorpay)]
        at, cut = self.house.clock.now, 0
        while True:
            wire = Wire(before={cut: lambda: self._aside(meanwhile)})
            self._line.wire = wire
            act(self.house)
            self._line.wire = Wire()
            self.house.come_to_rest()
            assert wrong_in(self.house) == [], f"before call {cut}, {wire.calls}"
            if wire.before:
                return cut
            check()
            cut += 1
            for restore in restores:
                restore()
            self.house.clock.now = at

    def _aside(self, meanwhile: Act) -> None:
        """What happens meanwhile goes over a line of its own, so that its calls are not counted."""
        wire, self._line.wire = self._line.wire, Wire()
        meanwhile(self.house)
        self._line.wire = wire


@pytest.fixture
def cuts(house: House, razorpay: LocalRazorpay, razorpay_gateway: RazorpayGateway) -> Cuts:
    return Cuts(house, razorpay, razorpay_gateway)


def test_a_room_that_comes_free_while_money_goes_back_ends_with_either_and_not_both(
    cuts: Cuts, till: RazorpayTill
) -> None:
    """The telling finds no room; before each of its calls the room comes free, and a second telling comes."""
    house = cuts.house
    booking = house.hold(room="tower")
    order_id = house.started(booking)
    house.run_out()
    other = house.hold(BOB, room="tower")
    till.pay(order_id)
    told = house.news()[-1]
    ends = set()

    def free_the_room(house: House) -> None:
        house.cancel(other)
        house.deliver(told)

    def check() -> None:
        ends.add((house.stored(booking).status, till.gateway_records(order_id).net))

    assert cuts.each(lambda house: house.deliver(told), free_the_room, check) > 10
    assert ends == {(Status.CONFIRMED, 1_050_000), (Status.EXPIRED, 0)}


@pytest.mark.parametrize(
    ("meanwhile", "late"), [("webhook", True), ("browser", False), ("browser", True), ("settle", True)]
)
def test_whatever_is_cut_into_a_telling_charges_once(
    cuts: Cuts, till: RazorpayTill, meanwhile: str, late: bool
) -> None:
    house = cuts.house
    house.give(50_000)
    booking = house.hold()
    order_id, proof = house.paid(booking, wallet=50_000)
    told = house.news()[-1]
    if late:
        house.run_out()
    acts: dict[str, Act] = {
        "webhook": lambda house: house.deliver(told),
        "browser": lambda house: house.finalize(booking, proof),
        "settle": lambda house: (house.sweep(), house.settle()),
    }

    def check() -> None:
        assert house.stored(booking).status is Status.CONFIRMED
        assert till.gateway_records(order_id).captures == 1
        assert house.entries() == [("booking_payment", -50_000)]

    assert cuts.each(lambda house: house.deliver(told), acts[meanwhile], check) > 8


@pytest.mark.parametrize("meanwhile", ["settle", "webhook"])
def test_whatever_is_cut_into_a_cancellation_refunds_once(cuts: Cuts, till: RazorpayTill, meanwhile: str) -> None:
    """Half goes back of what is not captured yet."""
    house = cuts.house
    booking = house.hold()
    order_id, proof = house.paid(booking)
    till.razorpay.play("faults", kind="error", on="capture")
    house.finalize(booking, proof)
    house.clock.advance(35 * 86_400)
    acts: dict[str, Act] = {
        "settle": lambda house: house.settle(),
        "webhook": lambda house: house.tell(order_id),
    }

    def check() -> None:
        assert house.stored(booking).status is Status.CANCELLED
        assert till.gateway_records(order_id).net == 525_000
        assert len(till.razorpay.account.refunds) == 1

    assert cuts.each(lambda house: house.cancel(booking), acts[meanwhile], check) > 8


@pytest.mark.parametrize(("meanwhile", "wrongly"), [("webhook", True), ("settle", False), ("settle", True)])
def test_whatever_is_cut_into_a_topup_credits_once_or_gives_back_once(
    cuts: Cuts, till: RazorpayTill, meanwhile: str, wrongly: bool
) -> None:
    house = cuts.house
    topup = house.start_topup()
    till.pay(topup.order_id, amount=70_000 if wrongly else None)
    told = house.news()[-1]
    house.clock.advance(3600)
    acts: dict[str, Act] = {"webhook": lambda house: house.deliver(told), "settle": lambda house: house.settle()}

    def check() -> None:
        assert house.balance() == till.gateway_records(topup.order_id).net == (0 if wrongly else 50_000)

    assert cuts.each(lambda house: house.deliver(told), acts[meanwhile], check) > 5


def test_a_cancellation_cut_into_a_telling_refunds_once_and_alarms_nobody(
    cuts: Cuts, till: RazorpayTill, lines: LogLines
) -> None:
    """The telling looked at the gateway before the refund, and reads the booking after it."""
    house = cuts.house
    booking = house.hold()
    order_id = house.confirmed(booking)
    house.clock.advance(35 * 86_400)
    told = house.news()[-1]

    def check() -> None:
        assert till.gateway_records(order_id).net == 525_000
        assert len(till.razorpay.account.refunds) == 1
        assert [line["message"] for line in lines.all if line["level"] == "ERROR"] == []

    assert cuts.each(lambda house: house.deliver(told), lambda house: house.cancel(booking), check) > 2
