"""Guest details in the table: an item of their own beside the booking's, in no index and in no booking's transaction.

They move no room and no money, so their writes have no condition on the booking: the last one stands. A write that
comes just after the booking's end leaves details that can still be erased, and that go with the booking's record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.guest import GuestDetails
from holdfast.storage.base import TableStore
from holdfast.storage.items import Item, booking_key, booking_of, guest_item, guest_key
from holdfast.storage.marshal import put_action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.booking import Booking


class GuestStore(TableStore):
    def details(self, booking_id: str) -> GuestDetails | None:
        key = guest_key(booking_id)
        return _details_of(self.table.get([key]).get(key))

    def details_of(self, booking_ids: Sequence[str]) -> dict[str, GuestDetails]:
        """Those that are stored, by the booking's id; one round trip for each hundred bookings."""
        keys = {guest_key(booking_id): booking_id for booking_id in booking_ids}
        found = self.table.get(list(keys)).items()
        return {keys[key]: msgspec.convert(item, GuestDetails) for key, item in found}

    def booking_and_details(self, booking_id: str) -> tuple[Booking | None, GuestDetails | None]:
        """Both in one round trip."""
        keys = booking_key(booking_id), guest_key(booking_id)
        found = self.table.get(keys)
        booking = found.get(keys[0])
        return booking_of(booking) if booking else None, _details_of(found.get(keys[1]))

    def for_revival(self, booking_id: str, new_id: str) -> tuple[Booking | None, GuestDetails | None, Booking | None]:
        """The booking, its guest's details, and the booking that has revived it, in one round trip."""
        keys = booking_key(booking_id), guest_key(booking_id), booking_key(new_id)
        found = self.table.get(keys)
        before, revived = found.get(keys[0]), found.get(keys[2])
        return (
            booking_of(before) if before else None,
            _details_of(found.get(keys[1])),
            booking_of(revived) if revived else None,
        )

    def put_details(self, details: GuestDetails, booking: Booking) -> None:
        self.table.put(put_action(self.table.name, guest_item(details, booking)))

    def erase_details(self, booking_id: str) -> None:
        self.table.delete(guest_key(booking_id))


def _details_of(item: Item | None) -> GuestDetails | None:
    return msgspec.convert(item, GuestDetails) if item else None
