"""Properties, their room types and calendars, as anyone sees them."""

from datetime import date
from typing import Any, NotRequired, TypedDict

import msgspec

from holdfast.bookings.restricted import shown
from holdfast.errors import Alternative, RestrictionShown
from holdfast.fields import Strict
from holdfast.model.dates import hour
from holdfast.model.listing import ListedRoom, Listing
from holdfast.model.property import Occupancy, Picture, Property, RatePlan, RoomType
from holdfast.model.stay import Party
from holdfast.pricing import Line
from holdfast.properties.offers import OCCUPANCY, Offer
from holdfast.properties.search import Calendar, Found, PropertyDetail, SearchPage
from holdfast.taxes import Tax, table_of
from holdfast.views.pictures import PictureView, picture_view
from holdfast.views.policy import PolicyStepView, policy_view


class PriceView(Strict):
    """`lines` has each room's night; an answer with too many of them leaves all of them out."""

    base_amount: int
    gst_amount: int
    taxes: tuple[Tax, ...]
    taxes_included: bool = False
    total_payable: int
    lines: tuple[Line, ...] = ()


class PlanView(TypedDict):
    """A rate plan on sale. A search has those that no rule forbids, with the price of the stay; a hotel, their rules.

    Without a `cancellation_policy` of its own, the hotel's is the plan's too.
    """

    plan_id: str
    name: str
    total_payable: NotRequired[int]
    cancellation_policy: NotRequired[list[PolicyStepView]]
    min_stay: NotRequired[int]
    max_stay: NotRequired[int]
    book_from_days: NotRequired[int]
    book_until_days: NotRequired[int]


class OccupancyView(TypedDict):
    """Who may sleep in a room. A guest older than `oldest_child` counts as an adult."""

    max_adults: int
    max_children: int
    max_guests: int
    oldest_child: NotRequired[int]


