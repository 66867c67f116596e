"""Every condition of the store: the write that wins, and the write that must lose and change nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from holdfast.errors import Busy
from holdfast.model.account import Account, LedgerEntry, OrphanPayment, TopUp, TopUpStatus
from holdfast.model.booking import Booking, FrozenQuote, GatewayTask, Payment, PaymentMode, Status, TaskAction
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_LIVE_HOLDS, MAX_PENDING_TOPUPS
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import (
    account_item,
    account_key,
    booking_key,
    entry_item,
    entry_key,
    page_key,
    promo_key,
    redemption_key,
)
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.store import Store, WriteConflict
from holdfast.storage.table import Table
from holdfast.storage.transaction import ABANDONED, HELD
from tests.kit.builders import (
    ALICE,
    BOB,
    DEADLINE,
    JUST_BEFORE,
    a_hold,
    a_promo,
    context_of,
    everything,
    free,
    put_hold,
)
from tests.kit.clock import NOW
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store, server_error, throttled
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS

pytestmark = pytest.mark.usefixtures("hotel")


def loses(write: Callable[[], object], store: Store) -> WriteConflict:
    """The refusal of a write that must lose; whatever it would have changed stands as it stood."""
    before = everything(store)
    with pytest.raises(WriteConflict) as lost:
        write()
    assert everything(store) == before
    return lost.value


def change(store: Store, key: tuple[str, str], update: str, values: dict[str, Any] | None = None, **names: str) -> None:
    """Changes one item behind the store's back."""
    action = update_action(store.table.name, key, update, "attribute_exists(pk)", values or {}, names_of(names))
    store.table.transact([action])


def names_of(names: dict[str, str]) -> dict[str, str]:
    return {f"#{name}": value for name, value in names.items()}


def delete(store: Store, key: tuple[str, str]) -> None:
    store.table.client.delete_item(TableName=store.table.name, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})


def confirmed(held: Booking, now: datetime = JUST_BEFORE, *, wallet: int = 0, promo: str | None = None) -> Booking:
    fixed = FrozenQuote(promo_code=promo, gst_amount=75_000, total_payable=1_575_000, wallet_applied=wallet)
    return held.transitioned(
        Status.CONFIRMED, now, "guest", quote=fixed, payment_mode=PaymentMode.WALLET_ONLY, wallet_paid=wallet
    )


def pending(held: Booking, now: datetime = NOW, promo: str | None = None) -> Booking:
    fixed = FrozenQuote(promo_code=promo, gst_amount=75_000, total_payable=1_575_000)
    return held.transitioned(Status.PAYMENT_PENDING, now, "guest", quote=fixed)


def give(store: Store, amount: int, key: str = "gift", user_id: str = ALICE) -> LedgerEntry:
    account = store.account(user_id)
    entry = LedgerEntry(
        user_id=user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="gift",
        actor="admin root",
        at_ms=millis(NOW),
    )
    store.credit(account, entry, key)
    return entry


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


class TestPage:
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

    def test_a_page_that_does_not_exist_cannot_be_held(self, store: Store) -> None:
        delete(store, page_key("deluxe", "2026-12"))

        assert loses(lambda: put_hold(store, a_hold()), store).kinds == {"page"}

    def test_a_page_whose_prices_or_rules_changed_since_it_was_read_is_not_held(self, store: Store) -> None:
        context = context_of(store, a_hold())
        change(store, page_key("deluxe", "2026-12"), "SET revision = :next", {":next": 2})

        assert loses(lambda: store.commit(None, a_hold(), now=NOW, context=context), store).kinds == {"page"}
        assert put_hold(store, a_hold()).version == 1

    def test_another_hold_on_the_page_meanwhile_is_no_change_of_its_rules(self, store: Store) -> None:
        context = context_of(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB))

        store.commit(None, a_hold(), now=NOW, context=context)

        assert free(store)[10] == 3

    def test_rooms_cannot_come_back_to_a_page_that_is_gone(self, store: Store) -> None:
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
    def test_holds_counted_from_an_account_that_moved_since_are_not_added_to(
        self, store: Store, change_between: str
    ) -> None:
        """What a user holds and has let go is summed by the reader, so it must still be what was read."""
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


