"""Admins decide on numbered revisions; what guests see is the last one that was approved."""

import json
from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.owners.review_views import listed, queue, revision
from tests.kit.applicant import Applicant
from tests.kit.builders import everything
from tests.kit.front_door import ADMIN, OWNER, FrontDoor
from tests.kit.log_capture import LogLines


class TestSubmitting:
    def test_makes_a_numbered_revision_that_waits(self, applicant: Applicant, front_door: FrontDoor) -> None:
        applicant.ready()

        made = applicant.submitted()

        assert (made["revision"], made["state"], len(made["hash"])) == (1, "submitted", 64)
        assert applicant.draft()["state"] == "submitted"
        [waits] = queue(front_door)
        assert (waits["property_id"], waits["name"], waits["revision"]) == (applicant.property_id, "Hill House", 1)
        assert waits["submitted_at"] == made["submitted_at"]

    def test_again_answers_the_same_revision(self, applicant: Applicant, store: Store) -> None:
        applicant.ready()
        made, before = applicant.submitted(), everything(store)

        again = applicant.submit()

        assert (again.status, again.body) == (200, made)
        assert everything(store) == before

    def test_a_change_takes_it_back(self, applicant: Applicant, front_door: FrontDoor) -> None:
        applicant.ready()
        made = applicant.submitted()
        applicant.patch(address="Another road")

        assert applicant.draft()["state"] == "draft"
        assert queue(front_door) == []
        again = applicant.submitted()
        assert (again["revision"], again["hash"] == made["hash"]) == (2, False)
        assert [one["revision"] for one in queue(front_door)] == [2]

    def test_prices_and_rooms_are_no_part_of_it(self, applicant: Applicant) -> None:
        room_type_id = applicant.ready()
        made = applicant.submitted()

        applicant.change_room_type(room_type_id, base_price=450_000, total_rooms=9)

        assert applicant.submit().body == made

    def test_what_is_live_and_unchanged_is_no_new_revision(self, applicant: Applicant) -> None:
        applicant.live()

        again = applicant.submit()

        assert (again.status, again.body["revision"], again.body["state"]) == (200, 1, "approved")


