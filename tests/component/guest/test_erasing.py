"""Guest details are erased for good, by their guest or by an admin, unless the property still needs them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_key
from holdfast.storage.store import Store
from tests.component.guest.inn import held_at_the_inn, open_inn
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, BOB, OWNER, FrontDoor, event
from tests.kit.log_capture import LogLines
from tests.kit.template import template

ADMINS: dict[str, Any] = {"user": ADMIN, "groups": "[admin]"}


@pytest.mark.parametrize("who", [{}, ADMINS])
def test_details_are_gone_and_the_booking_is_whole(front_door: FrontDoor, store: Store, who: dict[str, Any]) -> None:
    booking_id = front_door.held()
    front_door.confirm(booking_id)
    before = everything(store)
    front_door.put_guest(booking_id)

    for _ in range(2):
        erased = front_door.erase_guest(booking_id, **who)
        assert (erased.status, erased.body) == (200, {})
        assert everything(store) == before
        assert front_door.guest(booking_id).code == "not_found"


@pytest.mark.parametrize(
    "who", [{"user": BOB}, {"user": OWNER, "groups": "[owner]"}, {"user": BOB, "groups": "[administrators]"}]
)
def test_nobody_else_erases_them(front_door: FrontDoor, hotel: CatalogStore, store: Store, who: dict[str, Any]) -> None:
    hotel.add_owner(OWNER, "lake-view")
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    before = everything(store)

    assert front_door.erase_guest(booking_id, **who).code == "not_found"
    assert everything(store) == before


def test_a_booking_that_is_not_there_has_nothing_to_erase_for_an_admin_either(front_door: FrontDoor) -> None:
    assert front_door.erase_guest("bk_" + "a" * 26, **ADMINS).code == "not_found"


def test_an_admin_erases_what_the_bookings_record_has_left_behind(
    front_door: FrontDoor, store: Store, lines: LogLines
) -> None:
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    store.table.delete(booking_key(booking_id))

    assert front_door.erase_guest(booking_id).code == "not_found"
    assert front_door.erase_guest(booking_id, **ADMINS).status == 200
    assert [item for item in everything(store) if item["sk"] == "GUEST"] == []
    [line] = [line for line in lines.all if line["message"] == "guest details erased"]
    assert (line["booking_id"], line["by"]) == (booking_id, f"admin {ADMIN}")


def test_erased_details_can_be_said_again(front_door: FrontDoor) -> None:
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    front_door.erase_guest(booking_id)

    assert front_door.put_guest(booking_id).status == 200
    assert front_door.guest(booking_id).status == 200


def test_who_erased_what_is_logged_once_and_names_nobody(front_door: FrontDoor, lines: LogLines) -> None:
    booking_id = front_door.held()
    for who, by in (({}, "guest"), (ADMINS, f"admin {ADMIN}")):
        front_door.put_guest(booking_id)
        lines.clear()
        front_door.erase_guest(booking_id, **who)
        front_door.erase_guest(booking_id, **who)

        [line] = [line for line in lines.all if line["message"] == "guest details erased"]
        assert (line["booking_id"], line["user_id"], line["by"]) == (booking_id, ALICE, by)


Act = Callable[[FrontDoor, FakeClock, str], object]


def paid(front_door: FrontDoor, clock: FakeClock, booking_id: str) -> None:
    front_door.confirm(booking_id)


def at(instant: str) -> Act:
    def act(front_door: FrontDoor, clock: FakeClock, booking_id: str) -> None:
        front_door.confirm(booking_id)
        clock.now = datetime.fromisoformat(instant)

    return act


def cancelled(front_door: FrontDoor, clock: FakeClock, booking_id: str) -> None:
    front_door.confirm(booking_id)
    front_door.cancel(booking_id)


WHERE_REQUIRED: dict[str, tuple[Act, bool]] = {
    "a hold": (lambda *_: None, False),
    "a hold whose payment was started": (lambda door, _, booking_id: door.start(booking_id), False),
    "a hold past its deadline": (lambda _door, clock, _: clock.advance(600), True),
    "a cancelled hold": (lambda door, _, booking_id: door.cancel(booking_id), True),
    "a confirmed booking": (paid, False),
    "the last moment of the check-out day": (at("2026-12-13T22:29:59Z"), False),
    "the check-out day is over": (at("2026-12-13T22:30:00Z"), True),
    "cancelled after its payment": (cancelled, True),
}


@pytest.mark.parametrize("case", WHERE_REQUIRED)
@pytest.mark.parametrize("who", [{}, ADMINS])
@pytest.mark.parametrize("stored", [True, False])
def test_a_property_that_insists_keeps_them_while_it_needs_them(
    case: str, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, who: dict[str, Any], *, stored: bool
) -> None:
    act, may = WHERE_REQUIRED[case]
    open_inn(hotel)
    booking_id = held_at_the_inn(front_door)
    if stored:
        front_door.put_guest(booking_id)
    act(front_door, clock, booking_id)

    reply = front_door.erase_guest(booking_id, **who)

    if may:
        assert (reply.status, reply.body) == (200, {})
        assert front_door.guest(booking_id).status == 404
    else:
        assert (reply.status, reply.code) == (409, "guest_required")
        assert (
            "until the check-out day, 2026-12-13, is over there: 2026-12-14 04:00 in Asia/Kolkata"
            in (reply.body["detail"])
        )
        assert front_door.guest(booking_id).status == (200 if stored else 404)


def passes(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    """Event filtering, as far as the template uses it: exact values and prefixes."""
    for name, wanted in pattern.items():
        value = record.get(name)
        if isinstance(wanted, dict):
            if not isinstance(value, dict) or not passes(wanted, value):
                return False
        elif not any(str(value).startswith(one["prefix"]) if isinstance(one, dict) else value == one for one in wanted):
            return False
    return True


def test_the_streams_filter_passes_no_guest_details() -> None:
    """TTL deletes them as it deletes bookings; what expire releases is a booking's own item."""
    deleted = template()["Resources"]["ExpireFunction"]["Properties"]["Events"]["Deleted"]["Properties"]
    [pattern] = [json.loads(one["Pattern"]) for one in deleted["FilterCriteria"]["Filters"]]
    record = event("ttl_deletion")["Records"][0]

    assert passes(pattern, record)
    record["dynamodb"]["Keys"]["sk"]["S"] = "GUEST"
    assert not passes(pattern, record)
