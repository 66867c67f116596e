"""Writing a hold: the write that wins, and the write that must lose and change nothing."""

from datetime import date, timedelta

import pytest

from holdfast.model.booking import Status
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_LIVE_HOLDS
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import (
    account_key,
    page_key,
)
from holdfast.storage.store import Store
from holdfast.storage.transaction import ABANDONED, HELD
from tests.kit.builders import (
    ALICE,
    BOB,
    DEADLINE,
    JUST_BEFORE,
    a_hold,
    context_of,
    free,
    put_hold,
)
from tests.kit.clock import NOW
from tests.kit.hotel import change_rates
from tests.unit.storage.store_writes import change, confirmed, delete, give, loses

pytestmark = pytest.mark.usefixtures("hotel")


class TestBookingIsNew:
    def test_a_hold_takes_its_rooms_on_every_night_and_is_counted(self, store: Store) -> None:
        held = put_hold(store, a_hold(rooms=2))

        assert store.booking("bk_1") == held
        assert store.account(ALICE).live_holds == {"bk_1": millis(DEADLINE)}
        assert {day: rooms for day, rooms in free(store).items() if rooms != 5} == {10: 3, 11: 3, 12: 3}

    def test_a_second_booking_of_the_same_id_loses_and_is_shown_the_first(self, store: Store) -> None:
        first = put_hold(store, a_hold())

        lost = loses(lambda: put_hold(store, a_hold(rooms=2)), store)

        assert lost.kinds == {"booking"}
        assert lost.current == first


