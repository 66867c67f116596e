"""An owner deletes a room type: off sale at once, unless somebody will stay."""

from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor


class TestDeleting:
    def test_takes_it_off_the_draft_and_off_sale(self, applicant: Applicant, store: Store) -> None:
        kept = applicant.live()
        applicant.room_type("other", name="Attic")
        applicant.submitted()
        applicant.approve()
        gone = next(room for room in applicant.draft()["room_types"] if room["name"] == "Attic")["room_type_id"]
        assert applicant.hold(gone, "free").status == 201
        applicant.door.cancel(applicant.hold(gone, "free").body["booking_id"])

        reply = applicant.delete_room_type(gone)

        assert (reply.status, reply.body) == (200, {})
        assert [room["room_type_id"] for room in applicant.draft()["room_types"]] == [kept]
        assert [room["room_type_id"] for room in applicant.public().body["room_types"]] == [kept]
        assert applicant.hold(gone, "later").status == 404
        assert store.table.get([page_key(gone, "2026-12")]) == {}
        assert applicant.delete_room_type(gone).status == 404
        assert applicant.add_room_type("other", name="Attic").status == 200
        assert len(applicant.draft()["room_types"]) == 1

    def test_is_refused_while_somebody_will_stay(
        self, applicant: Applicant, front_door: FrontDoor, store: Store
    ) -> None:
        room_type_id = applicant.live()
        confirmed = applicant.hold(room_type_id, "confirmed").body["booking_id"]
        front_door.confirm(confirmed)
        held = applicant.hold(room_type_id, "held", check_in="2027-01-30", check_out="2027-02-02").body["booking_id"]
        before = everything(store)

        reply = applicant.delete_room_type(room_type_id)

        assert (reply.status, reply.code) == (409, "stay_conflict")
        assert [(of["booking_id"], of["status"], of["check_in"]) for of in reply.body["bookings"]] == [
            (confirmed, "confirmed", "2026-12-10"),
            (held, "reserved", "2027-01-30"),
        ]
        assert reply.body["nights"][0] == "2026-12-10"
        assert everything(store) == before

    def test_a_stay_that_is_over_stops_nothing(
        self, applicant: Applicant, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        room_type_id = applicant.live()
        past = applicant.hold(room_type_id, check_in="2026-11-23", check_out="2026-11-25").body["booking_id"]
        front_door.confirm(past)
        clock.advance(5 * 86_400)

        assert applicant.delete_room_type(room_type_id).status == 200

        assert front_door.booking(past)["status"] == "confirmed"
        assert applicant.hold(room_type_id, "later").status == 404
        assert applicant.hold(room_type_id, "soon", check_in="2026-11-29", check_out="2026-11-30").status == 404

    def test_a_due_hold_stops_nothing(self, applicant: Applicant, clock: FakeClock) -> None:
        room_type_id = applicant.live()
        applicant.hold(room_type_id)
        clock.advance(600)

        assert applicant.delete_room_type(room_type_id).status == 200

    def test_before_any_approval(self, applicant: Applicant) -> None:
        room_type_id = applicant.ready()

        assert applicant.delete_room_type(room_type_id).status == 200
        assert applicant.draft()["room_types"] == []
        assert applicant.submit().fields == {"room_types", "base_price", "total_rooms"}
