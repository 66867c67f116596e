"""What guest details and a revival cost: a payment where they are required costs what it costs elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import pytest

from holdfast.model.property import Property
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item
from holdfast.storage.store import Store
from tests.component.guest.inn import INN, ROOM
from tests.kit.capacity import KB, item_size
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import STAY_TOTAL, FrontDoor, Reply
from tests.kit.hotel import MONTHS, add_property, add_room_type, months_for

A_WEEK = {"check_in": "2026-12-10", "check_out": "2026-12-17"}


class Cost(NamedTuple):
    round_trips: int
    units: int


@pytest.fixture(params=[True, False], ids=["required", "not required"])
def inn(request: pytest.FixtureRequest, hotel: CatalogStore) -> Property:
    inn = msgspec.structs.replace(INN, guest_required=request.param)
    add_property(hotel, inn)
    add_room_type(hotel, ROOM, months_for(inn, ROOM, MONTHS[:3]))
    return inn


def cost(recorder: DynamoDBRecorder, call: Callable[[], Reply], status: int = 200) -> Cost:
    return measured(recorder, call, status)[0]


def measured(recorder: DynamoDBRecorder, call: Callable[[], Reply], status: int = 200) -> tuple[Cost, Reply]:
    recorder.clear()
    reply = call()
    assert reply.status == status, reply.body
    return Cost(len(recorder.requests), recorder.units), reply


def held(front_door: FrontDoor, key: str = "key-1", **changes: str) -> str:
    return front_door.held(key=key, room_type_id="inn-room", **changes)


def test_a_payment_costs_the_same_where_details_are_required(
    front_door: FrontDoor, inn: Property, recorder: DynamoDBRecorder
) -> None:
    front_door.credit(STAY_TOTAL)
    by_wallet, by_card = held(front_door, "wallet"), held(front_door, "card")
    for booking_id in (by_wallet, by_card):
        front_door.put_guest(booking_id)

    assert cost(recorder, lambda: front_door.pay(by_wallet, STAY_TOTAL)) == (2, 7)
    begun, started = measured(recorder, lambda: front_door.start(by_card))
    assert begun == (2, 1)
    front_door.gateway.authorise(started.body["gateway_order_id"])
    assert cost(recorder, lambda: front_door.pay_by_card(by_card, started)) == (3, 8)


def test_a_hold_costs_the_same_where_details_are_required(
    front_door: FrontDoor, inn: Property, recorder: DynamoDBRecorder, store: Store
) -> None:
    assert cost(recorder, lambda: front_door.hold(room_type_id="inn-room", **A_WEEK), 201) == (2, 9)
    booking = store.booking(front_door.hold(room_type_id="inn-room", **A_WEEK).body["booking_id"])
    assert booking is not None
    assert item_size(booking_item(booking, 8)) <= KB


def test_details_and_a_revival(
    front_door: FrontDoor, hotel: CatalogStore, recorder: DynamoDBRecorder, clock: FakeClock
) -> None:
    booking_id = front_door.held()

    assert cost(recorder, lambda: front_door.put_guest(booking_id)) == (2, 1)
    assert cost(recorder, lambda: front_door.guest(booking_id)) == (1, 0)
    clock.advance(600)
    assert cost(recorder, lambda: front_door.revive(booking_id), 201) == (3, 15)
    assert cost(recorder, lambda: front_door.revive(booking_id)) == (1, 0)
    assert cost(recorder, lambda: front_door.erase_guest(booking_id)) == (2, 1)
    assert cost(recorder, lambda: front_door.erase_guest(booking_id)) == (1, 0)
