"""A property may insist on the guest's details before payment; what a hold was made under stays."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.guest.inn import INN, ROOM, held_at_the_inn, open_inn
from tests.kit.builders import a_promo, everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, STAY_TOTAL, FrontDoor, Reply, event
from tests.kit.hotel import MONTHS, add_room_type, months_for

Act = Callable[[FrontDoor, str], Reply]


def test_a_guest_is_told_where_details_are_required(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel)

    shown = front_door.call("GET /properties/{property_id}", user=None, property_id="inn").body
    assert shown["guest_required"] is True
    assert front_door.booking(front_door.held(room_type_id="inn-room"))["guest_required"] is True


def test_elsewhere_nothing_is_said_of_it(front_door: FrontDoor) -> None:
    shown = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").body
    assert "guest_required" not in shown
    assert "guest_required" not in front_door.booking(front_door.held())


def test_a_hold_keeps_what_it_was_made_under(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel)
    before = front_door.held(room_type_id="inn-room")
    relaxed = msgspec.structs.replace(ROOM, room_type_id="inn-room-2")
    inn = msgspec.structs.replace(INN, guest_required=False)
    add_room_type(hotel, relaxed, months_for(inn, relaxed, MONTHS[:3]))

    assert front_door.booking(before)["guest_required"] is True
    assert "guest_required" not in front_door.booking(front_door.held(key="after", room_type_id="inn-room-2"))


BY_GUEST: dict[str, Act] = {
    "wallet": lambda door, booking_id: door.pay(booking_id, STAY_TOTAL),
    "start, by card": lambda door, booking_id: door.start(booking_id),
    "start, by both": lambda door, booking_id: door.start(booking_id, wallet_apply_amount=100_000),
    "start, with a promo": lambda door, booking_id: door.start(booking_id, promo_code="TEN"),
    "start, wallet alone": lambda door, booking_id: door.start(booking_id, wallet_apply_amount=STAY_TOTAL),
    "card without a start": lambda door, booking_id: door.call(
        "POST /bookings/{booking_id}/finalize",
        {
            "payment_mode": "gateway_only",
            "wallet_applied": 0,
            "gateway_amount": STAY_TOTAL,
            "gateway_transaction_id": "pi_1",
        },
        booking_id=booking_id,
    ),
}


@pytest.mark.parametrize("way", BY_GUEST)
def test_no_guest_pays_before_the_details_are_there(
    way: str, front_door: FrontDoor, hotel: CatalogStore, store: Store
) -> None:
    open_inn(hotel)
    hotel.add_promo(a_promo())
    front_door.credit(STAY_TOTAL)
    booking_id = held_at_the_inn(front_door)
    other = front_door.held(key="elsewhere")
    front_door.put_guest(other)  # another booking's details are no details of this one
    before = everything(store)

    reply = BY_GUEST[way](front_door, booking_id)

    assert (reply.status, reply.code) == (409, "guest_required")
    assert reply.body["title"] == "The guest's details are required"
    assert f"PUT /bookings/{booking_id}/guest" in reply.body["detail"]
    assert everything(store) == before
    assert front_door.gateway.orders == {}
    front_door.put_guest(booking_id)
    assert BY_GUEST[way](front_door, booking_id).status == (409 if way == "card without a start" else 200)


@pytest.mark.parametrize("way", BY_GUEST)
def test_elsewhere_nobody_is_asked(way: str, front_door: FrontDoor, hotel: CatalogStore) -> None:
    hotel.add_promo(a_promo())
    front_door.credit(STAY_TOTAL)
    reply = BY_GUEST[way](front_door, front_door.held())

    assert reply.status == 200 or reply.code == "not_payable"


def without_details(front_door: FrontDoor, hotel: CatalogStore, store: Store) -> tuple[str, Reply]:
    """A hold whose payment was authorised, and whose details are gone: which no route of ours can bring about."""
    open_inn(hotel)
    booking_id = held_at_the_inn(front_door)
    front_door.put_guest(booking_id)
    started = front_door.start(booking_id)
    front_door.gateway.authorise(started.body["gateway_order_id"])
    store.table.client.delete_item(
        TableName=store.table.name, Key={"pk": {"S": f"BOOKING#{booking_id}"}, "sk": {"S": "GUEST"}}
    )
    return booking_id, started


def by_webhook(front_door: FrontDoor, clock: FakeClock, booking_id: str, started: Reply) -> None:
    order_id = started.body["gateway_order_id"]
    front_door.call("POST /webhooks/{gateway}", raw=order_id, user=None, gateway="stripe")


def by_settle(front_door: FrontDoor, clock: FakeClock, booking_id: str, started: Reply) -> None:
    clock.advance(600)
    front_door.expire()
    clock.advance(60)
    front_door.context.seconds_left = 60
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)


def by_admin(front_door: FrontDoor, clock: FakeClock, booking_id: str, started: Reply) -> None:
    front_door.confirm(booking_id)


def by_late_browser(front_door: FrontDoor, clock: FakeClock, booking_id: str, started: Reply) -> None:
    clock.advance(600)
    front_door.pay_by_card(booking_id, started)


@pytest.mark.parametrize("arrives", [by_webhook, by_settle, by_admin, by_late_browser])
def test_money_that_arrives_buys_without_details(
    arrives: Any, front_door: FrontDoor, hotel: CatalogStore, store: Store, clock: FakeClock
) -> None:
    booking_id, started = without_details(front_door, hotel, store)

    arrives(front_door, clock, booking_id, started)

    assert front_door.booking(booking_id)["status"] == "confirmed"


def test_the_browser_in_time_is_asked_and_the_payment_is_not_lost(
    front_door: FrontDoor, hotel: CatalogStore, store: Store
) -> None:
    booking_id, started = without_details(front_door, hotel, store)

    assert front_door.pay_by_card(booking_id, started).code == "guest_required"
    front_door.put_guest(booking_id)
    assert front_door.pay_by_card(booking_id, started).status == 200


def test_a_paid_booking_answers_its_payment_again_whatever_is_erased(
    front_door: FrontDoor, hotel: CatalogStore, store: Store
) -> None:
    booking_id, started = without_details(front_door, hotel, store)
    front_door.put_guest(booking_id)
    paid = front_door.pay_by_card(booking_id, started)
    front_door.cancel(booking_id)
    front_door.erase_guest(booking_id)

    assert paid.status == 200
    assert front_door.pay_by_card(booking_id, started).code == "not_payable"


def test_somebody_elses_booking_says_nothing_of_it(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel)
    booking_id = held_at_the_inn(front_door)

    assert front_door.start(booking_id, user=BOB).code == "not_found"
    assert front_door.pay(booking_id, STAY_TOTAL, user=BOB).code == "not_found"


def test_a_refusal_for_details_is_no_failed_payment(
    front_door: FrontDoor, hotel: CatalogStore, capsys: pytest.CaptureFixture[str]
) -> None:
    open_inn(hotel)
    front_door.pay(held_at_the_inn(front_door), STAY_TOTAL)

    assert "PaymentSuccess" not in capsys.readouterr().out