class TestBookingIsAsRead:
    @pytest.mark.parametrize("status", [Status.CONFIRMED, Status.CANCELLED, Status.PAYMENT_PENDING])
    def test_a_change_of_a_booking_that_was_changed_since_loses(self, store: Store, status: Status) -> None:
        held = put_hold(store, a_hold())
        started = store.commit(held, pending(held), now=NOW)

        lost = loses(lambda: store.commit(held, held.transitioned(status, NOW, "guest"), now=NOW), store)

        assert "booking" in lost.kinds
        assert lost.current == started

    def test_a_change_of_what_was_just_read_wins(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        store.commit(held, pending(held), now=NOW)
        read = store.booking("bk_1")
        assert read

        store.commit(read, confirmed(read), now=JUST_BEFORE, context=context_of(store, read))

        assert [event.status for event in store.bookings(["bk_1"])[0].history] == [
            "reserved",
            "payment_pending",
            "confirmed",
        ]

    def test_the_same_version_by_another_writer_is_not_as_read(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        store.commit(held, pending(held), now=NOW)
        stranger = msgspec.structs.replace(pending(held), write_id="never-written")

        assert "booking" in loses(lambda: store.commit(stranger, confirmed(stranger), now=NOW), store).kinds

    def test_a_confirmed_booking_changes_only_as_read(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        paid = store.commit(held, confirmed(held), now=JUST_BEFORE, context=context_of(store, held))
        one = msgspec.structs.replace(paid, version=3)
        other = msgspec.structs.replace(paid, version=4)

        won = store.commit(paid, one, now=DEADLINE)
        lost = loses(lambda: store.commit(paid, other, now=DEADLINE), store)

        assert lost.current == won

    def test_a_booking_that_was_deleted_does_not_come_back_by_a_change(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        delete(store, booking_key("bk_1"))

        lost = loses(lambda: store.commit(held, pending(held), now=NOW), store)

        assert lost.current is None


class TestClock:
    """reserved_at ---------- held ----------> expires_at ---------- due ---------->."""

    LIVE_MOVES = (Status.PAYMENT_PENDING, Status.CONFIRMED, Status.CANCELLED)

    def transitioned(self, held: Booking, status: Status, now: datetime) -> Booking:
        return pending(held, now) if status is Status.PAYMENT_PENDING else held.transitioned(status, now, "guest")

    @pytest.mark.parametrize("status", LIVE_MOVES)
    @pytest.mark.parametrize("held_status", [Status.RESERVED, Status.PAYMENT_PENDING])
    def test_until_a_millisecond_before_the_deadline_a_hold_can_be_moved(
        self, store: Store, status: Status, held_status: Status
    ) -> None:
        held = put_hold(store, a_hold(status=held_status))

        store.commit(
            held, self.transitioned(held, status, JUST_BEFORE), now=JUST_BEFORE, context=context_of(store, held)
        )

        assert store.bookings(["bk_1"])[0].status is status

    @pytest.mark.parametrize("status", LIVE_MOVES)
    @pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1), timedelta(days=1)])
    @pytest.mark.parametrize("held_status", [Status.RESERVED, Status.PAYMENT_PENDING])
    def test_from_the_deadline_on_it_cannot(
        self, store: Store, status: Status, late: timedelta, held_status: Status
    ) -> None:
        held = put_hold(store, a_hold(status=held_status))
        now = DEADLINE + late

        lost = loses(lambda: store.commit(held, self.transitioned(held, status, now), now=now), store)

        assert "booking" in lost.kinds

    def test_a_new_order_for_the_same_quote_is_a_move_too(self, store: Store) -> None:
        held = put_hold(store, pending(a_hold()))
        order = Payment(gateway="stripe", order_id="pi_2", amount=1_575_000)

        def reopened(now: datetime) -> Booking:
            return store.commit(held, held.transitioned(held.status, now, "guest", payment=order), now=now)

        lost = loses(lambda: reopened(DEADLINE), store)
        reopened(JUST_BEFORE)

        assert lost.kinds == {"booking"}

    def test_what_the_gateway_told_is_kept_whatever_the_clock_says(self, store: Store) -> None:
        order = Payment(gateway="stripe", order_id="pi_1", amount=1_575_000)
        held = put_hold(store, msgspec.structs.replace(pending(a_hold()), payment=order))
        voided = msgspec.structs.replace(order, voided=True)

        store.commit(held, held.transitioned(held.status, DEADLINE, "settle", payment=voided), now=DEADLINE)

        assert store.bookings(["bk_1"])[0].payment == voided

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1), timedelta(days=1)])
    def test_from_the_deadline_on_it_expires(self, store: Store, late: timedelta) -> None:
        held = put_hold(store, a_hold())
        now = DEADLINE + late

        store.commit(held, held.transitioned(Status.EXPIRED, now, "expire"), now=now)

        assert store.bookings(["bk_1"])[0].status is Status.EXPIRED
        assert set(free(store).values()) == {5}

    @pytest.mark.parametrize("now", [NOW, JUST_BEFORE])
    def test_before_the_deadline_it_does_not_expire(self, store: Store, now: datetime) -> None:
        held = put_hold(store, a_hold())

        lost = loses(lambda: store.commit(held, held.transitioned(Status.EXPIRED, now, "expire"), now=now), store)

        assert lost.kinds == {"booking"}

    def test_a_rescue_is_only_from_the_deadline_on(self, store: Store) -> None:
        held = put_hold(store, a_hold())

        early = loses(lambda: store.commit(held, confirmed(held), now=JUST_BEFORE, late=True), store)
        store.commit(held, confirmed(held, DEADLINE), now=DEADLINE, late=True, context=context_of(store, held))

        assert early.kinds == {"booking"}
        assert store.bookings(["bk_1"])[0].status is Status.CONFIRMED
        assert free(store)[10] == 4

    def test_an_expired_booking_is_rescued_only_while_its_rooms_are_free(self, store: Store) -> None:
        held = put_hold(store, a_hold(rooms=5))
        expired = store.commit(held, held.transitioned(Status.EXPIRED, DEADLINE, "expire"), now=DEADLINE)
        others = put_hold(store, a_hold("bk_2", BOB, expires_at_ms=millis(DEADLINE) + 600_000))

        def late() -> Booking:
            return store.commit(expired, confirmed(expired, DEADLINE), now=DEADLINE, late=True)

        assert loses(late, store).kinds == {"page"}
        store.commit(others, others.transitioned(Status.CANCELLED, DEADLINE, "guest"), now=DEADLINE)
        late()
        assert free(store)[10] == 0

    def test_of_finalize_and_expiry_at_the_same_instant_one_wins(self, store: Store) -> None:
        for instant, winner in ((JUST_BEFORE, Status.CONFIRMED), (DEADLINE, Status.EXPIRED)):
            held = put_hold(store, a_hold(f"bk_{winner}"))
            won = []
            for move in (Status.CONFIRMED, Status.EXPIRED):
                try:
                    won.append(store.commit(held, held.transitioned(move, instant, "test"), now=instant).status)
                except WriteConflict:
                    continue
            assert won == [winner]


