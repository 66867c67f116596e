"""A hold that ran out is held again in one call: the same stay, at the terms of today."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.bookings.reserve import booking_id_for
from holdfast.model.ids import revived_id_for
from holdfast.storage.store import Store
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE, BOB, GUEST, STAY_TOTAL, FrontDoor
from tests.kit.log_capture import LogLines

SHOWN = GUEST | {"phone": "+919876543210"}
SAME = ("room_type_id", "check_in", "check_out", "rooms", "guests", "property_id")


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("started", [False, True])
def test_the_stay_is_held_again(
    front_door: FrontDoor, clock: FakeClock, store: Store, *, swept: bool, started: bool
) -> None:
    old = front_door.held(rooms=2, guests=3)
    if started:
        front_door.start(old)
    clock.advance(600)
    if swept:
        front_door.expire()
    before = front_door.booking(old)

    reply = front_door.revive(old)

    new = reply.body
    assert (reply.status, new["status"], new["reservation_seconds_left"]) == (201, "reserved", 600)
    assert new["booking_id"] not in {old, booking_id_for(ALICE, old)}
    assert {name: new[name] for name in SAME} == {name: before[name] for name in SAME}
    assert [line["status"] for line in new["history"]] == ["reserved"]
    assert front_door.booking(old) | {"server_time": ""} == before | {"server_time": ""}
    front_door.expire()
    assert front_door.free()[10] == 3
    assert front_door.pay(new["booking_id"], 0).code == "price_changed"


def test_a_double_tap_is_one_hold_whenever_it_comes(
    front_door: FrontDoor, clock: FakeClock, store: Store, lines: LogLines
) -> None:
    old = front_door.held()
    clock.advance(600)
    lines.clear()
    first = front_door.revive(old)
    before = everything(store)
    assert lines.tags == ["BOOKING_RESERVED"]
    lines.clear()

    again = front_door.revive(old)
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert everything(store) == before

    clock.advance(600)
    late = front_door.revive(old)
    assert (late.status, late.body["booking_id"], late.body["status"]) == (200, first.body["booking_id"], "expired")
    assert lines.tags == []
    assert everything(store) == before


def test_a_revived_hold_is_revived_by_its_own_id(front_door: FrontDoor, clock: FakeClock) -> None:
    ids = [front_door.held()]
    for _ in range(3):
        clock.advance(600)
        reply = front_door.revive(ids[-1])
        assert reply.status == 201
        ids.append(reply.body["booking_id"])

    assert len(set(ids)) == 4


def test_no_key_of_a_client_makes_that_id(front_door: FrontDoor, clock: FakeClock) -> None:
    """A key is visible ASCII: it cannot hold the NULs that part what an id is made of."""
    old = front_door.held()
    clock.advance(600)
    new = front_door.revive(old).body["booking_id"]

    assert new == revived_id_for(ALICE, old)
    for key in ("revive", old, f"revive{old}", f"revive {old}", f"revive\\0{old}"):
        assert booking_id_for(ALICE, key) != new
    assert booking_id_for(ALICE, f"revive\0{old}") == new  # the one key that would do it, and is refused
    assert front_door.hold(key=f"revive\0{old}").code == "invalid_request"
    assert front_door.revive(old, key="any").body["booking_id"] == new


Act = Callable[[FrontDoor, FakeClock, str], object]


def paid(door: FrontDoor, clock: FakeClock, booking_id: str) -> None:
    door.credit(STAY_TOTAL)
    assert door.pay(booking_id, STAY_TOTAL).status == 200


def paid_and_cancelled(door: FrontDoor, clock: FakeClock, booking_id: str) -> None:
    paid(door, clock, booking_id)
    door.cancel(booking_id)


STATES: dict[str, tuple[Act, str]] = {
    "reserved": (lambda *_: None, "The booking is reserved: its hold is not over yet"),
    "a moment before its deadline": (
        lambda _door, clock, _: clock.advance(599.999),
        "The booking is reserved: its hold is not over yet",
    ),
    "payment_pending": (lambda door, _, booking_id: door.start(booking_id), "The booking is payment_pending"),
    "confirmed": (paid, "The booking is confirmed: its rooms are yours."),
    "confirmed at the desk": (lambda door, _, booking_id: door.confirm(booking_id), "The booking is confirmed"),
    "confirmed and cancelled": (paid_and_cancelled, "The booking was confirmed, and cancelled after that"),
}


@pytest.mark.parametrize("state", STATES)
def test_only_a_hold_that_was_let_go_is_revived(
    state: str, front_door: FrontDoor, clock: FakeClock, store: Store
) -> None:
    act, says = STATES[state]
    booking_id = front_door.held()
    act(front_door, clock, booking_id)
    before = everything(store)

    reply = front_door.revive(booking_id)

    assert (reply.status, reply.code) == (409, "not_revivable")
    assert reply.body["detail"].startswith(says)
    assert everything(store) == before


@pytest.mark.parametrize("started", [False, True])
def test_a_hold_cancelled_before_any_payment_is_revived(front_door: FrontDoor, *, started: bool) -> None:
    old = front_door.held()
    if started:
        front_door.start(old)
    front_door.cancel(old)

    assert front_door.revive(old).status == 201


@pytest.mark.parametrize("body", [None, {}])
def test_no_body_is_needed(front_door: FrontDoor, body: Any) -> None:
    old = front_door.held()
    front_door.cancel(old)

    assert front_door.call("POST /bookings/{booking_id}/revive", body, booking_id=old).status == 201


@pytest.mark.parametrize(
    ("body", "status"), [({"rooms": 1}, 422), ({"booking_id": "bk_x"}, 422), ([], 400), ("revive", 400)]
)
def test_a_body_that_asks_for_more_is_refused(front_door: FrontDoor, store: Store, body: Any, status: int) -> None:
    old = front_door.held()
    front_door.cancel(old)
    before = everything(store)

    reply = front_door.call("POST /bookings/{booking_id}/revive", body, booking_id=old)
    assert (reply.status, reply.code) == (status, "invalid_request")
    assert everything(store) == before


def test_somebody_elses_hold_and_a_missing_one_read_the_same(
    front_door: FrontDoor, clock: FakeClock, store: Store
) -> None:
    theirs = front_door.held()
    clock.advance(600)
    before = everything(store)

    replies = [front_door.revive(booking_id, BOB) for booking_id in (theirs, "bk_" + "a" * 26)]

    assert [reply.code for reply in replies] == ["not_found"] * 2
    assert replies[0].body | {"instance": ""} == replies[1].body | {"instance": ""}
    assert everything(store) == before


class TestGuestDetails:
    def test_they_go_with_it(self, front_door: FrontDoor, clock: FakeClock) -> None:
        old = front_door.held()
        front_door.put_guest(old)
        clock.advance(600)
        new = front_door.revive(old).body["booking_id"]

        assert front_door.guest(new).body == front_door.guest(old).body == SHOWN

    def test_a_late_tap_does_not_bring_back_what_was_erased(self, front_door: FrontDoor, clock: FakeClock) -> None:
        old = front_door.held()
        front_door.put_guest(old)
        clock.advance(600)
        new = front_door.revive(old).body["booking_id"]
        front_door.erase_guest(new)

        assert front_door.revive(old).status == 200
        assert front_door.guest(new).code == "not_found"

    def test_what_was_erased_before_is_not_there(self, front_door: FrontDoor, clock: FakeClock) -> None:
        old = front_door.held()
        front_door.put_guest(old)
        front_door.erase_guest(old)
        clock.advance(600)

        assert front_door.guest(front_door.revive(old).body["booking_id"]).code == "not_found"
