"""What bookings take from the pages and give back: one update for all nights of a page, of one booking or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.model.stripes import rooms_of_stripes
from holdfast.storage.items import Item, page_key
from holdfast.storage.marshal import update_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from holdfast.model.booking import Booking
    from holdfast.model.calendar import Block
    from holdfast.model.inventory import InventoryMonth
    from holdfast.storage.items import Key


def rooms_by_page(taken_by: Booking | Block) -> dict[Key, dict[int, int]]:
    """The rooms that a booking or block takes of each page: by the page's key, then by the day of the month."""
    taken = rooms_of_stripes(taken_by.taken, taken_by.nights, taken_by.rooms)
    return {page_key(taken_by.room_type_id, month, stripe): rooms for (stripe, month), rooms in taken.items()}


def sum_by_page(bookings: Iterable[Booking]) -> dict[Key, dict[int, int]]:
    """The rooms that these bookings take of each page together."""
    pages: dict[Key, dict[int, int]] = {}
    for booking in bookings:
        for key, rooms in rooms_by_page(booking).items():
            days = pages.setdefault(key, {})
            for day, count in rooms.items():
                days[day] = days.get(day, 0) + count
    return pages


def take_rooms(table: str, key: Key, rooms: Mapping[int, int], page: InventoryMonth | None) -> dict[str, Any]:
    """Takes rooms of a page if each night has as many free, and the page as it was read has the same revision."""
    enough_free = [f"#free.#{day} >= :rooms{count}" for day, count in rooms.items()]
    conditions, values = enough_free, Item()
    if page:
        conditions = ["revision = :revision", *enough_free]
        values = {":revision": page.revision}
    return _update(table, key, rooms, "-", " AND ".join(conditions), values)


def release_rooms(table: str, key: Key, rooms: Mapping[int, int]) -> dict[str, Any]:
    """Gives rooms back to a page, if there is one."""
    return _update(table, key, rooms, "+", "attribute_exists(pk)", {})


def move_rooms(more: Mapping[int, int]) -> tuple[list[str], list[str], Item, dict[str, str]]:
    """So many rooms more on sale and free on these days, or fewer, if as many are free; those taken stay.

    What the update sets, its conditions, its values and its names.
    """
    sets = [f"on_sale.#d{day} = on_sale.#d{day} + :d{day}, #free.#d{day} = #free.#d{day} + :d{day}" for day in more]
    enough = [f"#free.#d{day} >= :least{day}" for day, rooms in more.items() if rooms < 0]
    values: Item = {f":d{day}": rooms for day, rooms in more.items()}
    values |= {f":least{day}": -rooms for day, rooms in more.items() if rooms < 0}
    names = {f"#d{day}": str(day) for day in more} | ({"#free": "free"} if more else {})
    return sets, enough, values, names


def _update(table: str, key: Key, rooms: Mapping[int, int], sign: str, condition: str, values: Item) -> dict[str, Any]:
    changes = [f"#free.#{day} = #free.#{day} {sign} :rooms{count}" for day, count in rooms.items()]
    names = {"#free": "free"} | {f"#{day}": str(day) for day in rooms}  # FREE is a reserved word
    counts = {f":rooms{count}": count for count in rooms.values()}
    return update_action(table, key, "SET " + ", ".join(changes), condition, values | counts, names)
