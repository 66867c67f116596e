"""An admin who asks to settle again and again: what is due is tried each time, and no item grows without end."""

from holdfast.model.booking import Booking
from holdfast.model.limits import MAX_HISTORY_OF_SETTLES
from holdfast.storage.items import booking_item
from holdfast.storage.store import Store
from tests.kit.capacity import KB, item_size
from tests.kit.front_door import ADMIN, FrontDoor
from tests.kit.log_capture import LogLines

MOST_BYTES = 300 * KB  # DynamoDB takes 400
WIDE = "\u0905"  # three bytes in UTF-8, as most of India's letters


def settle(front_door: FrontDoor, booking_id: str, reason: str = "The guest rang") -> None:
    reply = front_door.call(
        "POST /admin/bookings/{booking_id}/settle",
        {"reason": reason},
        user=ADMIN,
        groups="[admin]",
        booking_id=booking_id,
    )
    assert reply.status == 200, reply.body


def paid(front_door: FrontDoor) -> str:
    booking_id = front_door.held()
    start = front_door.start(booking_id)
    front_door.gateway.authorise(start.body["gateway_order_id"])
    assert front_door.pay_by_card(booking_id, start).status == 200
    return booking_id


def stored(store: Store, booking_id: str) -> Booking:
    found = store.booking(booking_id)
    assert found
    return found


def test_where_nothing_is_due_nothing_is_written(front_door: FrontDoor, store: Store) -> None:
    booking_id = paid(front_door)
    before = stored(store, booking_id)

    for _ in range(3):
        settle(front_door, booking_id)

    assert stored(store, booking_id) == before


def test_a_capture_that_fails_is_tried_each_time_and_the_history_has_an_end(
    front_door: FrontDoor, store: Store, lines: LogLines
) -> None:
    front_door.gateway.silent_before.add("capture")
    booking_id = paid(front_door)
    began = len(stored(store, booking_id).history)
    most = MAX_HISTORY_OF_SETTLES - began

    for n in range(most):
        settle(front_door, booking_id, WIDE * 197 + f"{n:03}")
    full = stored(store, booking_id)
    for n in range(5):
        settle(front_door, booking_id, f"Once more, {n}")

    assert len(full.history) == MAX_HISTORY_OF_SETTLES
    assert stored(store, booking_id).history == full.history
    assert item_size(booking_item(stored(store, booking_id), 8)) < MOST_BYTES
    asked = [line for line in lines.all if line["message"] == "an admin asks to settle a booking"]
    assert [line["by"] for line in asked] == [f"admin {ADMIN}"] * (most + 5)
    assert front_door.gateway.calls["capture"] == 1 + most + 5
    front_door.gateway.silent_before.clear()
    settle(front_door, booking_id)
    assert stored(store, booking_id).tasks == ()
