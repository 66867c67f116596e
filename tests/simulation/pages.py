"""The items that hold a month's rooms, as the table has them: one, or one for each stripe. Reads the wire form.

Which stripe a booking takes its rooms from is read here again: an oracle that asked the engine would agree with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random

from tests.simulation.expressions import Item
from tests.simulation.table_index import Key


def page_of(room_type: str, month: str, stripe: int = 0) -> Key:
    return (f"ROOM#{room_type}#{stripe}" if stripe else f"ROOM#{room_type}"), f"MONTH#{month}"


def room_type_in(pk: str) -> str:
    return pk.split("#")[1]


def stripes_of(items: Mapping[Key, Item], room_type: str, month: str) -> list[Key]:
    """The keys of the month's pages, as many as its rates say."""
    rates = items.get((f"ROOM#{room_type}", f"RATES#{month}"), {})
    count = int(rates.get("stripes", {"N": "1"})["N"])
    return [page_of(room_type, month, stripe) for stripe in range(count)]


def whole(items: Mapping[Key, Item], room_type: str, month: str) -> Item:
    """The month as one page: what is on sale and free of it in all."""
    pages = [items[key] for key in stripes_of(items, room_type, month)]
    if len(pages) == 1:
        return pages[0]
    return pages[0] | {name: {"M": _sum([page[name]["M"] for page in pages])} for name in ("on_sale", "free")}


def _sum(maps: list[dict[str, dict[str, str]]]) -> dict[str, dict[str, str]]:
    sums = dict.fromkeys(maps[0], 0)
    for days in maps:
        for day, number in days.items():
            rooms = number["N"]
            if rooms != "0":
                sums[day] += int(rooms)
    return {day: {"N": str(rooms)} for day, rooms in sums.items()}


def taken(item: Item, first: date, nights: int) -> Counter[tuple[int, date]]:
    """The rooms that a booking or block takes, by stripe and night."""
    rooms: Counter[tuple[int, date]] = Counter()
    for part in item.get("taken", {"L": []})["L"]:
        stripe, start, length, count = (int(number["N"]) for number in part["L"])
        for number in range(start, start + length):
            rooms[stripe, first + timedelta(days=number)] += count
    if not rooms:
        rooms.update({(0, first + timedelta(days=number)): int(item["rooms"]["N"]) for number in range(nights)})
    return rooms


def split(items: Mapping[Key, Item], counts: Mapping[str, int], seed: int) -> Iterator[Item]:
    """The months' items with so many stripes, by month; each room is on one of them by chance."""
    rng = Random(f"{seed} split")
    for (pk, sk), item in sorted(items.items()):
        count = counts.get(sk[-7:], 1)
        if count == 1:
            continue
        if sk.startswith("RATES#"):
            yield item | {"stripes": {"N": str(count)}}
        elif sk.startswith("MONTH#"):
            rooms = [Counter[str]() for _ in range(count)]
            for day, number in item["free"]["M"].items():
                for _ in range(int(number["N"])):
                    rooms[rng.randrange(count)][day] += 1
            for stripe, of in enumerate(rooms):
                days = {"M": {day: {"N": str(of[day])} for day in item["free"]["M"]}}
                key = page_of(room_type_in(pk), sk[-7:], stripe)
                yield item | {"pk": {"S": key[0]}, "on_sale": days, "free": days}
