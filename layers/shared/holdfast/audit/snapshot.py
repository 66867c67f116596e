"""The table as an auditor reads it: every item by its kind; and a finding, with the items concerned.

What a booking's state means for rooms, promos and nights is written here a second time: an auditor that used the
model's would agree with its mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from holdfast.model.account import Account, LedgerEntry, TopUp
from holdfast.model.booking import Booking, Status
from holdfast.model.calendar import Block, CalendarChange
from holdfast.model.case import Case, CaseKind
from holdfast.model.draft import PropertyDraft, PropertyRevision
from holdfast.model.image import Image
from holdfast.model.inventory import InventoryMonth
from holdfast.model.listing import Listing
from holdfast.model.promo import Promo, PromoRedemption
from holdfast.model.property import Picture, Property, RoomType
from holdfast.model.rates import MonthRates
from holdfast.storage.calendar import block_of, change_of
from holdfast.storage.images import image_of
from holdfast.storage.items import (
    Item,
    Key,
    account_of,
    booking_of,
    case_of,
    entry_of,
    page_of,
    promo_of,
    rates_beside,
    rates_of,
    topup_of,
)
from holdfast.storage.property_items import draft_of, listing_from, property_of, revision_of, room_type_of

HELD = frozenset({Status.RESERVED, Status.PAYMENT_PENDING})
KEEPING = frozenset({Status.RESERVED, Status.PAYMENT_PENDING, Status.CONFIRMED})


class Broken(msgspec.Struct, frozen=True, order=True):
    """One invariant that does not hold: its id, what is wrong in a line, and the keys of the items concerned."""

    invariant: str
    text: str
    keys: tuple[Key, ...]

    def __str__(self) -> str:
        return f"{self.invariant} {self.text}"


class Passed(msgspec.Struct):
    """What bookings and redemptions that were read, and are not kept, add to what all of them make together."""

    rooms: dict[tuple[str, int, date], int] = {}  # kept, by room type, stripe, night
    claims: dict[str, int] = {}  # uses of each promo
    on_wrong_pages: dict[str, Booking] = {}  # bookings of pages that a look before found miscounted


class Snapshot(msgspec.Struct, kw_only=True):
    """The items of a scan, read into the model; `items` keeps the bookings as stored, with their index attributes.

    It may have all bookings, or those of some users; then `passed` says what the others add.
    """

    passed: Passed = msgspec.field(default_factory=Passed)

    bookings: dict[str, Booking] = {}
    items: dict[str, Item] = {}
    pages: list[InventoryMonth] = []
    rates: list[MonthRates] = []
    blocks: list[Block] = []
    changes: list[CalendarChange] = []
    accounts: dict[str, Account] = {}
    entries: dict[str, list[LedgerEntry]] = {}
    topups: dict[str, TopUp] = {}
    topup_items: dict[str, Item] = {}
    promos: dict[str, Promo] = {}
    claims: list[PromoRedemption] = []
    orphans: set[tuple[str, str]] = set()
    cases: dict[str, Case] = {}
    case_items: dict[str, Item] = {}
    drafts: dict[str, PropertyDraft] = {}
    revisions: dict[tuple[str, int], PropertyRevision] = {}  # by property and number
    public: dict[str, Property] = {}
    room_types: list[RoomType] = []
    listings: list[Listing] = []
    images: dict[tuple[str, str], Image] = {}  # by property and picture
    shown: list[tuple[Key, str, Picture]] = []  # to guests: by which item, of which property
    unreadable: list[tuple[Key, str]] = []


def snapshot_of(items: Iterable[Item]) -> Snapshot:
    view = Snapshot()
    for item in items:
        try:
            _read(item, view)
        except (msgspec.ValidationError, KeyError) as error:
            view.unreadable.append(((str(item.get("pk")), str(item.get("sk"))), str(error)))
    for ledger in view.entries.values():
        ledger.sort(key=lambda entry: entry.seq)
    return view


def at_rest(booking: Booking) -> bool:
    """Whether nothing is left to happen to the booking by itself: neither its deadline nor anything at a gateway."""
    return booking.status not in HELD and not booking.tasks


def nights_of(booking: Booking) -> list[date]:
    return [date.fromordinal(day) for day in range(booking.check_in.toordinal(), booking.check_out.toordinal())]


def taken_of(one: Booking | Block) -> Counter[tuple[str, int, date]]:
    """The rooms that a booking or block takes, by room type, stripe and night."""
    first = one.check_in if isinstance(one, Booking) else one.first_night
    if not one.taken:
        end = one.check_out if isinstance(one, Booking) else one.last_night + timedelta(days=1)
        return Counter({(one.room_type_id, 0, first + timedelta(days=n)): one.rooms for n in range((end - first).days)})
    rooms: Counter[tuple[str, int, date]] = Counter()
    for part in one.taken:
        for number in range(part.first, part.first + part.nights):
            rooms[one.room_type_id, part.stripe, first + timedelta(days=number)] += part.rooms
    return rooms


def month_and_day(night: date) -> tuple[str, int]:
    """Where a page keeps the night."""
    return night.strftime("%Y-%m"), night.day


def _read(item: Item, view: Snapshot) -> None:
    pk, sk = str(item["pk"]), str(item["sk"])
    name = pk.partition("#")[2]
    match pk.partition("#")[0], sk.partition("#")[0]:
        case "BOOKING", "BOOKING":
            view.bookings[name] = booking_of(item)
            view.items[name] = item
        case "ROOM", kind:
            _read_rooms(kind, item, view)
        case (("PROPERTY" | "CITY"), kind):
            _read_hotel(kind, item, view)
        case "USER", "ACCOUNT":
            view.accounts[name] = account_of(name, item)
        case "USER", "ENTRY":
            view.entries.setdefault(name, []).append(entry_of(item))
        case "TOPUP", _:
            view.topups[name] = topup_of(item)
            view.topup_items[name] = item
        case "PROMO", kind:
            _read_promo(kind, item, view)
        case "CASE", _:
            _read_case(case_of(item), item, view)
        case "UNMATCHED", gateway:
            view.orphans.add((gateway, sk.partition("#")[2]))


def _read_rooms(kind: str, item: Item, view: Snapshot) -> None:
    match kind:
        case "BLOCK":
            view.blocks.append(block_of(item))
        case "CHANGE":
            view.changes.append(change_of(item))
        case "MONTH":
            view.pages.append(page_of(item))
    rates = rates_of(item) if kind == "RATES" else rates_beside(item, None)
    if rates:
        view.rates.append(rates)


def _read_promo(kind: str, item: Item, view: Snapshot) -> None:
    if kind == "USER":
        view.claims.append(msgspec.convert(item, PromoRedemption))
    promo = promo_of(item) if kind == "PROMO" else None
    if promo:
        view.promos[promo.code] = promo


def _read_hotel(kind: str, item: Item, view: Snapshot) -> None:
    key = str(item["pk"]), str(item["sk"])
    match kind:
        case "DRAFT":
            draft = draft_of(item)
            view.drafts[draft.property_id] = draft
        case "REVISION":
            revision = revision_of(item)
            view.revisions[revision.property_id, revision.number] = revision
        case "IMAGE":
            image = image_of(item)
            view.images[image.property_id, image.image_id] = image
        case "PROPERTY":
            property_ = property_of(item)
            view.public[property_.property_id] = property_
            view.shown += [(key, property_.property_id, picture) for picture in property_.pictures]
        case "ROOMTYPE":
            room_type = room_type_of(item)
            view.room_types.append(room_type)
            view.shown += [(key, room_type.property_id, picture) for picture in room_type.pictures]
        case "LISTING":
            listing = listing_from(item)
            view.listings.append(listing)
            view.shown += [(key, listing.property_id, listing.picture)] if listing.picture else []


def _read_case(case: Case, item: Item, view: Snapshot) -> None:
    view.cases[case.case_id] = case
    view.case_items[case.case_id] = item
    if case.kind is CaseKind.UNMATCHED:
        view.orphans.add((case.gateway or "", case.order_id or ""))
