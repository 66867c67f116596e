"""Guest details in the table, on every DynamoDB: an item of their own, in no index, and gone when erased."""

import pytest

from holdfast.model.guest import GuestDetails
from holdfast.storage.guests import GuestStore
from holdfast.storage.items import Item, guest_key
from holdfast.storage.store import Store, WriteConflict
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


def test_a_hold_begins_with_the_details_or_not_at_all(store: Store) -> None:
    booking = a_hold()
    held = store.commit(None, booking, now=NOW, context=context_of(store, booking), guest=ASHA)
    assert guests(store).booking_and_details(booking.booking_id) == (held, ASHA)

    guests(store).erase_details(booking.booking_id)
    with pytest.raises(WriteConflict):
        store.commit(None, booking, now=NOW, context=context_of(store, booking), guest=RAVI)
    assert guests(store).details(booking.booking_id) is None