class TestInventoryMonth:
    @pytest.mark.parametrize("rooms", [1, 5])
    def test_rooms_up_to_all_that_are_free_can_be_held(self, store: Store, rooms: int) -> None:
        put_hold(store, a_hold(rooms=rooms))

        assert free(store)[10] == 5 - rooms

    @pytest.mark.parametrize("short_day", [10, 11, 12])
    def test_one_room_too_few_on_any_night_and_none_is_taken(self, store: Store, short_day: int) -> None:
        change(
            store, page_key("deluxe", "2026-12"), "SET #free.#day = :one", {":one": 1}, free="free", day=str(short_day)
        )

        lost = loses(lambda: put_hold(store, a_hold(rooms=2)), store)

        assert lost.kinds == {"page"}

    def test_one_room_too_few_in_the_second_month_and_none_is_taken_in_the_first(self, store: Store) -> None:
        change(store, page_key("deluxe", "2027-01"), "SET #free.#day = :none", {":none": 0}, free="free", day="1")
        over_new_year = a_hold(check_in=date(2026, 12, 30), check_out=date(2027, 1, 2))

        assert loses(lambda: put_hold(store, over_new_year), store).kinds == {"page"}

    def test_a_stay_over_two_months_takes_from_both(self, store: Store) -> None:
        put_hold(store, a_hold(check_in=date(2026, 12, 30), check_out=date(2027, 1, 2)))

        assert [free(store)[day] for day in (29, 30, 31)] == [5, 4, 4]
        assert [free(store, "2027-01")[day] for day in (1, 2)] == [4, 5]

    def test_a_night_taken_off_sale_cannot_be_held(self, store: Store) -> None:
        change(store, page_key("deluxe", "2026-12"), "REMOVE #free.#day", free="free", day="11")

        assert loses(lambda: put_hold(store, a_hold()), store).kinds == {"page"}

    def test_a_month_without_inventory_cannot_be_held(self, store: Store) -> None:
        delete(store, page_key("deluxe", "2026-12"))

        assert loses(lambda: put_hold(store, a_hold()), store).kinds == {"page"}

    def test_a_month_whose_prices_or_rules_changed_since_it_was_read_is_not_held(self, store: Store) -> None:
        context = context_of(store, a_hold())
        change_rates(store.table, price={10: 1})

        assert loses(lambda: store.commit(None, a_hold(), now=NOW, context=context), store).kinds == {"page"}
        assert put_hold(store, a_hold()).version == 1

    def test_another_hold_in_the_month_meanwhile_is_no_change_of_its_rules(self, store: Store) -> None:
        context = context_of(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB))

        store.commit(None, a_hold(), now=NOW, context=context)

        assert free(store)[10] == 3

    def test_rooms_cannot_be_released_to_a_month_that_is_gone(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        delete(store, page_key("deluxe", "2026-12"))
        expired = held.transitioned(Status.EXPIRED, DEADLINE, "expire")

        assert loses(lambda: store.commit(held, expired, now=DEADLINE), store).kinds == {"page"}


class TestLiveHolds:
    @pytest.fixture(autouse=True)
    def _rooms_to_spare(self, store: Store, hotel: CatalogStore) -> None:
        days = {str(day): 9 for day in range(1, 32)}
        change(store, page_key("deluxe", "2026-12"), "SET #free = :many", {":many": days}, free="free")

    def hold(self, store: Store, count: int) -> None:
        for n in range(count):
            put_hold(store, a_hold(f"bk_{n}"))

    def test_the_fifth_live_hold_wins_and_the_sixth_loses(self, store: Store) -> None:
        self.hold(store, MAX_LIVE_HOLDS)

        lost = loses(lambda: put_hold(store, a_hold("bk_6")), store)

        assert lost.kinds == {"wallet"}
        assert len(store.account(ALICE).live_holds) == MAX_LIVE_HOLDS

    def test_a_hold_past_its_deadline_makes_room_and_is_pruned(self, store: Store) -> None:
        self.hold(store, MAX_LIVE_HOLDS - 1)
        put_hold(store, a_hold("bk_old", expires_at_ms=millis(NOW) + 1))
        later = NOW + timedelta(milliseconds=1)
        fresh = a_hold("bk_new")

        store.commit(None, fresh, now=later, context=context_of(store, fresh))

        assert set(store.account(ALICE).live_holds) == {"bk_0", "bk_1", "bk_2", "bk_3", "bk_new"}

    def test_a_hold_one_millisecond_before_its_deadline_still_counts(self, store: Store) -> None:
        self.hold(store, MAX_LIVE_HOLDS - 1)
        put_hold(store, a_hold("bk_old", expires_at_ms=millis(NOW) + 1))

        assert loses(lambda: put_hold(store, a_hold("bk_new")), store).kinds == {"wallet"}

    def test_a_place_that_another_write_pruned_first_is_not_counted_twice(self, store: Store) -> None:
        self.hold(store, MAX_LIVE_HOLDS - 1)
        put_hold(store, a_hold("bk_old", expires_at_ms=millis(NOW)))
        fresh = a_hold("bk_new")
        context = context_of(store, fresh)  # both read five holds, one of them over
        put_hold(store, a_hold("bk_first"))

        assert loses(lambda: store.commit(None, fresh, now=NOW, context=context), store).kinds == {"wallet"}

    @pytest.mark.parametrize("change_between", [f"SET {HELD}.#moved = :one", f"SET {ABANDONED} = :one"])
    def test_holds_counted_from_an_account_that_changed_since_are_not_added_to(
        self, store: Store, change_between: str
    ) -> None:
        """What a user holds and has let go is sum_of_stripes by the reader, so it must still be what was read."""
        self.hold(store, 1)
        fresh = a_hold("bk_new")
        context = context_of(store, fresh)
        change(
            store,
            account_key(ALICE),
            change_between,
            {":one": 1},
            **({"moved": "bk_other"} if "#moved" in change_between else {}),
        )

        assert loses(lambda: store.commit(None, fresh, now=NOW, context=context), store).kinds == {"wallet"}

    def test_an_account_that_another_write_made_first_is_not_written_over(self, store: Store) -> None:
        context = context_of(store, a_hold())
        give(store, 700)

        assert loses(lambda: store.commit(None, a_hold(), now=NOW, context=context), store).kinds == {"wallet"}
        put_hold(store, a_hold())
        assert store.account(ALICE).balance == 700

    def test_confirming_and_cancelling_take_the_hold_out_and_expiry_leaves_the_account_alone(
        self, store: Store
    ) -> None:
        paid, dropped, left = (put_hold(store, a_hold(f"bk_{n}")) for n in range(3))

        store.commit(paid, confirmed(paid), now=JUST_BEFORE, context=context_of(store, paid))
        store.commit(dropped, dropped.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
        store.commit(left, left.transitioned(Status.EXPIRED, DEADLINE, "expire"), now=DEADLINE)

        assert set(store.account(ALICE).live_holds) == {"bk_2"}

    def test_a_hold_whose_account_is_gone_cannot_be_confirmed(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        delete(store, account_key(ALICE))

        assert loses(lambda: store.commit(held, confirmed(held), now=JUST_BEFORE), store).kinds == {"wallet"}
