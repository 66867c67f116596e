"""Guest details in the table, on every DynamoDB: an item of their own, in no index, and gone when erased."""

import msgspec
import pytest

from holdfast.model.booking import Booking, Status
from holdfast.model.guest import GuestDetails
from holdfast.storage.guests import GuestStore
from holdfast.storage.items import Item, guest_key
from holdfast.storage.store import Store, WriteConflict
from holdfast.storage.transaction import BookingContext
from tests.kit.builders import everything
from tests.kit.clock import NOW
from tests.store.contract.bookings import a_hold, context_of, reserved

pytestmark = pytest.mark.usefixtures("catalog")

ASHA = GuestDetails(name="Asha Rao", email="asha@example.com", phone="+919876543210", wishes="Quiet\nplease")
RAVI = GuestDetails(name="Ravi", email="ravi@example.com")


def guests(store: Store) -> GuestStore:
    return GuestStore(store.table)


def rows(store: Store, index: str) -> int:
    return int(store.table.client.scan(TableName=store.table.name, IndexName=index)["Count"])


def test_the_last_details_stand_until_they_are_erased(store: Store) -> None:
    booking = reserved(store)
    before = everything(store)
    for details in (ASHA, ASHA, RAVI):
        guests(store).put_details(details, booking)
        assert guests(store).details(booking.booking_id) == details
        assert guests(store).booking_and_details(booking.booking_id) == (booking, details)

    for _ in range(2):
        guests(store).erase_details(booking.booking_id)
        assert guests(store).booking_and_details(booking.booking_id) == (booking, None)
    assert everything(store) == before


def test_they_are_in_no_index_and_go_with_the_bookings_record(store: Store) -> None:
    booking = reserved(store)
    guests(store).put_details(ASHA, booking)

    assert [rows(store, index) for index in ("due", "by_user", "by_property")] == [1, 1, 1]
    key = guest_key(booking.booking_id)
    item: Item = store.table.get([key])[key]
    ended = store.commit(booking, booking.transitioned(booking.status.CANCELLED, NOW, "guest"), now=NOW)
    [record] = [one for one in everything(store) if one["sk"] == "BOOKING"]
    assert item["ttl"] == record["ttl"]
    assert ended.status == "cancelled"


@pytest.mark.parametrize("stored", [True, False])
def test_a_payment_sees_whether_they_are_stored(store: Store, *, stored: bool) -> None:
    booking = reserved(store)
    if stored:
        guests(store).put_details(ASHA, booking)

    seen = store.booking_context(booking.booking_id, booking.user_id, guest=True)
    assert (seen.booking, seen.has_guest) == (booking, stored)
    assert not store.booking_context(booking.booking_id, booking.user_id).has_guest


def resting_on(store: Store, new: Booking, others: dict[str, Booking | None]) -> BookingContext:
    return msgspec.structs.replace(context_of(store, new), unchanged=others)


def revival(old: Booking) -> Booking:
    return msgspec.structs.replace(a_hold(key="again"), revives=old.booking_id)


def test_a_hold_that_is_held_again_begins_with_the_details(store: Store) -> None:
    old = reserved(store)
    guests(store).put_details(ASHA, old)
    new = revival(old)

    held = store.commit(None, new, now=NOW, context=resting_on(store, new, {old.booking_id: old}), guest=ASHA)

    assert guests(store).booking_and_details(new.booking_id) == (held, ASHA)


def test_details_that_were_erased_meanwhile_do_not_come_back(store: Store) -> None:
    new = revival(reserved(store))
    before = everything(store)

    with pytest.raises(WriteConflict) as lost:
        store.commit(None, new, now=NOW, context=context_of(store, new), guest=ASHA)

    assert lost.value.kinds == {"guest"}
    assert everything(store) == before


@pytest.mark.parametrize("there", [True, False])
def test_a_write_that_rests_on_another_booking_asks_whether_it_is_as_it_was_read(store: Store, *, there: bool) -> None:
    old = reserved(store)
    seen = old if there else None
    if there:
        store.commit(old, old.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
    new = revival(old)
    before = everything(store)

    with pytest.raises(WriteConflict) as lost:
        store.commit(None, new, now=NOW, context=resting_on(store, new, {old.booking_id: seen}))

    assert lost.value.kinds == {"other"}
    assert everything(store) == before
