"""An admin approves a revision: it goes on sale, once, and only as it was read."""

from typing import Any
from unittest.mock import Mock

import pytest

from holdfast.errors import Busy
from holdfast.properties import review
from holdfast.storage.store import Store
from tests.component.owners.review_views import listed, queue, revision
from tests.kit.applicant import Applicant
from tests.kit.builders import everything
from tests.kit.front_door import FrontDoor


class TestApproving:
    def test_puts_the_hotel_on_sale(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.ready()
        assert applicant.public().status == 404
        assert applicant.hold(room_type_id).status == 404
        applicant.submitted()

        reply = applicant.approve()

        assert (reply.status, reply.body["state"], reply.body["calendar_open"]) == (200, "live", True)
        assert applicant.public().body["name"] == "Hill House"
        assert listed(front_door) == ["Hill House"]
        held = applicant.hold(room_type_id)
        assert (held.status, held.body["pricing"]["base_amount"]) == (201, 1_200_000)
        draft = applicant.draft()
        assert (draft["state"], draft["public"], draft["live_revision"]) == ("live", "live", 1)
        assert draft["has_changes"] is False
        assert queue(front_door) == []
        assert [one["revision"] for one in queue(front_door, state="approved")] == [1]

    def test_a_stay_eighteen_months_ahead_can_be_held(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()

        assert applicant.hold(room_type_id, check_in="2028-05-20", check_out="2028-06-02").status == 201

    def test_what_was_changed_since_is_refused_with_the_new_version(self, applicant: Applicant, store: Store) -> None:
        applicant.ready()
        made = applicant.submitted()
        version = applicant.patch(name="Hill Palace").body["version"]
        before = everything(store)

        reply = applicant.decide("approve", {"revision": 1, "hash": made["hash"]})

        assert (reply.status, reply.code) == (409, "changed_since")
        assert (reply.body["version"], reply.body["revision"]) == (version, 1)
        assert everything(store) == before

    def test_twice_is_refused_and_says_that_it_stands(self, applicant: Applicant, store: Store) -> None:
        applicant.live()
        before = everything(store)

        reply = applicant.approve()

        assert (reply.status, reply.code) == (409, "changed_since")
        assert "approved already, with this hash" in reply.body["detail"]
        assert (reply.body["decision"], reply.body["calendar_open"]) == ("approved", True)
        assert everything(store) == before

    def test_a_repeat_opens_the_months_that_the_first_did_not(
        self, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room_type_id = applicant.ready()
        applicant.submitted()
        with monkeypatch.context() as cut_off:
            cut_off.setattr(review, "bring_on_sale", Mock(side_effect=Busy("No time is left.")))
            assert applicant.approve().status == 503
        assert applicant.hold(room_type_id).status != 201

        reply = applicant.approve()

        assert (reply.status, reply.body["decision"], reply.body["calendar_open"]) == (409, "approved", True)
        assert applicant.hold(room_type_id, key="after").status == 201

    def test_that_it_stands_is_not_said_for_another_hash_nor_once_a_later_one_is_public(
        self, applicant: Applicant
    ) -> None:
        applicant.live()
        first = revision(applicant.door, applicant.property_id).body["hash"]
        other = applicant.approve(hash="0" * 64)
        applicant.patch(name="Hill Palace")
        applicant.submitted()
        assert applicant.approve().status == 200

        overtaken = applicant.decide("approve", {"revision": 1, "hash": first})

        for reply in (other, overtaken):
            assert (reply.status, reply.code, "decision" in reply.body) == (409, "changed_since", False)

    @pytest.mark.parametrize("changes", [{"hash": "0" * 64}, {"revision": 2}])
    def test_another_hash_or_number_is_refused(
        self, changes: dict[str, Any], applicant: Applicant, store: Store
    ) -> None:
        applicant.ready()
        applicant.submitted()
        before = everything(store)

        reply = applicant.approve(**changes)

        assert (reply.status, reply.code, reply.body["revision"]) == (409, "changed_since", 1)
        assert everything(store) == before

    def test_a_live_hotel_keeps_selling_its_public_revision(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.live()
        applicant.patch(
            name="Hill Palace", cancellation_policy=[], guest_required=True, description="Changed", city="Solan"
        )
        applicant.change_room_type(room_type_id, name="Terrace")
        new = applicant.room_type("new", name="Attic")

        for step in ("open", "submitted"):
            if step == "submitted":
                applicant.submitted()
            public = applicant.public().body
            assert (public["name"], public["city"], public.get("guest_required", False)) == (
                "Hill House",
                "Shimla",
                False,
            )
            assert [room["name"] for room in public["room_types"]] == ["Garden"]
            assert (listed(front_door), listed(front_door, "Solan")) == (["Hill House"], [])
            held = applicant.hold(room_type_id, key=step)
            assert held.status == 201
            assert held.body["cancellation_policy"] == [{"days_before": 3, "refund_percent": 100}]
            assert applicant.hold(new).status == 404
        assert applicant.draft()["has_changes"] is True

        assert applicant.approve().status == 200

        public = applicant.public().body
        assert (public["name"], public["city"], public["guest_required"]) == ("Hill Palace", "Solan", True)
        assert {room["name"] for room in public["room_types"]} == {"Terrace", "Attic"}
        assert (listed(front_door), listed(front_door, "Solan")) == ([], ["Hill Palace"])
        held = applicant.hold(room_type_id, key="after", rooms=1, check_in="2026-12-20", check_out="2026-12-21")
        assert held.body["cancellation_policy"] == []
        assert applicant.hold(new, key="new", check_in="2026-12-20", check_out="2026-12-21").status == 201

    def test_prices_changed_after_the_submission_are_those_on_sale(self, applicant: Applicant) -> None:
        room_type_id = applicant.ready()
        applicant.submitted()
        applicant.change_room_type(room_type_id, base_price=450_000)

        assert applicant.approve().status == 200

        assert applicant.hold(room_type_id).body["pricing"]["base_amount"] == 1_350_000
