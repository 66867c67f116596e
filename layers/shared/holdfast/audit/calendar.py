"""The audit of calendars: what is on sale has prices, of one revision with its rooms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.storage.items import page_key, rates_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.model.inventory import InventoryMonth
    from holdfast.model.rates import MonthRates

LEAST_PRICE = 1  # in minor units, of a night on sale


def broken_calendars(view: Snapshot) -> Iterator[Broken]:
    """CAL1 to CAL4: each page has its rates, of its revision; they price every night, and say how many are on sale.

    They say how many stripes there are, and all of them are there; what is on sale is their sum.
    A page of before holds its prices itself, and has no rates beside it. That the rooms on sale are those free, held,
    sold and blocked is INV1.
    """
    pages: dict[tuple[str, str], list[InventoryMonth]] = {}
    for page in view.pages:
        pages.setdefault((page.room_type_id, page.month), []).append(page)
    rates: dict[tuple[str, str], list[MonthRates]] = {}
    for month in view.rates:
        rates.setdefault((month.room_type_id, month.month), []).append(month)
    unreadable = {key for key, _ in view.unreadable}
    for room_type_id, month_name in sorted(pages.keys() | rates.keys()):
        keys = page_key(room_type_id, month_name), rates_key(room_type_id, month_name)
        if unreadable.intersection(keys):
            continue
        stripes = sorted(pages.get((room_type_id, month_name), []), key=lambda page: page.stripe)
        beside = rates.get((room_type_id, month_name), [])
        if not stripes or len(beside) != 1:
            seen = "rates without a page" if not stripes else "prices twice" if beside else "a page without rates"
            yield Broken("CAL1", f"{room_type_id} {month_name}: {seen}", keys)
            continue
        numbers = [page.stripe for page in stripes]
        if numbers != list(range(beside[0].stripes)):
            seen = f"stripes {numbers}, and its rates say {beside[0].stripes}"
            yield Broken("CAL4", f"{room_type_id} {month_name}: {seen}", keys)
        revisions = sorted({page.revision for page in stripes})
        if revisions != [beside[0].revision]:
            seen = f"the page has revision {', '.join(map(str, revisions))}, its rates {beside[0].revision}"
            yield Broken("CAL1", f"{room_type_id} {month_name}: {seen}", keys)
        else:
            yield from _miscounted(stripes, beside[0])
        yield from _unpriced(stripes, beside[0])


def _on_sale(stripes: Sequence[InventoryMonth]) -> Counter[int]:
    rooms: Counter[int] = Counter()
    for stripe in stripes:
        rooms.update(stripe.on_sale)
    return rooms


def _miscounted(stripes: Sequence[InventoryMonth], rates: MonthRates) -> Iterator[Broken]:
    if rates.default_rooms is None:  # of before
        return
    room_type_id, month = rates.room_type_id, rates.month
    for day, rooms in sorted(_on_sale(stripes).items()):
        named = rates.rooms.get(day, rates.default_rooms)
        if rooms != named:
            keys = page_key(room_type_id, month), rates_key(room_type_id, month)
            text = f"{room_type_id} {month}-{day:02d}: {rooms} on sale, and its rates say {named}"
            yield Broken("CAL3", text, keys)


def _unpriced(stripes: Sequence[InventoryMonth], rates: MonthRates) -> Iterator[Broken]:
    room_type_id, month = rates.room_type_id, rates.month
    for day, rooms in sorted(_on_sale(stripes).items()):
        price = rates.price.get(day, rates.default_price)
        if rooms and price < LEAST_PRICE:
            key = rates_key(room_type_id, month)
            yield Broken("CAL2", f"{room_type_id} {month}-{day:02d}: on sale for {price}", (key,))
