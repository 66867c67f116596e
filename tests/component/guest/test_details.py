"""The guest's details of a booking: kept as they were last said, while somebody may still stay."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, BOB, GUEST, OWNER, STAY_TOTAL, FrontDoor

SHOWN = GUEST | {"phone": "+919876543210"}


def test_what_was_said_last_is_what_is_kept(front_door: FrontDoor) -> None:
    booking_id = front_door.held()
    assert (front_door.guest(booking_id).status, front_door.guest(booking_id).code) == (404, "not_found")

    first = front_door.put_guest(booking_id)
    assert (first.status, first.body) == (200, SHOWN)
    assert front_door.guest(booking_id).body == SHOWN
    assert front_door.put_guest(booking_id).body == SHOWN

    short = {"name": "Ravi", "email": "ravi@example.com"}
    said = front_door.call("PUT /bookings/{booking_id}/guest", short, booking_id=booking_id)
    assert (said.status, said.body) == (200, short)
    assert front_door.guest(booking_id).body == short


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"name": "  Asha Rao "}, {"name": "Asha Rao"}),
        ({"name": "ॐ प्रकाश क्\u200dष"}, {"name": "ॐ प्रकाश क्\u200dष"}),
        ({"name": "N" * 100}, {"name": "N" * 100}),
        ({"email": "Asha.Rao@EXAMPLE.com"}, {"email": "Asha.Rao@example.com"}),
        ({"email": "आशा@उदाहरण.भारत"}, {"email": "आशा@उदाहरण.भारत"}),
        ({"email": "a+b@xn--bcher-kva.example"}, {"email": "a+b@bücher.example"}),
        ({"phone": "+91 (98765) 432-10"}, {"phone": "+919876543210"}),
        ({"phone": "+442083661177"}, {"phone": "+442083661177"}),
        ({"phone": "+1 202 555 0143"}, {"phone": "+12025550143"}),
        ({"phone": "+390612345678"}, {"phone": "+390612345678"}),
        ({"wishes": "Late.\r\nVery late 🙏🏽\n"}, {"wishes": "Late.\nVery late 🙏🏽"}),
        ({"wishes": "w" * 500}, {"wishes": "w" * 500}),
        ({"arrival_time": "00:00"}, {"arrival_time": "00:00"}),
    ],
)
def test_details_are_kept_in_one_form(front_door: FrontDoor, sent: dict[str, str], kept: dict[str, str]) -> None:
    booking_id = front_door.held()

    assert front_door.put_guest(booking_id, **sent).body == SHOWN | kept
    assert front_door.guest(booking_id).body == SHOWN | kept


@pytest.mark.parametrize("nothing", [{"wishes": ""}, {"wishes": " \n "}, {"wishes": None}])
def test_no_wishes_are_none(front_door: FrontDoor, nothing: dict[str, Any]) -> None:
    assert "wishes" not in front_door.put_guest(front_door.held(), **nothing).body


def test_the_booking_is_not_written(front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held()
    before = everything(store)

    front_door.put_guest(booking_id)

    assert [item for item in everything(store) if item["sk"] != "GUEST"] == before


class TestWhen:
    """Until the check-out day is over at the property; 13 December is over there at 22:30 UTC."""

    def test_a_hold_and_a_confirmed_booking(self, front_door: FrontDoor) -> None:
        booking_id = front_door.held()
        assert front_door.put_guest(booking_id).status == 200
        front_door.start(booking_id)
        assert front_door.put_guest(booking_id).status == 200
        front_door.confirm(booking_id)
        assert front_door.put_guest(booking_id).status == 200

    @pytest.mark.parametrize("swept", [False, True])
    def test_an_expired_hold_is_not(self, front_door: FrontDoor, clock: FakeClock, *, swept: bool) -> None:
        booking_id = front_door.held()
        front_door.put_guest(booking_id)
        clock.advance(600)
        if swept:
            front_door.expire()

        reply = front_door.put_guest(booking_id, name="Ravi")
        assert (reply.status, reply.code) == (410, "hold_expired")
        assert front_door.guest(booking_id).body == SHOWN

    def test_a_cancelled_booking_is_not(self, front_door: FrontDoor) -> None:
        booking_id = front_door.held()
        front_door.cancel(booking_id)

        assert (front_door.put_guest(booking_id).status, front_door.put_guest(booking_id).code) == (
            409,
            "stay_conflict",
        )

    @pytest.mark.parametrize(
        ("at", "status"), [("2026-12-13T22:29:59Z", 200), ("2026-12-13T22:30:00Z", 409), ("2027-06-01T00:00:00Z", 409)]
    )
    def test_a_stay_that_is_over_is_not(self, front_door: FrontDoor, clock: FakeClock, at: str, status: int) -> None:
        booking_id = front_door.held()
        front_door.confirm(booking_id)
        clock.now = datetime.fromisoformat(at)

        assert front_door.put_guest(booking_id).status == status

    def test_a_guest_who_has_left_says_nothing_more(self, front_door: FrontDoor, clock: FakeClock) -> None:
        booking_id = front_door.held()
        front_door.confirm(booking_id)
        clock.now = datetime.fromisoformat("2026-12-12T06:00:00Z")
        desk: dict[str, Any] = {"user": ADMIN, "groups": "[admin]", "booking_id": booking_id}
        front_door.call("POST /admin/bookings/{booking_id}/check_in", {}, **desk)
        assert front_door.put_guest(booking_id).status == 200
        early = {"reason": "Left a day early"}
        front_door.call("POST /admin/bookings/{booking_id}/check_out", early, **desk)

        assert front_door.put_guest(booking_id).code == "stay_conflict"
        assert front_door.guest(booking_id).status == 200


UNKNOWN = "bk_" + "a" * 26


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("stored", [True, False])
def test_somebody_elses_booking_and_a_missing_one_read_the_same(
    front_door: FrontDoor, store: Store, method: str, *, stored: bool
) -> None:
    theirs = front_door.held()
    if stored:
        front_door.put_guest(theirs)
    before = everything(store)
    body = GUEST if method == "PUT" else None

    replies = [
        front_door.call(f"{method} /bookings/{{booking_id}}/guest", body, user=BOB, booking_id=booking_id)
        for booking_id in (theirs, UNKNOWN)
    ]

    assert [(reply.status, reply.code) for reply in replies] == [(404, "not_found")] * 2
    assert replies[0].body | {"instance": ""} == replies[1].body | {"instance": ""}
    assert everything(store) == before


def test_an_admin_may_not_say_who_stays(front_door: FrontDoor) -> None:
    booking_id = front_door.held()
    admin: dict[str, Any] = {"user": ADMIN, "groups": "[admin]", "booking_id": booking_id}

    assert front_door.call("PUT /bookings/{booking_id}/guest", GUEST, **admin).status == 404
    assert front_door.call("GET /bookings/{booking_id}/guest", **admin).status == 404


class TestAtTheDesk:
    def test_admins_and_the_propertys_owner_see_who_stays(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        hotel.add_owner(OWNER, "lake-view")
        booking_id = front_door.held()
        front_door.confirm(booking_id)
        none = [self.seen(front_door, role, booking_id).code for role in ("admin", "owner")]
        front_door.put_guest(booking_id)

        assert none == ["not_found", "not_found"]
        assert [self.seen(front_door, role, booking_id).body for role in ("admin", "owner")] == [SHOWN, SHOWN]

    @pytest.mark.parametrize("end", ["still held", "expired", "cancelled as a hold", "cancelled once confirmed"])
    def test_to_an_owner_a_hold_that_became_no_booking_reads_as_missing(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, end: str
    ) -> None:
        hotel.add_owner(OWNER, "lake-view")
        booking_id = front_door.held()
        front_door.put_guest(booking_id)
        if end == "cancelled once confirmed":
            front_door.confirm(booking_id)
        if end == "expired":
            clock.advance(600)
            front_door.expire()
        elif end != "still held":
            front_door.cancel(booking_id)

        admins, owners = (self.seen(front_door, role, booking_id) for role in ("admin", "owner"))
        missing = self.seen(front_door, "owner", UNKNOWN)

        assert admins.body == SHOWN
        if end == "cancelled once confirmed":
            assert owners.body == SHOWN
        else:
            assert (owners.status, owners.body | {"instance": ""}) == (404, missing.body | {"instance": ""})

    def test_the_owner_of_another_property_does_not(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        booking_id = front_door.held()
        front_door.put_guest(booking_id)

        theirs, missing = (self.seen(front_door, "owner", one) for one in (booking_id, UNKNOWN))
        assert (theirs.status, theirs.body["detail"]) == (404, missing.body["detail"])

    @pytest.mark.parametrize("role", ["admin", "owner"])
    def test_a_guest_is_neither(self, front_door: FrontDoor, role: str) -> None:
        booking_id = front_door.held()
        route = f"GET /{role}/bookings/{{booking_id}}/guest"

        assert front_door.call(route, user=ALICE, booking_id=booking_id).code == "forbidden"

    @staticmethod
    def seen(front_door: FrontDoor, role: str, booking_id: str) -> Any:
        user = {"admin": ADMIN, "owner": OWNER}[role]
        route = f"GET /{role}/bookings/{{booking_id}}/guest"
        return front_door.call(route, user=user, groups=f"[{role}]", booking_id=booking_id)


def test_details_outlive_the_payment_and_end_with_the_record(
    front_door: FrontDoor, store: Store, clock: FakeClock
) -> None:
    front_door.credit(STAY_TOTAL)
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    front_door.pay(booking_id, STAY_TOTAL)
    clock.advance(timedelta(days=60).total_seconds())

    assert front_door.guest(booking_id).body == SHOWN
    [details, record] = [item for item in everything(store) if item["sk"] in {"BOOKING", "GUEST"}][::-1]
    assert details["ttl"] == record["ttl"]
