"""Properties, their room types and calendars, as anyone sees them."""

from datetime import date

import msgspec

from holdfast.bookings.restricted import shown
from holdfast.errors import Alternative, RestrictionShown
from holdfast.fields import Strict
from holdfast.model.dates import hour
from holdfast.properties.search import Calendar, Listing, Offer
from holdfast.taxes import Tax, table_of
from holdfast.views.policy import PolicyStepView, policy_view


class PriceView(Strict):
    base_amount: int
    gst_amount: int
    taxes: tuple[Tax, ...]
    taxes_included: bool = False
    total_payable: int


class RoomTypeView(Strict):
    """`rooms_free`, `available` and `pricing` are there when dates were asked for; the price is for all the rooms."""

    room_type_id: str
    name: str
    base_price: int
    discounted_price: int | None
    total_rooms: int
    max_guests: int
    available: bool | None = None
    rooms_free: int | None = None
    pricing: PriceView | None = None
    restrictions: tuple[RestrictionShown, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


class PropertyView(Strict):
    property_id: str
    name: str
    city: str
    country: str
    timezone: str
    currency: str
    day_ends_at: str
    taxes_included: bool
    guest_required: bool = False
    cancellation_policy: list[PolicyStepView]
    room_types: list[RoomTypeView]


class PropertyList(Strict):
    """One page of a search; `next_cursor` asks for the next one."""

    properties: list[PropertyView]
    next_cursor: str | None = None


class NightView(Strict):
    date: date
    rooms_on_sale: int
    rooms_free: int
    price: int
    closed: bool = False
    min_stay_arrival: int | None = None
    min_stay_through: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False


class CalendarView(Strict):
    room_type_id: str
    property_id: str
    month: str
    currency: str
    nights: list[NightView]


def property_view(listing: Listing) -> PropertyView:
    property_ = listing.property
    return PropertyView(
        property_id=property_.property_id,
        name=property_.name,
        city=property_.city,
        country=property_.country,
        timezone=property_.timezone,
        currency=property_.currency,
        day_ends_at=hour(property_.day_ends),
        taxes_included=table_of(property_).included,
        guest_required=property_.guest_required,
        cancellation_policy=policy_view(property_.cancellation_policy),
        room_types=[_room_type_view(offer) for offer in listing.offers],
    )


def calendar_view(calendar: Calendar) -> CalendarView:
    return CalendarView(
        room_type_id=calendar.room_type_id,
        property_id=calendar.property_id,
        month=calendar.month,
        currency=calendar.currency,
        nights=[
            NightView(
                date=night.night,
                rooms_on_sale=night.rooms_on_sale,
                rooms_free=night.rooms_free,
                price=night.price,
                **msgspec.structs.asdict(night.rules),
            )
            for night in calendar.nights
        ],
    )


def _room_type_view(offer: Offer) -> RoomTypeView:
    room_type, quote = offer.room_type, offer.quote
    return RoomTypeView(
        room_type_id=room_type.room_type_id,
        name=room_type.name,
        base_price=room_type.base_price,
        discounted_price=room_type.discounted_price,
        total_rooms=room_type.total_rooms,
        max_guests=room_type.max_guests,
        available=offer.available,
        rooms_free=offer.rooms_free,
        pricing=PriceView(
            base_amount=quote.base_amount,
            gst_amount=quote.gst_amount,
            taxes=quote.taxes,
            taxes_included=quote.taxes_included,
            total_payable=quote.total_payable,
        )
        if quote
        else None,
        restrictions=shown(offer.restrictions),
        alternatives=tuple(offer.alternatives),
    )
