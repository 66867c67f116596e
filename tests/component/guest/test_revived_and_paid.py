"""A stay that is held again is not bought twice: late money for the first hold goes back while the second has it."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.storage.bookings import BookingStore
from holdfast.storage.store import Store
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor, Reply, event


def settle(front_door: FrontDoor) -> None:
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)


@pytest.fixture
def before_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[Any]]:
    """Does something once, just before the next commit of a booking; gives what that answered."""

    def arrange(act: Callable[[], Any]) -> list[Any]:
        commit, answers = BookingStore.commit, list[Any]()

        def interrupted(self: BookingStore, *args: Any, **named: Any) -> Any:
            monkeypatch.setattr(BookingStore, "commit", commit)
            answers.append(act())
            return commit(self, *args, **named)

        monkeypatch.setattr(BookingStore, "commit", interrupted)
        return answers

    return arrange


@pytest.mark.parametrize("authorised", ["in time", "late"])
def test_money_for_the_first_hold_goes_back_while_the_second_has_the_stay(
    front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway, authorised: str
) -> None:
    old = front_door.held()
    started = front_door.start(old)
    order = started.body["gateway_order_id"]
    if authorised == "in time":
        gateway.authorise(order)
    clock.advance(600)
    new = front_door.revive(old).body["booking_id"]
    gateway.authorise(order)

    late = front_door.pay_by_card(old, started)
    again = front_door.start(new)
    gateway.authorise(again.body["gateway_order_id"])
    paid = front_door.pay_by_card(new, again)
    clock.advance(60)
    settle(front_door)

    assert (late.status, late.code) == (410, "hold_expired")
    assert (paid.status, front_door.booking(new)["status"]) == (200, "confirmed")
    assert front_door.booking(old)["status"] == "expired"
    assert not gateway.orders[order].holds_money
    assert front_door.free()[10] == 4


def test_once_the_second_hold_is_over_too_only_one_of_them_buys(
    front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway
) -> None:
    old = front_door.held()
    first = front_door.start(old)
    clock.advance(600)
    new = front_door.revive(old).body["booking_id"]
    second = front_door.start(new)
    clock.advance(600)
    for started in (first, second):
        gateway.authorise(started.body["gateway_order_id"])

    assert front_door.pay_by_card(old, first).status == 200
    assert front_door.pay_by_card(new, second).code == "hold_expired"
    clock.advance(60)
    settle(front_door)

    assert [front_door.booking(held)["status"] for held in (old, new)] == ["confirmed", "expired"]
    assert not gateway.orders[second.body["gateway_order_id"]].holds_money
    assert front_door.free()[10] == 4


def test_of_a_third_hold_the_first_two_know(front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway) -> None:
    old = front_door.held()
    started = front_door.start(old)
    clock.advance(600)
    second = front_door.revive(old).body["booking_id"]
    clock.advance(600)
    third = front_door.revive(second).body["booking_id"]
    gateway.authorise(started.body["gateway_order_id"])

    assert front_door.pay_by_card(old, started).code == "hold_expired"
    assert front_door.booking(third)["status"] == "reserved"


def test_a_revival_between_the_reads_and_the_write_of_late_money_wins(
    front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway, before_commit: Callable[..., list[Reply]]
) -> None:
    old = front_door.held()
    started = front_door.start(old)
    gateway.authorise(started.body["gateway_order_id"])
    clock.advance(600)
    answers = before_commit(lambda: front_door.revive(old))

    late = front_door.pay_by_card(old, started)

    assert (answers[0].status, late.code) == (201, "hold_expired")
    assert front_door.booking(old)["status"] == "expired"


def test_such_a_revival_wins_also_where_late_money_had_to_release_rooms_first(
    front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway, before_commit: Callable[..., list[Reply]]
) -> None:
    old = front_door.held(rooms=2)
    started = front_door.start(old)
    gateway.authorise(started.body["gateway_order_id"])
    clock.advance(600)
    front_door.expire()
    front_door.held("bob", rooms=5, guests=5)
    clock.advance(600)
    answers = before_commit(lambda: front_door.revive(old))

    late = front_door.pay_by_card(old, started)

    assert (answers[0].status, late.code) == (201, "hold_expired")
    assert front_door.free()[10] == 3


def test_late_money_between_the_reads_and_the_write_of_a_revival_wins(
    front_door: FrontDoor, clock: FakeClock, gateway: FakeGateway, before_commit: Callable[..., list[Reply]]
) -> None:
    old = front_door.held()
    started = front_door.start(old)
    gateway.authorise(started.body["gateway_order_id"])
    clock.advance(600)
    answers = before_commit(lambda: front_door.pay_by_card(old, started))

    revived = front_door.revive(old)

    assert (answers[0].status, revived.code) == (200, "not_revivable")
    assert front_door.booking(old)["status"] == "confirmed"
    assert front_door.free()[10] == 4


def test_details_that_are_erased_during_a_revival_do_not_come_back(
    front_door: FrontDoor, clock: FakeClock, store: Store, before_commit: Callable[..., list[Reply]]
) -> None:
    old = front_door.held()
    front_door.put_guest(old)
    clock.advance(600)
    before_commit(lambda: front_door.erase_guest(old))

    revived = front_door.revive(old)

    assert revived.status == 201
    assert front_door.guest(revived.body["booking_id"]).status == 404
    assert [item for item in everything(store) if item["sk"] == "GUEST"] == []
