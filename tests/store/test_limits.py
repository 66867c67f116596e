"""What one user may do stays within its limits when everything is asked for at the same moment."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from holdfast.bookings.requests import PricingQuery
from holdfast.engine import Engine
from holdfast.model.limits import (
    MAX_ABANDONED_ROOMS,
    MAX_GATEWAY_READS,
    MAX_PENDING_TOPUPS,
    MAX_PROMO_ATTEMPTS,
    MAX_ROOMS_HELD,
)
from holdfast.payments.quotes import price
from holdfast.payments.topup import start_topup
from holdfast.payments.wallet_requests import TopUpRequest
from holdfast.storage.items import PAYMENTS_DUE
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.guests import ARRIVAL, abandoned_rooms, all_at_once, answers, hold, kinds
from tests.kit.hotel import open_hotel
from tests.store.dynamodbs import PATIENCE_SECONDS, Emulator
from tests.store.shared_hotel import MONTHS_ON_SALE

GREEDY = "greedy"


@pytest.fixture
def table(emulator: Emulator) -> Iterator[Table]:
    """The hotel's, as the auditor must find it when many have asked for much."""
    table = emulator.new_table()
    open_hotel(table, MONTHS_ON_SALE)
    yield table
    assert broken_in(Store(table), NOW) == []


def stores(emulator: Emulator, table: Table, count: int) -> list[Store]:
    clients = emulator.clients
    return [
        Store(Table(clients[n % len(clients)], table.name, patience_seconds=PATIENCE_SECONDS)) for n in range(count)
    ]


def test_sixteen_holds_of_four_rooms_at_once_leave_one_user_with_eight(emulator: Emulator, table: Table) -> None:
    clock = FakeClock()
    calls = [
        lambda n=n, store=store: hold(
            store, GREEDY, f"key-{n}", clock=clock, rooms=4, nights=1, check_in=ARRIVAL + timedelta(days=n % 4)
        )
        for n, store in enumerate(stores(emulator, table, 16))
    ]

    outcomes = all_at_once(calls)

    held = Store(table).account(GREEDY).held_rooms
    assert kinds(outcomes)["Booking"] == len(held) == 2
    assert set(kinds(outcomes)) <= {"Booking", "TooManyHolds", "SoldOut"}
    assert sum(held.values()) == 8 <= MAX_ROOMS_HELD


def test_holds_abandoned_at_once_are_all_counted(emulator: Emulator, table: Table) -> None:
    clock = FakeClock()
    store = Store(table)
    for round_ in range(MAX_ABANDONED_ROOMS // 5):
        holds = [hold(store, GREEDY, f"{round_}-{n}", clock=clock) for n in range(5)]
        drops = [
            lambda booking=booking, own=own: abandoned_rooms(own, booking, clock=clock)
            for booking, own in zip(holds, stores(emulator, table, 5), strict=True)
        ]
        assert kinds(all_at_once(drops)) == {"Booking": 5}

    assert store.account(GREEDY).abandoned_rooms == MAX_ABANDONED_ROOMS
    assert kinds(all_at_once([lambda: hold(store, GREEDY, "again", clock=clock)])) == {"TooManyHolds": 1}


def test_of_sixteen_topups_at_once_five_are_begun(emulator: Emulator, table: Table) -> None:
    clock = FakeClock()
    gateways = {"stripe": FakeGateway()}
    request = TopUpRequest(gateway="stripe", amount=5000)
    calls = [
        lambda n=n, store=store: start_topup(
            request, user_id=GREEDY, key=f"key-{n}", engine=Engine(store, gateways, clock)
        )
        for n, store in enumerate(stores(emulator, table, 16))
    ]

    outcomes = all_at_once(calls)

    pending = Store(table).all_due(PAYMENTS_DUE)
    assert len(answers(outcomes)) == len(pending) == Store(table).account(GREEDY).pending_topups == MAX_PENDING_TOPUPS
    assert set(kinds(outcomes)) <= {"tuple", "TooManyTopUps", "Busy"}


def test_of_one_topup_asked_for_many_times_at_once_one_is_begun(emulator: Emulator, table: Table) -> None:
    """Four more are pending: a caller that sees the fifth counted must also see that it is its own."""
    clock = FakeClock()
    gateways = {"stripe": FakeGateway()}
    request = TopUpRequest(gateway="stripe", amount=5000)

    def start(store: Store, key: str) -> str:
        topup, _, _ = start_topup(request, user_id=GREEDY, key=key, engine=Engine(store, gateways, clock))
        return topup.topup_id

    for n in range(MAX_PENDING_TOPUPS - 1):
        start(Store(table), f"other-{n}")

    outcomes = all_at_once([partial(start, store, "mine") for store in stores(emulator, table, 6)])

    assert len(answers(outcomes)) == 6
    assert len(set(answers(outcomes))) == 1
    assert Store(table).account(GREEDY).pending_topups == MAX_PENDING_TOPUPS


def test_of_sixty_four_promo_codes_at_once_as_many_are_answered_as_may_be(emulator: Emulator, table: Table) -> None:
    clock = FakeClock()
    booking = hold(Store(table), GREEDY, clock=clock)
    calls = [
        lambda n=n, store=store: price(
            booking.booking_id, PricingQuery(promo_code=f"GUESS{n}"), user_id=GREEDY, engine=Engine(store, {}, clock)
        )
        for n, store in enumerate(stores(emulator, table, 64))
    ]

    outcomes = all_at_once(calls)

    counts = kinds(outcomes)
    assert answers(outcomes) == []
    assert counts["PromoInvalid"] == Store(table).account(GREEDY).promo_attempts == MAX_PROMO_ATTEMPTS
    assert set(counts) <= {"PromoInvalid", "TooManyTries", "Busy"}


def test_of_sixteen_repeats_at_once_the_gateway_is_asked_for_six(emulator: Emulator, table: Table) -> None:
    clock, gateway = FakeClock(), FakeGateway()
    hold(Store(table), GREEDY, "key", clock=clock, rooms=1, nights=1, check_in=ARRIVAL)
    request = TopUpRequest(gateway="stripe", amount=5000)

    def begin(store: Store) -> object:
        return start_topup(request, user_id=GREEDY, key="fill", engine=Engine(store, {"stripe": gateway}, clock))

    begin(Store(table))

    outcomes = all_at_once([partial(begin, store) for store in stores(emulator, table, 16)])

    assert kinds(outcomes) == {"tuple": MAX_GATEWAY_READS, "TooManyCalls": 16 - MAX_GATEWAY_READS}
    assert gateway.calls["fetch"] == MAX_GATEWAY_READS
    assert Store(table).account(GREEDY).gateway_reads == MAX_GATEWAY_READS
