"""What an owner says of a room type: its content, which an admin approves, and its prices and rooms."""

from typing import Annotated, Any

from pydantic import Field

from holdfast.fields import Strict, Whole
from holdfast.model.limits import MAX_GUESTS, MAX_PLANS, MAX_ROOMS_IN_TYPE
from holdfast.model.property import RoomType
from holdfast.properties.fields import Label, Price, Prose, listed
from holdfast.properties.plan_requests import NamedPlanRequest, OccupancyRequest

Rooms = Annotated[int, Whole(1, MAX_ROOMS_IN_TYPE)]
GuestsInRoom = Annotated[int, Whole(1, MAX_GUESTS)]
Plans = Annotated[tuple[NamedPlanRequest, ...], listed(MAX_PLANS)]


class RoomTypeChange(Strict):
    """The body of `PATCH /room-types/{room_type_id}`. What is left out stays; null clears what may be missing."""

    name: Annotated[Label, Field(default_factory=str)]
    description: Prose | None = None
    base_price: Annotated[Price, Field(default_factory=int)]
    discounted_price: Price | None = None
    total_rooms: Annotated[Rooms, Field(default_factory=int)]
    max_guests: Annotated[GuestsInRoom, Field(default_factory=int)]
    plans: Annotated[Plans, Field(default_factory=tuple)]
    occupancy: OccupancyRequest | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """The fields that were sent, as a room type has them."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "description" in sent:
            sent["description"] = self.description or ""
        if "plans" in sent:
            sent["plans"] = tuple(plan.plan for plan in self.plans)
        if self.occupancy:
            sent["occupancy"] = self.occupancy.model
        return sent


class RoomTypeRequest(RoomTypeChange):
    """The body of `POST /properties/{property_id}/room-types`; prices are in minor units of the property's currency."""

    name: Label
    base_price: Price
    total_rooms: Rooms
    max_guests: GuestsInRoom

    def room_type(self, room_type_id: str, property_id: str) -> RoomType:
        """The room type, which is not live before an admin has approved it."""
        return RoomType(room_type_id=room_type_id, property_id=property_id, live=False, version=1, **self.sent)
