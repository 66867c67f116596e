"""Guest details are in their own item and in answers to those who may see them, and nowhere else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from holdfast.bookings.guest_requests import GuestRequest
from holdfast.model.guest import GuestDetails
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_key
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.component.guest.inn import held_at_the_inn, open_inn
from tests.kit.auditing import broken_in
from tests.kit.builders import a_promo, everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, BOB, OWNER, STAY_TOTAL, FrontDoor
from tests.kit.log_capture import LogLines

MARKED = {
    "name": "Asha Namemark",
    "email": "mailmark@example.com",
    "phone": "+91 98765 43219",
    "country": "IS",
    "arrival_time": "03:47",
    "wishes": "A wishmark\nplease",
}
MARKS = ("Namemark", "mailmark", "43219", "03:47", "wishmark")


def a_life(front_door: FrontDoor, clock: FakeClock) -> Iterator[Any]:
    """Every answer but those that show the details, in a whole life of bookings whose guest is known."""
    door = front_door
    front_door.credit(STAY_TOTAL)
    paid, expired = held_at_the_inn(door, "paid"), held_at_the_inn(door, "expired", check_in="2026-12-11")
    yield door.start(paid)
    for booking_id in (paid, expired):
        assert door.put_guest(booking_id, **MARKED).status == 200
        yield door.put_guest(booking_id, **MARKED | {"email": "mailmark", "phone": "43219", "arrival_time": "03:47pm"})
        yield door.put_guest(booking_id, BOB, **MARKED)
        yield door.call("PUT /bookings/{booking_id}/guest", raw="{'wishmark'", booking_id=booking_id)
    started = door.start(paid)
    yield started
    door.gateway.authorise(started.body["gateway_order_id"])
    yield door.pay_by_card(paid, started)
    yield door.erase_guest(paid)
    yield door.call("GET /bookings")
    clock.advance(600)
    door.expire()
    yield door.revive(expired)
    yield door.revive(expired)
    yield door.put_guest(expired, **MARKED)
    for role, user in (("admin", ADMIN), ("owner", OWNER)):
        route = f"GET /{role}/bookings/{{booking_id}}"
        yield door.call(route, user=user, groups=f"[{role}]", booking_id=paid)
    yield door.call("GET /bookings/{booking_id}", booking_id=paid)
    yield door.cancel(paid)
    yield door.put_guest(paid, **MARKED)


def test_no_line_no_metric_and_no_other_answer_has_them(
    front_door: FrontDoor,
    hotel: CatalogStore,
    store: Store,
    clock: FakeClock,
    lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    open_inn(hotel)
    hotel.add_owner(OWNER, "inn")
    hotel.add_promo(a_promo())

    replies = list(a_life(front_door, clock))

    assert {200, 201, 404, 409, 410, 422} <= {reply.status for reply in replies}
    said = json.dumps([reply.body for reply in replies]) + lines.text.getvalue() + capsys.readouterr().out
    assert len(lines.tagged) > 5
    assert [mark for mark in MARKS if mark in said] == []
    where = {item["sk"] for item in everything(store) if any(mark in json.dumps(item) for mark in MARKS)}
    assert where == {"GUEST"}


def test_the_audit_reads_past_them(front_door: FrontDoor, store: Store, clock: FakeClock) -> None:
    booking_id = front_door.held()
    front_door.put_guest(booking_id, **MARKED)

    assert broken_in(store, clock.now) == []
    front_door.cancel(booking_id)
    assert broken_in(store, clock.now) == []


def test_the_audit_notices_all_that_the_role_which_writes_them_could_do_to_a_booking(
    front_door: FrontDoor, store: Store, clock: FakeClock
) -> None:
    """It may put their attributes, and delete, under a booking's key: also in the place of the booking itself."""
    booking_id = front_door.held()
    front_door.confirm(booking_id)
    key = booking_key(booking_id)

    store.table.put(put_action(store.table.name, {"pk": key[0], "sk": key[1], **MARKED}))
    assert {"ITEM1", "INV1"} <= {line.split()[0].rstrip(":") for line in broken_in(store, clock.now)}
    store.table.delete(key)
    assert "INV1" in {line.split()[0].rstrip(":") for line in broken_in(store, clock.now)}


def test_they_are_in_no_index(front_door: FrontDoor, store: Store) -> None:
    before = set(index_rows(store))
    booking_id = front_door.held()
    front_door.put_guest(booking_id, **MARKED)

    assert {(index, pk, sk) for index, pk, sk in index_rows(store) if (index, pk, sk) not in before} == {
        (index, f"BOOKING#{booking_id}", "BOOKING") for index in ("due", "by_user", "by_property")
    }


def index_rows(store: Store) -> Iterator[tuple[str, str, str]]:
    """Every item that carries both keys of an index, which is what puts it there."""
    keys = {
        "due": ("due_shard", "due_at"),
        "by_user": ("user_id", "reserved_at"),
        "by_property": ("property_id", "check_in"),
    }
    for item in everything(store):
        yield from ((index, item["pk"], item["sk"]) for index, both in keys.items() if set(both) <= set(item))


def test_details_show_nothing_of_themselves() -> None:
    details = GuestDetails(name=ALICE, email="mailmark@example.com")

    assert f"{details} {details!r} {[details]}" == "GuestDetails(…) GuestDetails(…) [GuestDetails(…)]"
    with pytest.raises(ValueError, match="email") as refused:
        GuestRequest.model_validate({"name": "Asha", "email": "mailmark@"})
    assert "mailmark" not in str(refused.value)
