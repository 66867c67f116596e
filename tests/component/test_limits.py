"""What one user may do how often: hold rooms, let them go again, begin top-ups, and try promo codes."""

from datetime import date
from typing import Any

import pytest

from holdfast.model.limits import (
    ABANDONED_ROOM_DECAY_MS,
    MAX_ABANDONED_ROOMS,
    MAX_LIVE_HOLDS,
    MAX_PROMO_ATTEMPTS,
    PROMO_ATTEMPT_DECAY_MS,
)
from holdfast.model.promo import PromoKind
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import promo_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store, WriteConflict
from tests.kit.builders import a_hold, a_promo, context_of, everything, put_hold
from tests.kit.clock import NOW, FakeClock
from tests.kit.front_door import ALICE, BOB, FrontDoor, Reply

SUITES = {"room_type_id": "suite"}


class TestRoomsHeld:
    def test_nine_rooms_over_all_holds_and_not_one_more(
        self, front_door: FrontDoor, store: Store, clock: FakeClock
    ) -> None:
        front_door.held(key="a", rooms=5, guests=5)
        clock.advance(100)
        front_door.held(key="b", rooms=4, guests=4, check_in="2026-12-13", check_out="2026-12-14")
        before = everything(store)

        reply = front_door.hold(key="c", **SUITES)

        assert (reply.status, reply.code) == (429, "too_many_holds")
        # Until the first of them ends.
        assert reply.headers["Retry-After"] == str(reply.body["retry_after_seconds"]) == "500"
        assert everything(store) == before

    def test_a_sixth_hold_waits_until_the_first_one_ends(self, front_door: FrontDoor, clock: FakeClock) -> None:
        for n in range(MAX_LIVE_HOLDS):
            front_door.held(key=f"hold-{n}", check_in=f"2026-12-{10 + n}", check_out=f"2026-12-{11 + n}", guests=1)
            clock.advance(10)

        reply = front_door.hold(key="another", **SUITES)

        assert (reply.status, reply.headers["Retry-After"]) == (429, str(600 - 10 * MAX_LIVE_HOLDS))

    def test_rooms_that_are_paid_for_are_not_held(self, front_door: FrontDoor) -> None:
        front_door.confirm(front_door.held(key="a", rooms=5, guests=5))
        front_door.held(key="b", rooms=4, guests=4, check_in="2026-12-13", check_out="2026-12-14")

        assert front_door.hold(key="c", rooms=2, **SUITES).status == 201

    def test_rooms_past_their_deadline_are_not_held(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held(key="a", rooms=5, guests=5)
        front_door.held(key="b", rooms=4, guests=4, check_in="2026-12-13", check_out="2026-12-14")
        clock.advance(600)

        assert front_door.hold(key="c", rooms=5, guests=5).status == 201

    def test_somebody_elses_rooms_do_not_count(self, front_door: FrontDoor) -> None:
        front_door.held(user=BOB, key="a", rooms=5, guests=5)

        assert front_door.hold(key="b", rooms=5, guests=5, check_in="2026-12-13", check_out="2026-12-14").status == 201

    def test_of_two_holds_read_at_once_the_second_must_look_again(self, store: Store, hotel: CatalogStore) -> None:
        other_nights: dict[str, Any] = {
            "check_in": date(2026, 12, 13),
            "check_out": date(2026, 12, 14),
            "night_prices": (500_000,),
        }
        put_hold(store, a_hold("bk_0"))
        second = a_hold("bk_2", rooms=4, guests=4)
        seen = context_of(store, second)
        put_hold(store, a_hold("bk_1", rooms=5, guests=5, **other_nights))

        with pytest.raises(WriteConflict) as lost:
            store.commit(None, second, now=NOW, context=seen)

        assert lost.value.kinds == {"wallet"}
        assert store.account(second.user_id).held_rooms == {"bk_0": 1, "bk_1": 5}


class TestLettingGo:
    def test_a_loop_of_holds_and_cancels_has_to_wait(self, front_door: FrontDoor, clock: FakeClock) -> None:
        for n in range(MAX_ABANDONED_ROOMS):
            assert front_door.cancel(front_door.held(key=f"key-{n}")).status == 200

        reply = front_door.hold(key="once-more")

        assert (reply.status, reply.code) == (429, "too_many_holds")
        assert int(reply.headers["Retry-After"]) == ABANDONED_ROOM_DECAY_MS // 1000
        assert front_door.hold(key="key-0").status == 200, "a replay is answered all the same"
        clock.advance(ABANDONED_ROOM_DECAY_MS / 1000)
        assert front_door.cancel(front_door.held(key="once-more")).status == 200
        assert front_door.hold(key="and-again").code == "too_many_holds"

    def test_holds_left_to_expire_count_as_well(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        for n in range(5):
            front_door.held(key=f"key-{n}")
        clock.advance(600)

        front_door.held(key="next")

        assert store.account(ALICE).abandoned_rooms == 5

    def test_all_the_rooms_of_a_hold_count(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        front_door.cancel(front_door.held(key="dropped", rooms=4, guests=4))
        assert store.account(ALICE).abandoned_rooms == 4
        front_door.held(key="left", rooms=5, guests=5)
        clock.advance(600)

        front_door.held(key="next")

        assert store.account(ALICE).abandoned_rooms == 9

    def test_nine_rooms_held_again_whenever_they_expire_come_to_an_end(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        """Nine rooms a round and a third of one forgotten: 44 after five rounds, 53 and too many after six."""
        other_nights = {"check_in": "2026-12-13", "check_out": "2026-12-14"}
        for round_ in range(6):
            front_door.held(key=f"five-{round_}", rooms=5, guests=5)
            front_door.held(key=f"four-{round_}", rooms=4, guests=4, **other_nights)
            clock.advance(600)

        reply = front_door.hold(key="again", rooms=5, guests=5)

        assert (reply.status, reply.code) == (429, "too_many_holds")
        clock.advance(int(reply.headers["Retry-After"]) - 1)
        assert front_door.hold(key="again", rooms=5, guests=5).status == 429
        clock.advance(1)
        assert front_door.hold(key="again", rooms=5, guests=5).status == 201

    def test_five_rooms_held_for_almost_a_minute_and_cancelled_come_to_an_end(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        for round_ in range(10):
            booking_id = front_door.held(key=f"key-{round_}", rooms=5, guests=5)
            clock.advance(59)
            assert front_door.cancel(booking_id).status == 200

        assert front_door.hold(key="again", rooms=5, guests=5).code == "too_many_holds"

    def test_a_guest_who_cannot_decide_never_meets_it(self, front_door: FrontDoor, clock: FakeClock) -> None:
        """Two rooms held and dropped each hour, half of them by letting the time run out, for two days."""
        for hour in range(48):
            booking_id = front_door.held(key=f"key-{hour}", rooms=2)
            clock.advance(300)
            if hour % 2:
                front_door.cancel(booking_id)
            clock.advance(3300)

    def test_holds_that_are_paid_for_never_count(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        for n in range(6):
            night = {"check_in": f"2026-12-{n + 1:02d}", "check_out": f"2026-12-{n + 2:02d}"}
            front_door.confirm(front_door.held(key=f"key-{n}", **night))
        clock.advance(600)

        front_door.held(key="next")

        assert store.account(ALICE).abandoned_rooms == 0


class TestPromoCodes:
    def quote(self, front_door: FrontDoor, booking_id: str, code: str) -> Reply:
        return front_door.call("GET /bookings/{booking_id}/pricing", query={"promo_code": code}, booking_id=booking_id)

    def test_a_quote_shows_of_no_code_that_it_exists(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        promos = (
            a_promo("ENDED", ends_at_ms=1),
            a_promo("SOON", starts_at_ms=2**42),
            a_promo("GONE", usage_limit=3, claimed=3),
            a_promo("MINE", per_user_limit=0),
            a_promo("MUCH", min_amount=2**40),
            a_promo("MUCH-GONE", min_amount=2**40, usage_limit=3, claimed=3),
            a_promo("KRONOR", kind=PromoKind.FLAT, amount=100, currency="SEK"),
            a_promo("CAPPED", currency="SEK", max_discount=100),
        )
        for promo in promos:
            store.table.put(put_action(store.table.name, promo_item(promo)))

        answers = [self.quote(front_door, booking_id, code) for code in ("NEVER", *(promo.code for promo in promos))]

        assert {(reply.status, reply.code, reply.body["detail"]) for reply in answers} == {
            (422, "promo_invalid", answers[0].body["detail"])
        }
        assert store.account(ALICE).promo_attempts == len(answers)

    def test_after_too_many_wrong_codes_the_right_one_is_refused_too(
        self, front_door: FrontDoor, store: Store, clock: FakeClock
    ) -> None:
        booking_id = front_door.held()
        store.table.put(put_action(store.table.name, promo_item(a_promo())))
        for n in range(MAX_PROMO_ATTEMPTS):
            assert self.quote(front_door, booking_id, f"GUESS{n}").status == 422
        before = everything(store)

        for reply in (
            self.quote(front_door, booking_id, "TEN"),
            self.quote(front_door, booking_id, "GUESS"),
            front_door.start(booking_id, promo_code="TEN"),
            front_door.pay(booking_id, 1_417_500, promo_code="TEN"),
        ):
            assert (reply.status, reply.code) == (429, "too_many_tries")
            assert reply.headers["Retry-After"] == str(PROMO_ATTEMPT_DECAY_MS // 1000)
        assert everything(store) == before
        clock.advance(PROMO_ATTEMPT_DECAY_MS / 1000)
        assert self.quote(front_door, booking_id, "TEN").status == 200

    def test_a_right_code_is_never_counted(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        store.table.put(put_action(store.table.name, promo_item(a_promo())))

        for _ in range(MAX_PROMO_ATTEMPTS + 1):
            assert self.quote(front_door, booking_id, "TEN").status == 200
        assert store.account(ALICE).promo_attempts == 0

    def test_wrong_codes_at_payment_count_with_the_others(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        for n in range(MAX_PROMO_ATTEMPTS):
            assert front_door.start(booking_id, promo_code=f"GUESS{n}").code == "promo_invalid"

        assert self.quote(front_door, booking_id, "TEN").code == "too_many_tries"

    def test_the_code_that_a_payment_was_started_with_goes_on_being_quoted(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        booking_id = front_door.held()
        store.table.put(put_action(store.table.name, promo_item(a_promo())))
        assert front_door.start(booking_id, promo_code="TEN").status == 200
        for n in range(MAX_PROMO_ATTEMPTS):
            self.quote(front_door, booking_id, f"GUESS{n}")

        assert self.quote(front_door, booking_id, "TEN").status == 200
        assert front_door.start(booking_id, promo_code="TEN").status == 200

    def test_two_wrong_codes_at_once_both_count(self, store: Store, hotel: CatalogStore, clock: FakeClock) -> None:
        put_hold(store, a_hold())
        seen = store.account(a_hold().user_id)
        store.count_promo_attempt(seen, clock())

        with pytest.raises(WriteConflict):
            store.count_promo_attempt(seen, clock())
        store.count_promo_attempt(store.account(seen.user_id), clock())

        assert store.account(seen.user_id).promo_attempts == 2
