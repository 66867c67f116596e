"""How many rooms a room type has, and on sale each night, as its owner sets the number: ROOM1, ROOM2, BEL1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from holdfast.storage.marshal import from_wire
from tests.simulation.drafts import PROPERTY
from tests.simulation.dynamodb import Commit, StandIn
from tests.simulation.invariants import BrokenPromise
from tests.simulation.offers import TODAY
from tests.simulation.pages import whole


class RoomsOnSale:
    def __init__(self, table: StandIn, *, watching: bool) -> None:
        self._table, self._items = table, table.items
        if watching:
            table.on_commit.append(self.check)
        self._asked: dict[str, list[dict[str, Any]]] = {}  # changes, by room type

    def ask(self, room_type: str, fields: dict[str, Any]) -> None:
        self._asked.setdefault(room_type, []).append(fields)

    def check(self, changes: Commit) -> None:
        for (pk, sk), old, new in changes:
            if pk == PROPERTY and sk.startswith("ROOMTYPE#") and old and new:
                self._room_type(sk.removeprefix("ROOMTYPE#"), self._table.plain(old), self._table.plain(new), changes)

    def _room_type(self, room_type: str, old: dict[str, Any], new: dict[str, Any], changes: Commit) -> None:
        """ROOM1: price and rooms become what their owner asked for, in all months at once."""
        moved = {name: new[name] for name in ("base_price", "total_rooms") if old[name] != new[name]}
        if not moved:
            return
        if not any(moved == {name: of[name] for name in moved if name in of} for of in self._asked.get(room_type, ())):
            raise BrokenPromise(f"ROOM1 {room_type}: {moved}, which no owner asked for")
        for (pk, sk), item in self._items.items():
            if pk == f"ROOM#{room_type}" and sk.startswith("RATES#"):
                rates = self._table.plain(item)
                if (rates.get("default_rooms"), rates["default_price"]) != (new["total_rooms"], new["base_price"]):
                    raise BrokenPromise(
                        f"ROOM1 {room_type} {sk}: {rates['default_price']}, {rates.get('default_rooms')}"
                    )
        before = self._items | {key: item for key, item, _ in changes if item}
        for (pk, sk), page, after in changes:
            if pk == f"ROOM#{room_type}" and sk.startswith("MONTH#") and page and after:
                month = sk.removeprefix("MONTH#")
                self._nights(
                    month,
                    from_wire(whole(before, room_type, month)),
                    from_wire(whole(self._items, room_type, month)),
                    self._table.plain(before[pk, f"RATES#{month}"]),
                    (old["total_rooms"], new["total_rooms"]),
                )

    @staticmethod
    def _nights(month: str, page: Any, after: Any, rates: Any, totals: tuple[int, int]) -> None:
        """ROOM2: a night keeps a number of its own, and one that is over its rooms; what is taken stays so."""
        for day, rooms in page["on_sale"].items():
            night = date.fromisoformat(f"{month}-{int(day):02d}")
            own = rates.get("rooms", {}).get(day)
            if "default_rooms" not in rates and rooms != totals[0]:
                own = rooms
            wanted = rooms if night < TODAY else totals[1] if own is None else own
            taken = rooms - page["free"][day]
            if (after["on_sale"][day], after["free"][day]) != (wanted, wanted - taken):
                raise BrokenPromise(f"ROOM2 {night}: {after['on_sale'][day]}, {after['free'][day]} free, not {wanted}")

    def taken(self, room_type: str) -> dict[date, tuple[int, int, int | None]]:
        """The rooms on sale and free of each night, and its own number if it has one."""
        found = {}
        for pk, sk in self._items:
            if pk == f"ROOM#{room_type}" and sk.startswith("MONTH#"):
                page = from_wire(whole(self._items, room_type, sk[-7:]))
                rates = self._table.plain(self._items[pk, sk.replace("MONTH#", "RATES#")])
                for day, rooms in page["on_sale"].items():
                    night = date.fromisoformat(f"{sk[-7:]}-{int(day):02d}")
                    found[night] = rooms, page["free"][day], rates.get("rooms", {}).get(day)
        return found

    def wrongly_below(self, room_type: str, asked: int, nights: list[dict[str, Any]]) -> Iterator[str]:
        """BEL1: a night is named for the rooms asked for, and for those that are taken."""
        known = self.taken(room_type)
        for named in nights:
            rooms, free, _ = known[date.fromisoformat(named["night"])]
            if (named["taken"], named["rooms_on_sale"]) != (rooms - free, asked) or rooms - free <= asked:
                yield f"BEL1 {room_type}: {named}, with {free} of {rooms} free and {asked} asked for"