class TestWallet:
    def paid_hold(self, store: Store) -> Booking:
        give(store, 2_000_000)
        return put_hold(store, a_hold())

    def test_a_payment_moves_balance_seq_and_ledger_together(self, store: Store) -> None:
        held = self.paid_hold(store)

        store.commit(held, confirmed(held, wallet=1_575_000), now=JUST_BEFORE, context=context_of(store, held))

        account = store.account(ALICE)
        assert (account.balance, account.seq, account.live_holds) == (425_000, 2, {})
        newest, first = store.entries(ALICE, None)[0]
        assert (newest.amount, newest.balance_after, newest.booking_id) == (-1_575_000, 425_000, "bk_1")
        assert (first.amount, first.balance_after, first.booking_id) == (2_000_000, 2_000_000, None)

    def test_a_balance_that_moved_since_it_was_read_is_not_paid_from(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        change(store, account_key(ALICE), "SET balance = :less", {":less": 1_999_999})

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_the_same_balance_after_two_other_entries_is_not_as_read(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        change(store, account_key(ALICE), "SET seq = :later", {":later": 3})

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_an_entry_is_never_written_over(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        planted = LedgerEntry(
            user_id=ALICE, seq=2, amount=1, balance_after=1, reason="planted", actor="test", at_ms=millis(NOW)
        )
        store.table.put(put_action(store.table.name, entry_item(planted)))

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_of_two_bookings_paid_from_one_reading_of_the_wallet_one_loses(self, store: Store) -> None:
        give(store, 2_000_000)
        one, other = put_hold(store, a_hold()), put_hold(store, a_hold("bk_2"))
        context = context_of(store, one)

        store.commit(one, confirmed(one, wallet=1_575_000), now=JUST_BEFORE, context=context)
        second = confirmed(other, wallet=1_575_000)

        assert loses(lambda: store.commit(other, second, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}


class TestPromo:
    def start(self, store: Store, held: Booking, code: str | None = "TEN") -> Booking:
        return store.commit(held, pending(held, promo=code), now=NOW, context=context_of(store, held, code))

    def claims(self, store: Store, user_id: str = ALICE, code: str = "TEN") -> tuple[int, set[str]]:
        context = store.booking_context("none", user_id, promo_code=code)
        assert context.promo
        assert context.redemption
        return context.promo.claimed, set(context.redemption.bookings)

    def test_a_start_claims_one_use_for_the_booking(self, store: Store, hotel: CatalogStore) -> None:
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

    def test_a_users_first_two_claims_at_once_do_not_write_over_each_other(
        self, store: Store, hotel: CatalogStore
    ) -> None:
        hotel.add_promo(a_promo())
        first, second = put_hold(store, a_hold()), put_hold(store, a_hold("bk_2"))
        context = context_of(store, second, "TEN")
        self.start(store, first)

        assert loses(
            lambda: store.commit(second, pending(second, promo="TEN"), now=NOW, context=context), store
        ).kinds == {"promo"}

    def test_a_booking_claims_a_code_once(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        self.start(store, put_hold(store, a_hold("bk_2")))
        held = put_hold(store, a_hold())
        change(store, redemption_key("TEN", ALICE), "SET bookings.#id = :one", {":one": 1}, id="bk_1")

        assert loses(lambda: self.start(store, held), store).kinds == {"promo"}

    def test_a_promo_that_was_deleted_cannot_be_claimed(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        held = put_hold(store, a_hold())
        context = context_of(store, held, "TEN")
        delete(store, promo_key("TEN"))

        assert loses(lambda: store.commit(held, pending(held, promo="TEN"), now=NOW, context=context), store).kinds == {
            "promo"
        }

    @pytest.mark.parametrize(("status", "now"), [(Status.EXPIRED, DEADLINE), (Status.CANCELLED, JUST_BEFORE)])
    def test_a_hold_that_ends_gives_its_use_back(
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

    def test_another_code_gives_the_old_one_back(self, store: Store, hotel: CatalogStore) -> None:
        hotel.add_promo(a_promo())
        hotel.add_promo(a_promo("OTHER"))
        started = self.start(store, put_hold(store, a_hold()))

        self.start(store, started, "OTHER")

        assert self.claims(store) == (0, set())
        assert self.claims(store, code="OTHER") == (1, {"bk_1"})

    def test_a_use_that_is_not_there_cannot_be_given_back(self, store: Store, hotel: CatalogStore) -> None:
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


class TestDeletedHold:
    def test_a_hold_that_ttl_deleted_is_written_back_expired_and_its_rooms_return(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        delete(store, booking_key("bk_1"))
        expired = held.transitioned(Status.EXPIRED, DEADLINE, "ttl")

        store.commit(held, expired, now=DEADLINE, deleted=True)

        assert store.bookings(["bk_1"])[0].status is Status.EXPIRED
        assert free(store)[10] == 5

    def test_what_stands_under_its_id_is_not_written_over(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        expired = held.transitioned(Status.EXPIRED, DEADLINE, "ttl")

        lost = loses(lambda: store.commit(held, expired, now=DEADLINE, deleted=True), store)

        assert lost.kinds == {"booking"}
        assert lost.current == held


class TestLostAnswer:
    """The write took effect and its answer never came: the repeat meets its own earlier commit."""

    def test_a_transaction_of_our_own_reads_as_success_and_happened_once(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        held = put_hold(troubled, a_hold())

        assert store.booking("bk_1") == held
        assert free(store)[10] == 4
        sent = client.named("transact_write_items")
        assert len(sent) == 2
        assert sent[0] == sent[1]  # the same bytes and the same token

    def test_a_put_of_our_own_reads_as_success(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.after("put_item", LOST_ANSWER)

        started = troubled.commit(held, pending(held), now=NOW)

        assert store.booking("bk_1") == started
        assert len(client.named("put_item")) == 2

    def test_a_payment_of_our_own_is_taken_once(self, store: Store) -> None:
        give(store, 2_000_000)
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER, server_error())

        troubled.commit(held, confirmed(held, wallet=1_575_000), now=JUST_BEFORE, context=context_of(store, held))

        assert store.account(ALICE).balance == 425_000
        assert len(store.entries(ALICE, None)[0]) == 2

    def test_an_answer_lost_before_it_was_applied_is_sent_again(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", LOST_ANSWER)

        put_hold(troubled, a_hold())

        assert free(store)[10] == 4

    def test_another_writer_between_our_commit_and_its_repeat_is_not_taken_for_us(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)

        def cancelled_meanwhile() -> None:
            held = store.bookings(["bk_1"])[0]
            store.commit(held, held.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
            raise LOST_ANSWER

        client.after("transact_write_items", cancelled_meanwhile)

        with pytest.raises(WriteConflict) as lost:
            put_hold(troubled, a_hold())

        assert lost.value.current is not None
        assert lost.value.current.status is Status.CANCELLED
        assert free(store)[10] == 5


class TestCredit:
    def test_a_credit_makes_the_account_or_adds_to_it(self, store: Store) -> None:
        give(store, 500, "one")
        give(store, 700, "two")

        assert (store.account(ALICE).balance, store.account(ALICE).seq) == (1200, 2)
        assert [entry.balance_after for entry in store.entries(ALICE, None)[0]] == [1200, 500]

    def test_a_key_that_was_used_credits_nothing(self, store: Store) -> None:
        first = give(store, 500)

        loses(lambda: give(store, 500), store)

        assert store.credited(ALICE, "gift") == first
        assert store.credited(ALICE, "other") is None

    def test_whose_answer_was_lost_is_given_once_and_is_no_refusal(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        give(troubled, 500)

        assert (store.account(ALICE).balance, len(store.entries(ALICE, None)[0])) == (500, 1)

    def test_the_same_key_for_another_user_is_another_credit(self, store: Store) -> None:
        give(store, 500)
        give(store, 500, user_id=BOB)

        assert (store.account(ALICE).balance, store.account(BOB).balance) == (500, 500)

    @pytest.mark.parametrize("moved", ["balance", "seq"])
    def test_a_wallet_that_moved_since_it_was_read_is_not_credited(self, store: Store, moved: str) -> None:
        give(store, 500, "first")
        account = store.account(ALICE)
        entry = LedgerEntry(
            user_id=ALICE, seq=2, amount=1, balance_after=501, reason="late", actor="admin root", at_ms=millis(NOW)
        )
        change(store, account_key(ALICE), "SET #moved = :other", {":other": 77}, moved=moved)

        loses(lambda: store.credit(account, entry, "second"), store)

    def test_an_account_made_meanwhile_is_not_written_over(self, store: Store) -> None:
        account = store.account(ALICE)
        put_hold(store, a_hold())
        entry = LedgerEntry(
            user_id=ALICE, seq=1, amount=5, balance_after=5, reason="late", actor="admin root", at_ms=millis(NOW)
        )

        loses(lambda: store.credit(account, entry, "second"), store)

        assert set(store.account(ALICE).live_holds) == {"bk_1"}

    def test_an_entry_is_never_written_over(self, store: Store) -> None:
        fresh = msgspec.structs.replace(store.account(ALICE), balance=0, seq=0)
        store.table.put(put_action(store.table.name, account_item(fresh)))
        planted = LedgerEntry(
            user_id=ALICE, seq=1, amount=9, balance_after=9, reason="x", actor="test", at_ms=millis(NOW)
        )
        store.table.put(put_action(store.table.name, entry_item(planted)))

        loses(lambda: give(store, 500), store)

        assert store.table.get([entry_key(ALICE, 1)])[entry_key(ALICE, 1)]["amount"] == 9


class TestTopUp:
    def topup(self, **changes: Any) -> TopUp:
        fresh = TopUp(
            topup_id="tu_1",
            user_id=ALICE,
            gateway="stripe",
            order_id="pi_1",
            amount=500,
            currency="INR",
            status=TopUpStatus.PENDING,
            created_at_ms=millis(NOW),
            due_at_ms=millis(NOW),
        )
        return msgspec.structs.replace(fresh, **changes)

    def credit(self, store: Store, before: TopUp, account: Account) -> TopUp:
        entry = LedgerEntry(
            user_id=ALICE,
            seq=account.seq + 1,
            amount=500,
            balance_after=account.balance + 500,
            reason="top_up",
            actor="guest",
            at_ms=millis(NOW),
        )
        after = msgspec.structs.replace(before, status=TopUpStatus.CREDITED)
        return store.commit_topup(before, after, account=account, entry=entry)

    def made(self, store: Store, **changes: Any) -> TopUp:
        return store.commit_topup(None, self.topup(**changes), account=store.account(ALICE))

    def test_is_credited_in_one_transaction(self, store: Store) -> None:
        made = self.made(store)
        self.credit(store, made, store.account(ALICE))

        assert store.account(ALICE).balance == 500
        topup = store.topup("tu_1")
        assert topup
        assert topup.status is TopUpStatus.CREDITED

    def test_is_made_once(self, store: Store) -> None:
        self.made(store)

        assert loses(lambda: self.made(store, amount=900), store).kinds == {"topup"}

    def test_is_credited_once(self, store: Store) -> None:
        made = self.made(store)
        self.credit(store, made, store.account(ALICE))

        loses(lambda: self.credit(store, made, store.account(ALICE)), store)

    def test_is_not_credited_to_a_wallet_that_moved_since_it_was_read(self, store: Store) -> None:
        made = self.made(store)
        give(store, 7, "first")
        account = store.account(ALICE)
        give(store, 7, "second")

        loses(lambda: self.credit(store, made, account), store)

    def test_is_not_begun_over_an_account_made_meanwhile(self, store: Store) -> None:
        account = store.account(ALICE)
        give(store, 7)

        loses(lambda: store.commit_topup(None, self.topup(), account=account), store)

    def test_is_one_of_the_pending_until_it_is_credited_or_closed(self, store: Store) -> None:
        """Late money credits a closed one, which counts no more."""
        made, other = self.made(store), self.made(store, topup_id="tu_2")
        assert store.account(ALICE).pending_topups == 2
        self.credit(store, made, store.account(ALICE))
        assert store.account(ALICE).pending_topups == 1
        later = store.commit_topup(other, msgspec.structs.replace(other, attempts=1))
        assert store.account(ALICE).pending_topups == 1
        closed = store.commit_topup(later, msgspec.structs.replace(later, status=TopUpStatus.CLOSED))
        assert store.account(ALICE).pending_topups == 0
        self.credit(store, closed, store.account(ALICE))
        assert (store.account(ALICE).pending_topups, store.account(ALICE).balance) == (0, 1000)

    def test_is_not_begun_when_too_many_were_begun_since_the_account_was_read(self, store: Store) -> None:
        self.made(store)
        account = store.account(ALICE)
        for n in range(1, MAX_PENDING_TOPUPS):
            self.made(store, topup_id=f"tu_more_{n}")

        fresh = self.topup(topup_id="tu_late")
        loses(lambda: store.commit_topup(None, fresh, account=account), store)

    def test_whose_answer_was_lost_is_credited_once(self, store: Store) -> None:
        made = self.made(store)
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        self.credit(troubled, made, store.account(ALICE))

        assert store.account(ALICE).balance == 500

    def test_a_payment_of_nobody_is_put_aside_once(self, store: Store) -> None:
        stray = OrphanPayment(
            gateway="stripe", order_id="pi_9", amount=5, currency="INR", payment_state="authorised", at_ms=millis(NOW)
        )

        assert store.record_orphan(stray)
        before = everything(store)
        assert not store.record_orphan(msgspec.structs.replace(stray, at_ms=millis(DEADLINE)))
        assert everything(store) == before
        assert store.record_orphan(msgspec.structs.replace(stray, payment_state="captured"))
        assert [aside.payment_state for aside in store.orphans()] == ["captured"]


class TestCatalog:
    def test_what_is_there_is_not_added_again(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        assert hotel.add_promo(a_promo())
        before = everything(store)

        assert not hotel.add_property(msgspec.structs.replace(KOLKATA, name="Other"))
        assert not hotel.add_room_type(KOLKATA, msgspec.structs.replace(DELUXE, total_rooms=9), MONTHS)
        assert not hotel.add_promo(a_promo(percent_bp=1))

        assert everything(store) == before


class TestDueIndex:
    def due(self, store: Store, now: datetime) -> list[str]:
        return [
            row.booking_id for kind in ("HOLD", "PAYMENT") for s in store.shards(kind) for row in store.due(s, now)[0]
        ]

    def test_a_hold_is_due_from_its_deadline_and_not_before(self, store: Store) -> None:
        put_hold(store, a_hold())

        assert self.due(store, JUST_BEFORE) == []
        assert self.due(store, DEADLINE) == ["bk_1"]

    def test_a_booking_is_in_the_index_only_while_something_is_due(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        paid = store.commit(held, confirmed(held), now=JUST_BEFORE, context=context_of(store, held))
        late = DEADLINE + timedelta(days=1)
        assert self.due(store, late) == []

        capture = GatewayTask(
            action=TaskAction.CAPTURE,
            gateway="stripe",
            order_id="pi_1",
            amount=1_575_000,
            at_ms=millis(DEADLINE),
            serial=2,
        )
        owing = store.commit(paid, msgspec.structs.replace(paid, tasks=(capture,)), now=JUST_BEFORE)
        assert self.due(store, JUST_BEFORE) == []
        assert self.due(store, DEADLINE) == ["bk_1"]

        store.commit(owing, msgspec.structs.replace(owing, tasks=()), now=DEADLINE)
        assert self.due(store, late) == []

    def test_a_reclaim_asks_one_shard_for_its_room_type(self, store: Store) -> None:
        put_hold(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB, room_type_id="suite"))

        assert [row.booking_id for row in store.due_holds("deluxe", DEADLINE)] == ["bk_1"]
        assert [row.booking_id for row in store.due_holds("suite", DEADLINE)] == ["bk_2"]

    def test_room_types_that_share_a_shard_are_told_apart(self, table: Table) -> None:
        one_shard = Store(table, due_shards=1)
        put_hold(one_shard, a_hold())
        put_hold(one_shard, a_hold("bk_2", BOB, room_type_id="suite"))

        assert [row.booking_id for row in one_shard.due_holds("suite", DEADLINE)] == ["bk_2"]


class TestRetries:
    @pytest.mark.parametrize(
        "trouble",
        [
            throttled(),
            server_error(),
            cancelled("None", "TransactionConflict", "None"),
            cancelled("ThrottlingError", "TransactionConflict", "None"),
            LOST_ANSWER,
        ],
        ids=["throttled", "server error", "conflict", "conflict and throttle", "no answer"],
    )
    def test_contention_is_tried_again_with_growing_jitter(self, store: Store, trouble: BaseException) -> None:
        troubled, client, watch = flaky_store(store)
        client.before("transact_write_items", *[trouble] * 4)

        put_hold(troubled, a_hold())

        assert len(client.named("transact_write_items")) == 5
        assert len({call["ClientRequestToken"] for call in client.named("transact_write_items")}) == 1
        most = [0.005 * 2**n for n in range(4)]
        assert all(0 <= pause <= limit for pause, limit in zip(watch.pauses, most, strict=True))

    def test_contention_that_outlasts_the_time_left_is_busy_and_never_a_refusal(self, store: Store) -> None:
        troubled, client, watch = flaky_store(store, patience_seconds=6)
        client.before("transact_write_items", *[cancelled("None", "TransactionConflict", "None")] * 10_000)

        with pytest.raises(Busy):
            put_hold(troubled, a_hold())

        assert 3 <= watch.at <= 6  # it stops while a call could still end in time
        assert store.booking("bk_1") is None

    def test_no_call_is_begun_without_the_time_to_end_it(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store, patience_seconds=2.9)

        with pytest.raises(Busy):
            troubled.booking("bk_1")

        assert client.calls == []

    def test_a_failed_condition_beside_a_conflict_is_not_tried_again_blindly(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", cancelled("None", "ConditionalCheckFailed", "TransactionConflict"))

        with pytest.raises(WriteConflict) as lost:
            put_hold(troubled, a_hold())

        assert "page" in lost.value.kinds
        assert len(client.named("transact_write_items")) == 1

    def test_a_decision_that_always_loses_ends_as_busy(self, store: Store) -> None:
        troubled, _, _ = flaky_store(store)

        def always_beaten() -> None:
            raise WriteConflict(["page"], None)

        with pytest.raises(Busy):
            troubled.retry_on_conflict(always_beaten)

    def test_keys_that_dynamodb_left_out_are_asked_for_again(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.leaves_out_keys(troubled.table.name)

        assert troubled.bookings(["bk_1", "bk_2"]) == [held]
        assert len(client.named("batch_get_item")) == 2
