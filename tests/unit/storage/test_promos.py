"""Promo limits: the write that wins, and the write that must lose and change nothing."""

from datetime import datetime

import pytest

from holdfast.model.booking import Booking, Status
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import (
    promo_key,
    redemption_key,
)
from holdfast.storage.store import Store
from tests.kit.builders import (
    ALICE,
    BOB,
    DEADLINE,
    JUST_BEFORE,
    a_hold,
    a_promo,
    context_of,
    put_hold,
)
from tests.kit.clock import NOW
from tests.unit.storage.store_writes import change, confirmed, delete, loses, pending

pytestmark = pytest.mark.usefixtures("hotel")


class TestPromo:
    def start(self, store: Store, held: Booking, code: str | None = "TEN") -> Booking:
        return store.commit(held, pending(held, promo=code), now=NOW, context=context_of(store, held, code))

    def claims(self, store: Store, user_id: str = ALICE, code: str = "TEN") -> tuple[int, set[str]]:
        context = store.booking_context("none", user_id, promo_code=code)
        assert context.promo
        assert context.redemption
        return context.promo.claimed, set(context.redemption.bookings)

    def test_a_start_redeems_one_use_for_the_booking(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        self.start(store, put_hold(store, a_hold()))
        self.start(store, put_hold(store, a_hold("bk_2")))

        assert self.claims(store) == (2, {"bk_1", "bk_2"})

    def test_the_last_use_wins_and_the_next_loses(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        first, second = put_hold(store, a_hold()), put_hold(store, a_hold("bk_2", BOB))
        context = context_of(store, second, "TEN")  # both read that one use is left

        self.start(store, first)
        write = pending(second, promo="TEN")

        assert loses(lambda: store.commit(second, write, now=NOW, context=context), store).kinds == {"promo"}
        assert self.claims(store) == (1, {"bk_1"})

    def test_a_users_last_use_wins_and_the_next_loses(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo(per_user_limit=2))
        first, second, third = (put_hold(store, a_hold(f"bk_{n}")) for n in range(3))
        self.start(store, first)
        context = context_of(store, third, "TEN")

        self.start(store, second)
        write = pending(third, promo="TEN")

        assert loses(lambda: store.commit(third, write, now=NOW, context=context), store).kinds == {"promo"}
        assert self.claims(store) == (2, {"bk_0", "bk_1"})
        self.start(store, put_hold(store, a_hold("bk_bob", BOB)))
        assert self.claims(store, BOB) == (3, {"bk_bob"})

    def test_a_users_first_two_redemptions_at_once_do_not_overwrite_each_other(
        self, store: Store, hotel: CatalogStore
    ) -> None:
        hotel.add_promo(a_promo())
        first, second = put_hold(store, a_hold()), put_hold(store, a_hold("bk_2"))
        context = context_of(store, second, "TEN")
        self.start(store, first)

        assert loses(
            lambda: store.commit(second, pending(second, promo="TEN"), now=NOW, context=context), store
        ).kinds == {"promo"}

    def test_a_booking_redeems_a_code_once(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        self.start(store, put_hold(store, a_hold("bk_2")))
        held = put_hold(store, a_hold())
        change(store, redemption_key("TEN", ALICE), "SET bookings.#id = :one", {":one": 1}, id="bk_1")

        assert loses(lambda: self.start(store, held), store).kinds == {"promo"}

    def test_a_deleted_promo_cannot_be_redeemed(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        held = put_hold(store, a_hold())
        context = context_of(store, held, "TEN")
        delete(store, promo_key("TEN"))

        assert loses(lambda: store.commit(held, pending(held, promo="TEN"), now=NOW, context=context), store).kinds == {
            "promo"
        }

    @pytest.mark.parametrize(("status", "now"), [(Status.EXPIRED, DEADLINE), (Status.CANCELLED, JUST_BEFORE)])
    def test_a_hold_that_ends_returns_its_promo_use(
        self, store: Store, hotel: CatalogStore, status: Status, now: datetime
    ) -> None:
        hotel.add_promo(a_promo())
        started = self.start(store, put_hold(store, a_hold()))

        store.commit(started, started.transitioned(status, now, "test"), now=now)

        assert self.claims(store) == (0, set())

    def test_a_confirmed_booking_keeps_its_use(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        started = self.start(store, put_hold(store, a_hold()))

        store.commit(
            started, confirmed(started, promo="TEN"), now=JUST_BEFORE, context=context_of(store, started, "TEN")
        )

        assert self.claims(store) == (1, {"bk_1"})

    def test_another_code_returns_the_old_one(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        hotel.add_promo(a_promo("OTHER"))
        started = self.start(store, put_hold(store, a_hold()))

        self.start(store, started, "OTHER")

        assert self.claims(store) == (0, set())
        assert self.claims(store, code="OTHER") == (1, {"bk_1"})

    def test_a_promo_use_that_does_not_exist_cannot_be_returned(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        started = self.start(store, put_hold(store, a_hold()))
        change(store, redemption_key("TEN", ALICE), "REMOVE bookings.#id", id="bk_1")
        cancel = started.transitioned(Status.CANCELLED, NOW, "guest")

        assert loses(lambda: store.commit(started, cancel, now=NOW), store).kinds == {"promo"}

    def test_a_count_of_uses_never_falls_below_zero(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        started = self.start(store, put_hold(store, a_hold()))
        change(store, promo_key("TEN"), "SET claimed = :none", {":none": 0})
        cancel = started.transitioned(Status.CANCELLED, NOW, "guest")

        assert loses(lambda: store.commit(started, cancel, now=NOW), store).kinds == {"promo"}
