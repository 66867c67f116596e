"""The hotel's day ends in the morning of the next date, at an hour that it sets; policies may name an hour of a day."""

from datetime import date, datetime
from typing import Any

import pytest

from holdfast.model.dates import today_in
from holdfast.model.property import PolicyStep, Property, RoomType
from holdfast.storage.catalog import CatalogStore
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import MONTHS, add_property, add_room_type, months_for

IST = "+05:30"


def at(clock: FakeClock, local: str) -> None:
    clock.now = datetime.fromisoformat(local + IST)


def open_inn(hotel: CatalogStore, **changes: Any) -> None:
    inn = Property(property_id="inn", name="Inn", city="Inn", timezone="Asia/Kolkata", **changes)
    room = RoomType(
        room_type_id="inn-room", property_id="inn", name="Room", base_price=100_000, total_rooms=3, max_guests=2
    )
    add_property(hotel, inn)
    add_room_type(hotel, room, months_for(inn, room, MONTHS[:2]))


@pytest.mark.parametrize(
    ("local", "day_ends", "today"),
    [
        ("2026-12-10T03:59:59", 240, date(2026, 12, 9)),
        ("2026-12-10T04:00:00", 240, date(2026, 12, 10)),
        ("2026-12-10T00:00:00", 0, date(2026, 12, 10)),
        ("2026-12-09T23:59:59", 0, date(2026, 12, 9)),
        ("2026-12-10T11:59:59", 720, date(2026, 12, 9)),
    ],
)
def test_the_day_is_the_hotels(local: str, day_ends: int, today: date) -> None:
    assert today_in("Asia/Kolkata", datetime.fromisoformat(local + IST), day_ends) == today


def test_the_hour_is_the_clocks_on_the_wall_when_summer_time_begins() -> None:
    """29 March 2026 in Paris: the clock goes from 02:00 to 03:00."""
    before, after = (datetime.fromisoformat(f"2026-03-29T{hour}:00+02:00") for hour in ("03:59", "04:00"))
    assert (today_in("Europe/Paris", before, 240), today_in("Europe/Paris", after, 240)) == (
        date(2026, 3, 28),
        date(2026, 3, 29),
    )


@pytest.mark.parametrize(
    ("day_ends", "local", "night", "bookable"),
    [
        (240, "2026-12-11T03:59:59", 10, True),
        (240, "2026-12-11T04:00:00", 10, False),
        (240, "2026-12-11T04:00:00", 11, True),
        (120, "2026-12-11T02:00:00", 10, False),
        (0, "2026-12-11T00:00:00", 10, False),
    ],
)
def test_tonight_can_be_held_until_the_day_ends(
    front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, day_ends: int, local: str, night: int, bookable: bool
) -> None:
    open_inn(hotel, day_ends=day_ends)
    at(clock, local)

    reply = front_door.hold(room_type_id="inn-room", check_in=f"2026-12-{night}", check_out="2026-12-14")

    assert reply.status == (201 if bookable else 422)


@pytest.mark.parametrize(
    ("local", "percent"),
    [
        ("2026-12-03T18:00:00", 100),  # seven days before, and no hour: until the hotel's day ends
        ("2026-12-04T03:59:59", 100),
        ("2026-12-04T04:00:00", 50),
        ("2026-12-10T17:59:59", 50),  # 18:00 on arrival day
        ("2026-12-10T18:00:00", 0),
        ("2026-12-10T23:00:00", 0),
    ],
)
def test_a_step_of_the_policy_ends_at_its_hour(
    front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, local: str, percent: int
) -> None:
    open_inn(hotel, cancellation_policy=(PolicyStep(7, 100), PolicyStep(0, 50, 18 * 60)))
    front_door.credit(1_000_000)
    booking_id = front_door.held(room_type_id="inn-room")
    assert front_door.pay(booking_id, 315_000).status == 200
    at(clock, local)

    preview = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body
    cancelled = front_door.cancel(booking_id)

    assert preview["cancellable"]
    assert preview["now"]["refund_percent"] == percent
    assert cancelled.body["wallet_refunded"] == preview["now"]["wallet"] == 315_000 * percent // 100


def test_the_schedule_says_when_each_share_ends(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel, cancellation_policy=(PolicyStep(7, 100), PolicyStep(0, 50, 18 * 60)))
    front_door.credit(1_000_000)
    booking_id = front_door.held(room_type_id="inn-room")
    front_door.pay(booking_id, 315_000)

    schedule = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body["schedule"]

    assert [(step["since"], step["until"], step["until_at"], step["refund_percent"]) for step in schedule] == [
        ("2026-11-22", "2026-12-03", "2026-12-03T22:30:00.000Z", 100),
        ("2026-12-04", "2026-12-10", "2026-12-10T12:30:00.000Z", 50),
        ("2026-12-10", "2026-12-10", "2026-12-10T22:30:00.000Z", 0),
    ]
    policy = front_door.booking(booking_id)["cancellation_policy"]
    assert policy == [
        {"days_before": 7, "refund_percent": 100},
        {"days_before": 0, "until": "18:00", "refund_percent": 50},
    ]


def test_a_guest_may_cancel_until_the_day_of_arrival_ends(
    front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock
) -> None:
    open_inn(hotel)
    front_door.credit(1_000_000)
    booking_id = front_door.held(room_type_id="inn-room")
    front_door.pay(booking_id, 315_000)
    at(clock, "2026-12-11T04:00:00")

    assert front_door.cancel(booking_id).code == "not_cancellable"
    at(clock, "2026-12-11T03:59:59")
    assert front_door.cancel(booking_id).status == 200


def test_of_two_steps_that_end_together_the_guest_gets_the_better(
    front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock
) -> None:
    open_inn(hotel, cancellation_policy=(PolicyStep(1, 20), PolicyStep(0, 80, 4 * 60)))
    front_door.credit(1_000_000)
    booking_id = front_door.held(room_type_id="inn-room")
    front_door.pay(booking_id, 315_000)
    at(clock, "2026-12-10T03:59:59")

    assert front_door.cancel(booking_id).body["wallet_refunded"] == 315_000 * 80 // 100
