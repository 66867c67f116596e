"""The audit of calendars: what is on sale has prices, of one revision with its rooms."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.storage.items import page_key, rates_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.model.inventory import InventoryMonth
    from holdfast.model.rates import MonthRates

LEAST_PRICE = 1  # in minor units, of a night on sale


def broken_calendars(view: Snapshot) -> Iterator[Broken]:
    """CAL1, CAL2, CAL3: each page has its rates, of its revision; they price every night, and say how many are on sale.

    A page of before holds its prices itself, and has no rates beside it. That the rooms on sale are those free, held,
    sold and blocked is INV1.
    """
    pages = {(page.room_type_id, page.month): page for page in view.pages}
    rates: dict[tuple[str, str], list[MonthRates]] = {}
    for month in view.rates:
        rates.setdefault((month.room_type_id, month.month), []).append(month)
    unreadable = {key for key, _ in view.unreadable}
    for room_type_id, month_name in sorted(pages.keys() | rates.keys()):
        keys = page_key(room_type_id, month_name), rates_key(room_type_id, month_name)
        if unreadable.intersection(keys):
            continue
        page, beside = pages.get((room_type_id, month_name)), rates.get((room_type_id, month_name), [])
        if page is None or len(beside) != 1:
            seen = "rates without a page" if page is None else "prices twice" if beside else "a page without rates"
            yield Broken("CAL1", f"{room_type_id} {month_name}: {seen}", keys)
            continue
        if page.revision != beside[0].revision:
            seen = f"the page has revision {page.revision}, its rates {beside[0].revision}"
            yield Broken("CAL1", f"{room_type_id} {month_name}: {seen}", keys)
        else:
            yield from _miscounted(page, beside[0])
        yield from _unpriced(page, beside[0])


def blocked_rooms(view: Snapshot) -> Counter[tuple[str, date]]:
    """The rooms of each room type and night that a block keeps."""
    rooms: Counter[tuple[str, date]] = Counter()
    for block in view.blocks:
        if block.released_at_ms is None:
            days = range(block.first_night.toordinal(), block.last_night.toordinal() + 1)
            rooms.update({(block.room_type_id, date.fromordinal(day)): block.rooms for day in days})
    return rooms


def _miscounted(page: InventoryMonth, rates: MonthRates) -> Iterator[Broken]:
    if rates.default_rooms is None:  # of before
        return
    for day, rooms in sorted(page.on_sale.items()):
        named = rates.rooms.get(day, rates.default_rooms)
        if rooms != named:
            keys = page_key(page.room_type_id, page.month), rates_key(page.room_type_id, page.month)
            text = f"{page.room_type_id} {page.month}-{day:02d}: {rooms} on sale, and its rates say {named}"
            yield Broken("CAL3", text, keys)


def _unpriced(page: InventoryMonth, rates: MonthRates) -> Iterator[Broken]:
    for day, rooms in sorted(page.on_sale.items()):
        price = rates.price.get(day, rates.default_price)
        if rooms and price < LEAST_PRICE:
            key = rates_key(page.room_type_id, page.month)
            yield Broken("CAL2", f"{page.room_type_id} {page.month}-{day:02d}: on sale for {price}", (key,))
