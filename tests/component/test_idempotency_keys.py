"""A hold and its idempotency key."""

import pytest

from holdfast.bookings.reserve import booking_id_for
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.direct_holds import a_request, hold
from tests.kit.builders import everything, free
from tests.kit.clock import FakeClock
from tests.kit.flaky_client import LOST_ANSWER, flaky_store
from tests.kit.front_door import ALICE, BOB, STAY, FrontDoor


class TestIdempotencyKey:
    def test_the_same_request_again_is_the_same_booking(self, front_door: FrontDoor, store: Store) -> None:
        first = front_door.hold()
        before = everything(store)

        again = front_door.hold()

        assert (first.status, again.status) == (201, 200)
        assert again.body == first.body
        assert everything(store) == before

    def test_another_body_under_the_same_key_is_refused(self, front_door: FrontDoor, store: Store) -> None:
        front_door.hold()
        before = everything(store)

        for change in ({"rooms": 2}, {"guests": 1}, {"check_out": "2026-12-12"}, {"room_type_id": "suite"}):
            reply = front_door.hold(**change)
            assert (reply.status, reply.code) == (422, "idempotency_key_reused"), change
        assert everything(store) == before

    def test_a_key_belongs_to_its_user(self, front_door: FrontDoor) -> None:
        assert front_door.held(ALICE) != front_door.held(BOB)

    def test_without_a_key_nothing_is_held(self, front_door: FrontDoor, store: Store) -> None:
        before = everything(store)

        reply = front_door.call("POST /bookings", STAY)

        assert (reply.status, reply.code) == (400, "idempotency_key_required")
        assert everything(store) == before

    @pytest.mark.parametrize("key", ["k", "k" * 64, "!~", "b7f6c2d0-5f0e-4a53-9f5b-0d9a2f6f6a10"])
    def test_visible_ascii_up_to_64_characters_is_a_key(self, front_door: FrontDoor, key: str) -> None:
        assert front_door.hold(key=key).status == 201

    @pytest.mark.parametrize("key", ["k" * 65, "with space", "tab\t", "schlüssel", "\x7f"])
    def test_anything_else_is_not(self, front_door: FrontDoor, key: str) -> None:
        reply = front_door.hold(key=key)

        assert (reply.status, reply.code, reply.fields) == (400, "invalid_request", {"Idempotency-Key"})

    def test_a_replay_after_the_hold_ran_out_makes_no_second_hold(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        booking_id = front_door.held()
        clock.advance(600)

        swept_by_nobody = front_door.hold()
        front_door.expire()
        swept = front_door.hold()

        for reply in (swept_by_nobody, swept):
            assert (reply.status, reply.body["booking_id"], reply.body["status"]) == (200, booking_id, "expired")
            assert reply.body["reservation_seconds_left"] == 0
        assert set(front_door.free().values()) == {5}

    def test_a_replay_after_it_was_paid_or_cancelled_shows_how_it_ended(self, front_door: FrontDoor) -> None:
        paid, dropped = front_door.held(key="paid"), front_door.held(key="dropped")
        front_door.confirm(paid)
        front_door.cancel(dropped)

        assert front_door.hold(key="paid").body["status"] == "confirmed"
        assert front_door.hold(key="dropped").body["status"] == "cancelled"

    def test_a_replay_long_after_the_stay_is_still_the_same_booking(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        booking_id = front_door.held()
        front_door.confirm(booking_id)
        clock.advance(60 * 86_400)

        assert front_door.hold().body["booking_id"] == booking_id

    def test_of_two_identical_requests_at_once_one_holds_and_the_other_is_its_replay(
        self, store: Store, hotel: CatalogStore
    ) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: hold(a_request(), store))

        assert hold(a_request(), troubled) == (booking_id_for(ALICE, "key-1"), False)
        assert free(store)[10] == 4

    def test_of_two_different_requests_with_one_key_at_once_one_is_refused(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: hold(a_request(rooms=2), store))
        front_door.use_store("reserve", troubled)

        assert front_door.hold().code == "idempotency_key_reused"
        assert free(store)[10] == 3

    def test_an_answer_that_was_lost_is_given_after_all(self, store: Store, hotel: CatalogStore) -> None:
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        assert hold(a_request(), troubled) == (booking_id_for(ALICE, "key-1"), True)
        assert free(store)[10] == 4


def test_a_booking_id_comes_from_user_and_key_alone() -> None:
    made = booking_id_for(ALICE, "key-1")

    assert made == booking_id_for(ALICE, "key-1")
    assert len({made, booking_id_for(BOB, "key-1"), booking_id_for(ALICE, "key-2"), booking_id_for("", "")}) == 4
    assert made.startswith("bk_")
    assert len(made) == 29
