"""Values in bulk are refused each for its own faults, and the answer for the others is never lost."""

from typing import Any

import pytest

from holdfast.errors import NotFound
from holdfast.properties.own_calendar import NO_ROOM_TYPE, own_calendar
from tests.component.owners.bulk import send, value
from tests.component.owners.hotelier import PLAIN, Hotelier


@pytest.fixture
def two_held(hotelier: Hotelier) -> None:
    """From 10 to 12 December."""
    hotelier.door.held(rooms=2, guests=2)


@pytest.mark.usefixtures("two_held")
class TestOfANightInPartSold:
    def test_only_the_value_below_what_is_taken_is_refused(self, hotelier: Hotelier) -> None:
        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-10", rooms_on_sale=3, price=600_000),
            value("2026-12-10", "2026-12-10", rooms_on_sale=1),
            value("2026-12-11", "2026-12-11", rooms_on_sale=0),
            value("2026-12-11", "2026-12-11", rooms_on_sale=None, price=700_000),
        )

        assert (reply.body["applied"], [(of["index"], of["code"]) for of in reply.body["refused"]]) == (
            2,
            [(1, "below_sold")],
        )
        assert hotelier.night("2026-12-10") == {"price": 600_000, "rooms_on_sale": 3, "rooms_free": 1}
        assert hotelier.night("2026-12-11") == PLAIN | {"price": 700_000, "rooms_free": 3}

    def test_the_default_stays_where_it_is_enough(self, hotelier: Hotelier) -> None:
        send(hotelier, value("2026-12-10", "2026-12-10", rooms_on_sale=4))

        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-10", rooms_on_sale=None),
            value("2026-12-10", "2026-12-10", rooms_on_sale=1),
        )

        assert (reply.body["applied"], [of["index"] for of in reply.body["refused"]]) == (1, [1])
        assert hotelier.night("2026-12-10") == PLAIN | {"rooms_free": 3}


def test_a_room_type_that_is_deleted_meanwhile_refuses_its_own_values_alone(
    hotelier: Hotelier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(property_id: str, room_type_id: str, *args: Any, **named: Any) -> Any:
        if room_type_id == "suite":
            raise NotFound(NO_ROOM_TYPE)
        return own_calendar(property_id, room_type_id, *args, **named)

    monkeypatch.setattr("holdfast.properties.ari.own_calendar", read)

    reply = send(
        hotelier,
        value("2026-12-10", "2026-12-10", price=600_000),
        value("2026-12-10", "2026-12-10", "suite", price=600_000),
    )

    assert (reply.status, reply.body["applied"]) == (200, 1)
    assert reply.body["refused"] == [{"index": 1, "code": "not_found", "detail": NO_ROOM_TYPE}]