class RoomTypeView(Strict):
    """`rooms_free`, `available` and `pricing` are there when dates were asked for; the price is for all the rooms.

    One that is not available has a `reason`: `sold_out`, `occupancy`, `not_on_sale`, or the first rule that forbids the
    stay; `restrictions` has all of them, and `alternatives` the nearest stays that can be held.
    """

    room_type_id: str
    name: str
    base_price: int
    discounted_price: int | None
    total_rooms: int
    max_guests: int
    available: bool | None = None
    rooms_free: int | None = None
    pricing: PriceView | None = None
    plans: tuple[PlanView, ...] = ()
    reason: str | None = None
    restrictions: tuple[RestrictionShown, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    description: str = ""
    occupancy: OccupancyView | None = None
    pictures: tuple[PictureView, ...] = ()


class RoomGuests(TypedDict):
    """The guests of one room."""

    adults: int
    children: tuple[int, ...]


class PropertyView(Strict):
    """In a search, `picture` is the primary one; the hotel's own page has all `pictures`, the primary one first.

    There, with dates, room types are as in a search, and `occupancy` is how adults and children are spread over them.
    """

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
    description: str = ""
    address: str = ""
    amenities: tuple[str, ...] = ()
    picture: PictureView | None = None
    pictures: tuple[PictureView, ...] = ()
    room_types: list[RoomTypeView]
    occupancy: tuple[RoomGuests, ...] = ()


class PropertyList(Strict):
    """One page of a search; `next_cursor` asks for the next one.

    `occupancy` is how the adults and children that were asked for are spread over the rooms: what a hold of them sends.
    """

    properties: list[PropertyView]
    occupancy: tuple[RoomGuests, ...] = ()
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


def search_view(page: SearchPage, images_base_url: str) -> PropertyList:
    return PropertyList(
        properties=[_found_view(found, images_base_url) for found in page.found],
        occupancy=room_guests(page.parties),
        next_cursor=page.next_cursor,
    )


def property_view(detail: PropertyDetail, images_base_url: str) -> PropertyView:
    """All that guests may know of a hotel; with dates, also what each room type has for the stay."""
    property_, offers = detail.property_, detail.offers

    def views(pictures: tuple[Picture, ...]) -> tuple[PictureView, ...]:
        return tuple(picture_view(property_.property_id, picture, images_base_url) for picture in pictures)

    return PropertyView(
        **_of_both(property_),
        taxes_included=table_of(property_).included,
        description=property_.description,
        address=property_.address,
        amenities=property_.amenities,
        pictures=views(property_.pictures),
        room_types=[
            _room_type_view(room_type, views(room_type.pictures))
            if offers is None
            else _offered_view(room_type, offers.get(room_type.room_type_id), views(room_type.pictures))
            for room_type in detail.room_types
        ],
        occupancy=room_guests(detail.parties),
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


def _found_view(found: Found, images_base_url: str) -> PropertyView:
    listing = found.listing
    return PropertyView(
        **_of_both(listing),
        taxes_included=listing.taxes_included,
        picture=picture_view(listing.property_id, listing.picture, images_base_url) if listing.picture else None,
        room_types=[_offer_view(offer) for offer in found.offers],
    )


def _of_both(hotel: Property | Listing) -> dict[str, Any]:
    """What a search and the hotel's own page show alike."""
    return {
        "property_id": hotel.property_id,
        "name": hotel.name,
        "city": hotel.city,
        "country": hotel.country,
        "timezone": hotel.timezone,
        "currency": hotel.currency,
        "day_ends_at": hour(hotel.day_ends),
        "guest_required": hotel.guest_required,
        "cancellation_policy": policy_view(hotel.cancellation_policy),
    }


def _of_both_rooms(room: ListedRoom | RoomType) -> dict[str, Any]:
    return {
        "room_type_id": room.room_type_id,
        "name": room.name,
        "base_price": room.base_price,
        "discounted_price": room.discounted_price,
        "total_rooms": room.total_rooms,
        "max_guests": room.max_guests,
    }


def _offer_view(offer: Offer) -> RoomTypeView:
    quote = offer.quote
    return RoomTypeView(
        **_of_both_rooms(offer.room),
        available=offer.available,
        rooms_free=offer.rooms_free,
        pricing=PriceView(
            base_amount=quote.base_amount,
            gst_amount=quote.gst_amount,
            taxes=quote.taxes,
            taxes_included=quote.taxes_included,
            total_payable=quote.total_payable,
            lines=offer.lines,
        )
        if quote
        else None,
        plans=tuple(
            PlanView(plan_id=plan.plan_id, name=plan.name, total_payable=plan.total_payable) for plan in offer.plans
        ),
        reason=offer.reason,
        restrictions=shown(offer.restrictions),
        alternatives=tuple(offer.alternatives),
    )


def room_guests(parties: tuple[Party, ...]) -> tuple[RoomGuests, ...]:
    return tuple(RoomGuests(adults=party.adults, children=party.children) for party in parties)


def _offered_view(room_type: RoomType, offer: Offer | None, pictures: tuple[PictureView, ...]) -> RoomTypeView:
    """With the plans that can be held, as in a search; without an offer it is too small for the guests."""
    described = _room_type_view(room_type, pictures)
    if offer is None:
        return described.model_copy(update={"available": False, "reason": OCCUPANCY, "plans": ()})
    kept = ("name", "description", "occupancy", "pictures")
    known = {name: getattr(described, name) for name in kept}
    return _offer_view(offer).model_copy(update=known)


def _room_type_view(room_type: RoomType, pictures: tuple[PictureView, ...]) -> RoomTypeView:
    return RoomTypeView(
        **_of_both_rooms(room_type),
        description=room_type.description,
        plans=tuple(_plan_view(plan) for plan in room_type.plans if plan.active),
        occupancy=_occupancy_view(room_type.occupancy, room_type.max_guests) if room_type.occupancy else None,
        pictures=pictures,
    )


def _occupancy_view(occupancy: Occupancy, max_guests: int) -> OccupancyView:
    view = OccupancyView(
        max_adults=occupancy.max_adults,
        max_children=occupancy.max_children,
        max_guests=min(occupancy.max_guests, max_guests),
    )
    if occupancy.child_bands:
        view["oldest_child"] = occupancy.child_bands[-1].max_age
    return view


def _plan_view(plan: RatePlan) -> PlanView:
    view = PlanView(plan_id=plan.plan_id, name=plan.name)
    if plan.cancellation_policy is not None:
        view["cancellation_policy"] = policy_view(plan.cancellation_policy)
    rules = {name: getattr(plan, name) for name in ("min_stay", "max_stay", "book_from_days", "book_until_days")}
    return view | {name: value for name, value in rules.items() if value is not None}  # type: ignore[return-value]
