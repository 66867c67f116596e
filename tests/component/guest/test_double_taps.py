"""Any number of taps on "hold it again", at the same time or after a failure, make one hold with its guest details."""

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from holdfast.bookings.revive import revive
from holdfast.engine import Engine
from holdfast.model.guest import GuestDetails
from holdfast.model.ids import revived_id_for
from holdfast.storage.guests import GuestStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.component.direct_holds import a_request, hold
from tests.kit.builders import clock_at, everything, free
from tests.kit.clock import FakeClock
from tests.kit.fault_injection import Crash, CurrentInjector, FaultInjector, InjectedClient, Trouble
from tests.kit.front_door import ALICE
from tests.kit.hotel import open_hotel
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import table_in_memory

ASHA = GuestDetails(name="Asha", email="asha@example.com")


class Taps:
    """An expired hold with guest details in a table of its own, and taps through a client that can be troubled."""

    def __init__(self) -> None:
        self.current = CurrentInjector()
        self.store = Store(table_in_memory())
        open_hotel(self.store.table)
        client: Any = InjectedClient(self.store.table.client, self.current)
        self.troubled = Store(Table(client, self.store.table.name, sleep=lambda _: None))
        booking, _ = hold(a_request(), self.store, clock=FakeClock())
        self.old, self.new = booking, revived_id_for(ALICE, booking)
        held = self.store.booking(booking)
        assert held is not None
        GuestStore(self.store.table).put_details(ASHA, held)

    def tap(self, store: Store) -> tuple[str, bool]:
        booking, created = revive(self.old, user_id=ALICE, hold_seconds=600, engine=Engine(store, {}, clock_at(600)))
        return booking.booking_id, created

    def assert_one_hold(self, says: str) -> None:
        bookings = {item["pk"] for item in everything(self.store) if item["sk"] == "BOOKING"}
        assert bookings == {f"BOOKING#{self.old}", f"BOOKING#{self.new}"}, says
        assert GuestStore(self.store.table).details(self.new) == ASHA, says
        assert free(self.store)[10] == 3, says  # the old hold is due, and nobody has swept it


def test_taps_cut_into_each_other_at_every_call_are_one_hold(lines: LogLines) -> None:
    cut = 0
    while True:
        taps, inner = Taps(), list[tuple[str, bool]]()
        lines.clear()
        taps.current.injector = FaultInjector(before={cut: partial(cut_in, taps, inner)})
        outer = taps.tap(taps.troubled)
        says = f"before call {cut}, {taps.current.injector.calls}"
        taps.assert_one_hold(says)
        if not inner:
            break
        assert [outer, *inner] == [(taps.new, False), (taps.new, True)], says
        assert lines.tags == ["BOOKING_RESERVED"], says
        cut += 1

    assert cut == 3


def cut_in(taps: Taps, answers: list[tuple[str, bool]]) -> None:
    answers.append(taps.tap(taps.store))


@pytest.mark.parametrize("trouble", Trouble)
def test_a_tap_that_fails_at_any_call_is_made_good_by_the_next(trouble: Trouble) -> None:
    at = 0
    while True:
        taps = Taps()
        taps.current.injector = FaultInjector(trouble, at)
        with suppress(Crash):
            taps.tap(taps.troubled)
        calls = taps.current.injector.calls
        taps.tap(taps.store)
        taps.assert_one_hold(f"{trouble} at call {at} of {calls}")
        if len(calls) <= at:
            break
        at += 1

    assert at >= 3
