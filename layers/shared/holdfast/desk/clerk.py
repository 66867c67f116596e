"""Who acts at a desk, and at which one: an admin at any property, an owner at their own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import NotFound

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.booking import Booking

NO_SUCH_BOOKING = "There is no booking by that id."


class ClerkRole(StrEnum):
    ADMIN = "admin"
    OWNER = "owner"


class Clerk(msgspec.Struct, frozen=True):
    role: ClerkRole
    user_id: str

    @property
    def actor(self) -> str:
        """The clerk as the history names them: `admin <user id>` or `owner <user id>`."""
        return f"{self.role} {self.user_id}"

    def require_property(self, property_id: str, *, engine: Engine) -> None:
        """Raises NotFound unless the property is one of the clerk's; a missing one is answered alike."""
        is_known = (
            engine.catalog.owns(self.user_id, property_id)
            if self.role is ClerkRole.OWNER
            else engine.catalog.has_property(property_id)
        )
        if not is_known:
            raise NotFound("There is no property by that id.")

    def booking(self, booking_id: str, *, engine: Engine) -> Booking:
        """The booking, if it is at one of the clerk's properties; any other is answered as missing. Raises NotFound."""
        booking = engine.store.booking(booking_id)
        is_own = booking is not None and (
            self.role is ClerkRole.ADMIN or engine.catalog.owns(self.user_id, booking.property_id)
        )
        if booking is None or not is_own:
            raise NotFound(NO_SUCH_BOOKING)
        return booking
