"""Holds that TTL deleted, on every DynamoDB."""

from datetime import timedelta

import msgspec
import pytest

from holdfast.bookings.expire import restore
from holdfast.engine import Engine
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.limits import EXPIRED_HOLD_DAYS, TTL_GRACE_SECONDS
from holdfast.storage.items import booking_key
from holdfast.storage.store import Store
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.guests import DEADLINE, stored
from tests.store.contract.bookings import a_hold, claim_by_payment, context_of, delete, expired, free, reserved

pytestmark = pytest.mark.usefixtures("catalog")


def test_ttl_comes_an_hour_after_the_deadline_and_moves_when_the_hold_ends(store: Store) -> None:
    booking = reserved(store)
    key = booking_key(booking.booking_id)
    assert store.table.get([key])[key]["ttl"] == int(DEADLINE.timestamp()) + TTL_GRACE_SECONDS
    store.commit(booking, expired(booking), now=DEADLINE)
    assert store.table.get([key])[key]["ttl"] == int(DEADLINE.timestamp()) + EXPIRED_HOLD_DAYS * 86_400


def test_a_hold_that_ttl_deleted_is_written_back_expired_and_its_rooms_are_free(store: Store) -> None:
    booking = claim_nothing_and_delete(store)
    clock = FakeClock(DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS))
    assert restore(booking, engine=Engine(store, {}, clock))
    assert not restore(booking, engine=Engine(store, {}, clock))
    back = stored(store, booking)
    assert (back.status, back.history[-1].by, back.version) == (Status.EXPIRED, "ttl", 2)
    assert free(store) == [5, 5, 5]
    assert broken_in(store, clock()) == []


def test_a_key_used_again_before_the_deletion_arrived_keeps_its_new_hold(store: Store) -> None:
    booking = claim_nothing_and_delete(store)
    at = DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS)
    again = reserved(store, at=at)
    clock = FakeClock(at)
    assert restore(booking, engine=Engine(store, {}, clock))
    assert not restore(booking, engine=Engine(store, {}, clock))
    assert stored(store, booking) == again
    beside = store.booking(f"{booking.booking_id}.{booking.reserved_at_ms}")
    assert beside is not None
    assert beside.status is Status.EXPIRED
    assert free(store) == [4, 4, 4]
    assert broken_in(store, at) == []


@pytest.mark.usefixtures("promo")
def test_a_deleted_hold_returns_its_promo_use(store: Store) -> None:
    booking = claim_by_payment(store, reserved(store))
    delete(store, booking)
    clock = FakeClock(DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS))
    assert restore(booking, engine=Engine(store, {}, clock))
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.promo.claimed == 0
    assert broken_in(store, clock()) == []


@pytest.mark.parametrize("status", [status for status in Status if status not in HOLDING])
def test_an_ended_booking_that_ttl_deletes_stays_deleted(store: Store, status: Status) -> None:
    """The end of its retention: there is nothing to give back."""
    booking = msgspec.structs.replace(a_hold(), status=status)
    assert not restore(booking, engine=Engine(store, {}, FakeClock(DEADLINE)))
    assert store.booking(booking.booking_id) is None
    assert free(store) == [5, 5, 5]


def claim_nothing_and_delete(store: Store) -> Booking:
    booking = reserved(store)
    delete(store, booking)
    return booking
