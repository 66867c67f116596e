"""Properties and room types, as they are on sale: policies, taxes, rate plans, what more and fewer guests cost.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from datetime import date

import msgspec

DEFAULT_CURRENCY = "INR"
INDIA = "IN"
DAY_ENDS = 240  # minutes after midnight: a hotel's day ends at 04:00 of the next date, unless it sets another hour


class PolicyStep(msgspec.Struct, frozen=True, array_like=True):
    """Cancelling `days_before` the check-in day, or earlier, refunds `refund_percent` of the price.

    `until` is the last minute of that day, in minutes after midnight, property time; None: when the hotel's day ends.
    """

    days_before: int
    refund_percent: int
    until: int | None = None


class TaxSlab(msgspec.Struct, frozen=True, array_like=True):
    """The rate of tax on a room-night worth at most `up_to` (minor units; None: any value).

    `parts` are the rates of the table's components, in their order; without them, each has the same share.
    """

    up_to: int | None
    rate_bp: int  # basis points: 500 is 5 %
    parts: tuple[int, ...] = ()


class TaxPeriod(msgspec.Struct, frozen=True, array_like=True):
    """The slabs, cheapest first, for nights from `starts` on, until the next period starts."""

    starts: date
    slabs: tuple[TaxSlab, ...]


class TaxTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a property's nights are taxed: the components by name, and the rates by date and by value of a room-night.

    `included`: the prices have the tax in them. `by_booking`: each rate's tax is rounded once for the whole booking,
    not line by line.
    """

    names: tuple[str, ...] = ("CGST", "SGST")
    included: bool = False
    by_booking: bool = False
    periods: tuple[TaxPeriod, ...]


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """A picture that can be shown: what it shows, in words, and its widths and heights in pixels, widest first."""

    image_id: str
    alt: str
    sizes: tuple[tuple[int, int], ...]


class Property(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hotel as it was approved last. Not `live`: an admin has suspended it, and nothing of it can be booked."""

    property_id: str
    name: str
    city: str
    timezone: str
    country: str = INDIA
    currency: str = DEFAULT_CURRENCY
    day_ends: int = DAY_ENDS
    cancellation_policy: tuple[PolicyStep, ...] = ()
    guest_required: bool = False  # whether a guest's details must be there before payment
    taxes: TaxTable | None = None  # None: the Indian GST table of taxes.py
    tax_table: tuple[TaxPeriod, ...] | None = None  # as items of before name a table of GST slabs
    description: str = ""
    address: str = ""
    amenities: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()  # the first is the primary one
    live: bool = True
    revision: int = 0  # of the content that was approved; 0: loaded before hotels were reviewed
    version: int = 0  # of this item


class RatePlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to sell a room: its price from the night's price, its meals, and its own rules and policy.

    A price is the night's and the occupancy's together, `percent_bp` basis points more (fewer, if below zero), plus
    `amount`, plus `meal` for each person. It can be booked from `book_from_days` before check-in on, until
    `book_until_days` before it.
    """

    plan_id: str
    name: str
    percent_bp: int = 0
    amount: int = 0
    meal: int = 0
    cancellation_policy: tuple[PolicyStep, ...] | None = None  # None: the property's
    min_stay: int | None = None
    max_stay: int | None = None
    book_from_days: int | None = None
    book_until_days: int | None = None
    active: bool = True


class ChildBand(msgspec.Struct, frozen=True, array_like=True):
    """A child up to `max_age` costs `amount` a night."""

    max_age: int
    amount: int


class Occupancy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may sleep in a room, and what that adds to the night's price, which is for `base_adults`.

    One guest alone pays `single_discount` less. `child_bands` rise by age; a child above the last one counts as an
    adult.
    """

    base_adults: int
    max_adults: int
    max_children: int
    max_guests: int
    extra_adult: int
    single_discount: int = 0
    child_bands: tuple[ChildBand, ...] = ()


class RoomContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What guests read of a room type, and an admin approves."""

    name: str
    description: str = ""


class RoomType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A class of rooms. Until it is approved with its property it is not `live`, and nothing of it can be booked.

    A live one has its approved content in `name` and `description`, and what its owner has changed since in `draft`.
    """

    room_type_id: str
    property_id: str
    name: str
    description: str = ""
    draft: RoomContent | None = None
    live: bool = True
    base_price: int
    discounted_price: int | None = None
    total_rooms: int
    max_guests: int
    plans: tuple[RatePlan, ...] = ()
    occupancy: Occupancy | None = None
    pictures: tuple[Picture, ...] = ()
    version: int = 0  # of this item

    @property
    def price(self) -> int:
        return self.base_price if self.discounted_price is None else self.discounted_price

    @property
    def latest(self) -> RoomContent:
        """The content as its owner last left it."""
        return self.draft or RoomContent(name=self.name, description=self.description)
