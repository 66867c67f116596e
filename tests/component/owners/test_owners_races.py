"""Two who act at the same time: the write that comes first wins, and the other is decided again on what it left."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.applicant import PLACE, Applicant
from tests.kit.flaky_client import FlakyClient
from tests.kit.front_door import Reply


@pytest.fixture
def just_before(applicant: Applicant, store: Store) -> Callable[[str, Callable[[], object]], None]:
    """Does something when this function is about to write its next transaction."""

    def interpose(function: str, act: Callable[[], object]) -> None:
        flaky: Any = FlakyClient(store.table.client)
        flaky.before("transact_write_items", act)
        applicant.door.use_store(function, Store(Table(flaky, store.table.name)))

    return interpose


type Interpose = Callable[[str, Callable[[], object]], None]


def test_a_change_before_the_approval_is_not_approved(applicant: Applicant, just_before: Interpose) -> None:
    applicant.ready()
    applicant.submitted()
    just_before("reviews", lambda: applicant.patch(name="Hill Palace"))

    reply = applicant.approve()

    assert (reply.status, reply.code) == (409, "changed_since")
    assert applicant.public().status == 404


def test_of_two_approvals_one_wins(applicant: Applicant, just_before: Interpose, store: Store) -> None:
    applicant.ready()
    applicant.submitted()
    first: list[Reply] = []

    def other_admin() -> None:
        applicant.door.use_store("reviews", store)
        first.append(applicant.approve())

    just_before("reviews", other_admin)

    second = applicant.approve()

    assert ([reply.status for reply in first], second.status, second.code) == ([200], 409, "changed_since")


def test_a_price_that_changes_meanwhile_is_not_lost(applicant: Applicant, just_before: Interpose) -> None:
    room_type_id = applicant.ready()
    applicant.submitted()
    just_before("reviews", lambda: applicant.change_room_type(room_type_id, base_price=450_000))

    assert applicant.approve().status == 200

    assert applicant.hold(room_type_id).body["pricing"]["base_amount"] == 3 * 450_000


def test_a_hotel_that_is_suspended_meanwhile_stays_so(applicant: Applicant, just_before: Interpose) -> None:
    room_type_id = applicant.live()
    just_before("register", lambda: applicant.decide("suspend", {"reason": "No"}))

    assert applicant.change_room_type(room_type_id, base_price=450_000).status == 200

    assert applicant.hold(room_type_id).status == 404


def test_a_hold_that_comes_first_stops_a_deletion(applicant: Applicant, just_before: Interpose) -> None:
    room_type_id = applicant.live()
    just_before("register", lambda: applicant.hold(room_type_id))

    reply = applicant.delete_room_type(room_type_id)

    assert (reply.status, reply.code) == (409, "stay_conflict")
    assert applicant.hold(room_type_id, "next").status == 201


def test_a_hold_that_comes_first_keeps_its_rooms(applicant: Applicant, just_before: Interpose) -> None:
    room_type_id = applicant.live()
    just_before("register", lambda: applicant.hold(room_type_id, rooms=3, guests=3))

    reply = applicant.change_room_type(room_type_id, total_rooms=2)

    assert (reply.status, reply.code) == (409, "below_sold")


def test_of_two_changes_of_one_version_one_wins(applicant: Applicant, just_before: Interpose, store: Store) -> None:
    applicant.register()

    def other() -> None:
        applicant.door.use_store("register", store)
        assert applicant.patch('"1"', currency="USD").status == 200

    just_before("register", other)

    reply = applicant.patch('"1"', currency="INR")

    assert (reply.status, reply.code, reply.body["version"]) == (412, "version_mismatch", 2)
    assert applicant.draft()["currency"] == "USD"


def test_of_two_submissions_there_is_one_revision(applicant: Applicant, just_before: Interpose, store: Store) -> None:
    applicant.register(**PLACE)
    applicant.room_type()

    def other() -> None:
        applicant.door.use_store("register", store)
        assert applicant.submit().status == 201

    just_before("register", other)

    assert (applicant.submit().status, applicant.draft()["revision"]) == (200, 1)
