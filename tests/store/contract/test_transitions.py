"""Payments, expiry, cancels and late payments of a hold, on every DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from holdfast.model.booking import (
    Status,
)
from holdfast.storage.items import booking_key
from holdfast.storage.store import Store
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW
from tests.kit.guests import DEADLINE, JUST_BEFORE, stored
from tests.store.contract.bookings import (
    a_hold,
    confirmed,
    context_of,
    everything,
    expired,
    free,
    lost,
    pending,
    rescued,
    reserved,
)

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_payment_start_changes_the_booking_alone(store: Store) -> None:
    booking = reserved(store)
    was = everything(store)
    after = store.commit(booking, pending(booking), now=NOW)
    changed = {key for key, item in everything(store).items() if was.get(key) != item}
    assert changed == {booking_key(booking.booking_id)}
    assert store.booking(booking.booking_id) == after


@pytest.mark.parametrize("move", [pending, confirmed, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_a_hold_can_change_until_the_deadline_and_not_at_it(store: Store, move: Any) -> None:
    booking = reserved(store)
    for instant in (DEADLINE, DEADLINE + timedelta(hours=1)):
        refusal = lost(store, booking, move(booking), instant)
        assert refusal.kinds == {"booking"}
        assert refusal.current == booking
    after = store.commit(booking, move(booking), now=JUST_BEFORE)
    assert stored(store, booking) == after
    assert broken_in(store, NOW) == []


def test_a_hold_expires_at_the_deadline_and_not_before(store: Store) -> None:
    booking = reserved(store)
    assert lost(store, booking, expired(booking), JUST_BEFORE).current == booking
    store.commit(booking, expired(booking), now=DEADLINE)
    assert stored(store, booking).status is Status.EXPIRED
    assert free(store) == [5, 5, 5]
    assert broken_in(store, DEADLINE) == []


def test_a_payment_pending_hold_expires_the_same(store: Store) -> None:
    booking = reserved(store)
    booking = store.commit(booking, pending(booking), now=NOW)
    assert lost(store, booking, expired(booking), JUST_BEFORE).kinds == {"booking"}
    store.commit(booking, expired(booking), now=DEADLINE)
    assert free(store) == [5, 5, 5]


def test_expiry_never_touches_the_account(store: Store) -> None:
    booking = reserved(store)
    before = store.account("alice")
    store.commit(booking, expired(booking), now=DEADLINE)
    assert store.account("alice") == before


def test_a_cancel_releases_rooms_and_the_live_hold(store: Store) -> None:
    booking = reserved(store, rooms=2)
    store.commit(
        booking, booking.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW, context=context_of(store, booking)
    )
    assert free(store) == [5, 5, 5]
    assert store.account("alice").live_holds == {}


def test_a_change_of_what_another_write_has_changed_loses_to_it(store: Store) -> None:
    booking = reserved(store)
    newer = store.commit(booking, pending(booking), now=NOW)
    for move in (pending(booking), confirmed(booking), booking.transitioned(Status.CANCELLED, NOW, "guest")):
        refusal = lost(store, booking, move)
        assert refusal.kinds == {"booking"}
        assert refusal.current == newer
    assert lost(store, booking, expired(booking), DEADLINE).current == newer


def test_only_one_of_finalize_and_expire_can_be_written(store: Store) -> None:
    paid, swept = reserved(store, "alice"), reserved(store, "bob")
    now_paid = store.commit(paid, confirmed(paid), now=JUST_BEFORE)
    assert lost(store, paid, expired(paid), DEADLINE).current == now_paid
    now_expired = store.commit(swept, expired(swept), now=DEADLINE)
    assert lost(store, swept, confirmed(swept), JUST_BEFORE).current == now_expired
    assert free(store) == [4, 4, 4]


def test_a_booking_that_is_gone_refuses_every_change(store: Store) -> None:
    """As after TTL's deletion: there is nothing that the condition could have met."""
    booking = a_hold()
    refusal = lost(store, booking, pending(booking))
    assert refusal.kinds == {"booking"}
    assert refusal.current is None
    assert "booking" in lost(store, booking, expired(booking), DEADLINE).kinds


def test_a_late_payment_takes_the_rooms_again_in_one_write(store: Store) -> None:
    booking = reserved(store)
    ended = store.commit(booking, expired(booking), now=DEADLINE)
    after = store.commit(ended, rescued(ended), now=DEADLINE, context=context_of(store, ended), late=True)
    assert stored(store, booking) == after
    assert free(store) == [4, 4, 4]


def test_a_late_payment_finds_no_room_when_others_took_them(store: Store) -> None:
    booking = reserved(store)
    ended = store.commit(booking, expired(booking), now=DEADLINE)
    reserved(store, "bob", rooms=5, at=DEADLINE)
    refusal = lost(store, ended, confirmed(ended), DEADLINE, context=context_of(store, ended), late=True)
    assert refusal.kinds == {"page"}


def test_a_late_payment_of_a_hold_that_no_sweep_has_ended_keeps_its_rooms(store: Store) -> None:
    booking = reserved(store)
    assert lost(store, booking, confirmed(booking), JUST_BEFORE, late=True).kinds == {"booking"}
    store.commit(booking, confirmed(booking), now=DEADLINE, late=True, context=context_of(store, booking))
    assert free(store) == [4, 4, 4]
