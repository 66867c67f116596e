"""Changing a booking: the write that wins, and the write that must lose and change nothing."""

from datetime import datetime, timedelta

import msgspec
import pytest

from holdfast.model.booking import Booking, Payment, Status
from holdfast.model.dates import millis
from holdfast.storage.items import (
    booking_key,
)
from holdfast.storage.store import Store, WriteConflict
from tests.kit.builders import (
    BOB,
    DEADLINE,
    JUST_BEFORE,
    a_hold,
    context_of,
    free,
    put_hold,
)
from tests.kit.clock import NOW
from tests.unit.storage.store_writes import confirmed, delete, loses, pending

pytestmark = pytest.mark.usefixtures("hotel")


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

    def test_a_change_does_not_restore_a_deleted_booking(self, store: Store) -> None:
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
    def test_until_a_millisecond_before_the_deadline_a_hold_can_change(
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

    def test_what_the_gateway_answered_is_kept_at_any_time(self, store: Store) -> None:
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

    def test_a_late_payment_confirms_only_from_the_deadline_on(self, store: Store) -> None:
        held = put_hold(store, a_hold())

        early = loses(lambda: store.commit(held, confirmed(held), now=JUST_BEFORE, late=True), store)
        store.commit(held, confirmed(held, DEADLINE), now=DEADLINE, late=True, context=context_of(store, held))

        assert early.kinds == {"booking"}
        assert store.bookings(["bk_1"])[0].status is Status.CONFIRMED
        assert free(store)[10] == 4

    def test_a_late_payment_confirms_an_expired_booking_only_while_its_rooms_are_free(self, store: Store) -> None:
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