class TestReading:
    def test_a_first_revision_is_all_new(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.ready()
        made = applicant.submitted()

        read = revision(front_door, applicant.property_id).body

        assert (read["revision"], read["hash"], read["submitted_by"]) == (1, made["hash"], OWNER)
        assert read["content"]["room_types"] == {room_type_id: {"name": "Garden", "description": ""}}
        changes = {one["field"]: (one["before"], one["after"]) for one in read["changes"]}
        assert changes["name"] == (None, "Hill House")
        assert changes[f"room_types.{room_type_id}"] == (None, {"name": "Garden", "description": ""})

    def test_a_later_one_says_what_it_changes(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.live()
        applicant.patch(address="Another road", day_ends_at="05:00")
        applicant.change_room_type(room_type_id, name="Terrace")
        other = applicant.room_type("other", name="Attic")
        applicant.submitted()

        read = revision(front_door, applicant.property_id, "2").body

        assert {one["field"]: (one["before"], one["after"]) for one in read["changes"]} == {
            "address": ("12 Lake Road", "Another road"),
            "day_ends_at": ("04:00", "05:00"),
            f"room_types.{room_type_id}": (
                {"name": "Garden", "description": ""},
                {"name": "Terrace", "description": ""},
            ),
            f"room_types.{other}": (None, {"name": "Attic", "description": ""}),
        }

    @pytest.mark.parametrize("number", ["2", "0", "x", "99999"])
    def test_a_revision_that_is_not_there(self, number: str, applicant: Applicant, front_door: FrontDoor) -> None:
        applicant.ready()
        applicant.submitted()

        assert revision(front_door, applicant.property_id, number).status == 404


class TestRejecting:
    def test_gives_it_back_with_the_reason(self, applicant: Applicant, front_door: FrontDoor) -> None:
        applicant.ready()
        applicant.submitted()

        reply = applicant.decide("reject", {"revision": 1, "reason": "The address is in the lake"})

        assert (reply.status, reply.body["state"]) == (200, "rejected")
        draft = applicant.draft()
        assert (draft["state"], draft["reason"]) == ("rejected", "The address is in the lake")
        assert queue(front_door) == []
        assert [one["reason"] for one in queue(front_door, state="rejected")] == ["The address is in the lake"]
        assert applicant.public().status == 404
        applicant.patch(address="12 Lake Road, upper house")
        assert applicant.submitted()["revision"] == 2
        assert "reason" not in applicant.draft()

    def test_after_an_approval_is_refused(self, applicant: Applicant, store: Store) -> None:
        applicant.live()
        before = everything(store)

        reply = applicant.decide("reject", {"revision": 1, "reason": "No"})

        assert (reply.status, reply.code, "decision" in reply.body) == (409, "changed_since", False)
        assert everything(store) == before

    @pytest.mark.parametrize(("reason", "stands"), [("The address is in the lake", True), ("Another", False)])
    def test_a_repeat_says_whether_it_stands(
        self, reason: str, stands: bool, applicant: Applicant, store: Store
    ) -> None:
        applicant.ready()
        applicant.submitted()
        applicant.decide("reject", {"revision": 1, "reason": "The address is in the lake"})
        before = everything(store)

        reply = applicant.decide("reject", {"revision": 1, "reason": reason})

        assert (reply.status, reply.code) == (409, "changed_since")
        assert reply.body.get("decision") == ("rejected" if stands else None)
        assert everything(store) == before

    @pytest.mark.parametrize("body", [{"revision": 1}, {"revision": 1, "reason": " "}, {"revision": 1, "reason": ""}])
    def test_needs_a_reason(self, body: dict[str, Any], applicant: Applicant, store: Store) -> None:
        applicant.ready()
        applicant.submitted()
        before = everything(store)

        reply = applicant.decide("reject", body)

        assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"reason"})
        assert everything(store) == before

    def test_of_a_change_leaves_the_live_hotel_alone(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()
        applicant.patch(name="Hill Palace")
        applicant.submitted()

        applicant.decide("reject", {"revision": 2, "reason": "It is no palace"})

        assert applicant.public().body["name"] == "Hill House"
        assert applicant.hold(room_type_id).status == 201


class TestSuspending:
    def test_takes_the_hotel_off_sale_and_leaves_its_bookings(
        self, applicant: Applicant, front_door: FrontDoor
    ) -> None:
        room_type_id = applicant.live()
        held = applicant.hold(room_type_id).body["booking_id"]

        reply = applicant.decide("suspend", {"reason": "Guests were turned away"})

        assert (reply.status, reply.body["state"], reply.body["calendar_open"]) == (200, "suspended", True)
        assert applicant.hold(room_type_id, key="other").status == 404
        assert listed(front_door) == []
        assert front_door.confirm(held).status == 200
        draft = applicant.draft()
        assert (draft["state"], draft["public"], draft["reason"]) == (
            "suspended",
            "suspended",
            "Guests were turned away",
        )
        assert [one["reason"] for one in queue(front_door, state="suspended")] == ["Guests were turned away"]

    def test_can_be_repeated_and_undone(self, applicant: Applicant, front_door: FrontDoor, store: Store) -> None:
        room_type_id = applicant.live()
        for _ in range(2):
            assert applicant.decide("suspend", {"reason": "Once"}).status == 200
        before = everything(store)
        again = applicant.decide("suspend", {"reason": "Again"})
        assert (again.status, again.body["reason"]) == (200, "Once"), "the reason that stands"
        assert everything(store) == before

        for _ in range(2):
            assert applicant.decide("resume").body["state"] == "live"

        assert applicant.hold(room_type_id).status == 201
        assert listed(front_door) == ["Hill House"]
        assert queue(front_door, state="suspended") == []
        assert applicant.draft()["state"] == "live"

    def test_holds_while_a_change_is_approved(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.live()
        applicant.decide("suspend", {"reason": "Guests were turned away"})
        applicant.patch(name="Hill Palace")
        applicant.submitted()

        assert applicant.approve().body["state"] == "suspended"

        assert applicant.hold(room_type_id).status == 404
        assert listed(front_door) == []
        applicant.decide("resume")
        assert listed(front_door) == ["Hill Palace"]

    @pytest.mark.parametrize("verb", ["suspend", "resume"])
    def test_needs_a_public_hotel(self, verb: str, applicant: Applicant) -> None:
        applicant.ready()

        assert applicant.decide(verb, {"reason": "No"} if verb == "suspend" else None).status == 404


@pytest.mark.parametrize("verb", ["approve", "reject", "suspend", "resume"])
def test_only_admins_decide(verb: str, applicant: Applicant) -> None:
    applicant.live()
    bodies: dict[str, Any] = {
        "approve": {"revision": 1, "hash": "0" * 64},
        "reject": {"revision": 1, "reason": "No"},
        "suspend": {"reason": "No"},
    }

    reply = applicant.decide(verb, bodies.get(verb), user=OWNER, groups="[owner]")

    assert (reply.status, reply.code) == (403, "forbidden")


def test_each_step_is_one_line_with_its_actor(applicant: Applicant, lines: LogLines) -> None:
    applicant.ready()
    applicant.submitted()
    applicant.submit()
    applicant.decide("reject", {"revision": 1, "reason": "No"})
    applicant.submitted()
    applicant.approve()
    applicant.decide("suspend", {"reason": "No"})
    applicant.decide("suspend", {"reason": "No"})
    applicant.decide("resume")
    applicant.decide("resume")

    written = [json.loads(line) for line in lines.text.getvalue().splitlines()]
    steps = [(line["message"], line["by"]) for line in written if line["message"].startswith("property ")]
    assert steps == [
        ("property registered", OWNER),
        ("property submitted", OWNER),
        ("property rejected", ADMIN),
        ("property submitted", OWNER),
        ("property approved", ADMIN),
        ("property suspended", ADMIN),
        ("property resumed", ADMIN),
    ]
