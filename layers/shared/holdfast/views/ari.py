"""Availability, rates and inventory in bulk: what was applied, what is on sale, and what an undo put back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypedDict

from holdfast.errors import BookingError
from holdfast.fields import Strict
from holdfast.restrictions import NO_RULES
from holdfast.views.calendar import KeptView

if TYPE_CHECKING:
    from holdfast.properties.ari import BulkResult, NightOnSale, RoomTypeUndone


class RefusedValue(TypedDict):
    """A value that was not applied, by its index in the call."""

    index: int
    code: str
    detail: str


class AriResult(Strict):
    """`unchanged` were so already. Without a `change_id` nothing was changed, and there is nothing to undo."""

    applied: int
    unchanged: int
    refused: list[RefusedValue]
    change_id: str | None = None


class AriNight(TypedDict):
    """A night of a room type, as it is on sale. A hold past its deadline counts until it is released."""

    room_type_id: str
    night: date
    price: int
    rooms_on_sale: int
    rooms_free: int
    closed: bool
    min_stay_arrival: int | None
    min_stay_through: int | None
    max_stay: int | None
    closed_to_arrival: bool
    closed_to_departure: bool


class AriNights(Strict):
    values: list[AriNight]


class UndoneRoomType(TypedDict):
    """How many nights of the room type have what they had before; `kept` were changed again since."""

    room_type_id: str
    changed: int
    kept: list[KeptView]


class RefusedRoomType(TypedDict):
    """A room type in which nothing was undone."""

    room_type_id: str
    code: str
    detail: str


class AriUndone(Strict):
    """`changed` counts the nights of all the room types. `change_id` undoes the undo in all of them at once."""

    changed: int
    change_id: str | None = None
    room_types: list[UndoneRoomType]
    refused: list[RefusedRoomType]


def result_view(result: BulkResult) -> AriResult:
    return AriResult(
        applied=result.applied,
        unchanged=result.unchanged,
        refused=[RefusedValue(index=one.place, code=one.code, detail=one.detail) for one in result.refused],
        change_id=result.change_id,
    )


def nights_view(found: list[NightOnSale]) -> AriNights:
    return AriNights(values=[_night_view(one) for one in found])


def _night_view(one: NightOnSale) -> AriNight:
    page, rates = one.month
    rules = rates.rules.get(one.night.day, NO_RULES)
    return AriNight(
        room_type_id=one.room_type_id,
        night=one.night,
        price=rates.price_of(one.night),
        rooms_on_sale=page.on_sale[one.night.day],
        rooms_free=page.free[one.night.day],
        closed=rules.closed,
        min_stay_arrival=rules.min_stay_arrival,
        min_stay_through=rules.min_stay_through,
        max_stay=rules.max_stay,
        closed_to_arrival=rules.closed_to_arrival,
        closed_to_departure=rules.closed_to_departure,
    )


def undone_values_view(found: list[RoomTypeUndone]) -> AriUndone:
    undone = [(one.room_type_id, one.undo) for one in found if not isinstance(one.undo, BookingError)]
    return AriUndone(
        changed=sum(len(undo.nights) for _, undo in undone),
        change_id=next((undo.change_id for _, undo in undone if undo.nights), None),
        room_types=[
            UndoneRoomType(
                room_type_id=room_type_id,
                changed=len(undo.nights),
                kept=[KeptView(night=night, field=field) for night, field in undo.kept],
            )
            for room_type_id, undo in undone
        ],
        refused=[
            RefusedRoomType(room_type_id=one.room_type_id, code=one.undo.code, detail=one.undo.detail)
            for one in found
            if isinstance(one.undo, BookingError)
        ],
    )
