"""What each night has of its own, change by change, as its owners ask for it: CHG1, CHG2, UNDO1, CAL3, at each commit.

Reads the wire form. What a change may do is stated here again: an oracle that asked the engine would agree with it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from holdfast.storage.marshal import from_wire
from tests.simulation.dynamodb import Commit, StandIn
from tests.simulation.expressions import Item
from tests.simulation.invariants import BrokenPromise
from tests.simulation.offers import TODAY
from tests.simulation.pages import room_type_in, whole

TRUTHS = ("closed", "closed_to_arrival", "closed_to_departure")
RULES = (*TRUTHS, "min_stay_arrival", "min_stay_through", "max_stay")
Spot = tuple[date, str]  # a field of a night
Values = dict[Spot, Any]


class Asking(NamedTuple):
    """What a call may give the fields of a room type's nights; `whole`: and must, all of them."""

    room_type: str
    choices: dict[Spot, set[Any]]
    whole: bool


class Nights:
    def __init__(self, table: StandIn, *, watching: bool) -> None:
        if watching:
            table.on_commit.append(self.check)
        self._table = table
        self._own: dict[str, Values] = {}
        for (pk, sk), item in table.items.items():
            if sk.startswith("RATES#"):
                month, own = sk.removeprefix("RATES#"), self._own.setdefault(pk.removeprefix("ROOM#"), {})
                own |= _own(month, item)
                if "default_rooms" not in item and watching:
                    own |= self._rooms_of_before(pk, month)
        self.asked: list[Asking] = []
        self.changes: dict[str, list[str]] = {}  # ids by room type, as they were made
        self.bulk: list[str] = []  # ids of changes in bulk
        self.blocks: dict[int, str] = {}  # the id that each call for a block was answered with
        self._moves: dict[tuple[str, str], dict[Spot, tuple[Any, Any]]] = {}
        self._undone: set[tuple[str, str]] = set()

    def _rooms_of_before(self, pk: str, month: str) -> Values:
        """A month that does not say its default has a number of its own where that is not the room type's."""
        page = from_wire(whole(self._table.items, room_type_in(pk), month))
        room_type = self._table.items["PROPERTY#lake-view", f"ROOMTYPE#{pk.removeprefix('ROOM#')}"]
        usual = int(room_type["total_rooms"]["N"])
        own = {day: rooms for day, rooms in page["on_sale"].items() if rooms != usual}
        return {(_night(month, day), "rooms_on_sale"): rooms for day, rooms in own.items()}

    def ask(self, room_type: str, entries: list[dict[str, Any]], *, whole: bool) -> None:
        choices: dict[Spot, set[Any]] = {}
        for entry in entries:
            for spot, value in spots(entry).items():
                choices.setdefault(spot, set()).add(value)
        self.asked.append(Asking(room_type, choices, whole))

    def moves(self, room_type: str, change_id: str) -> dict[Spot, tuple[Any, Any]]:
        """What a change did to the room type's nights, before and after."""
        return self._moves.get((room_type, change_id), {})

    def check(self, changes: Commit) -> None:
        room_types = {key[0].removeprefix("ROOM#") for key, _, _ in changes if key[1].startswith(("RATES#", "CHANGE#"))}
        for room_type in sorted(room_types):
            self._check(room_type, [change for change in changes if change[0][0] == f"ROOM#{room_type}"])
        for key, _, _ in changes:
            if key[1].startswith(("MONTH#", "RATES#")):
                self._counted(room_type_in(key[0]), key[1][-7:])

    def _check(self, room_type: str, changes: Commit) -> None:
        before = self._own[room_type]
        after, lines = dict(before), []
        for (_, sk), old, new in changes:
            if sk.startswith("RATES#") and new is not None:
                month = sk.removeprefix("RATES#")
                # More stripes write a month of before, and it still does not say its rooms: its page does.
                kept = () if "default_rooms" in new else ("rooms_on_sale",)
                after = {spot: value for spot, value in after.items() if f"{spot[0]:%Y-%m}" != month or spot[1] in kept}
                after |= _own(month, new)
            elif sk.startswith("CHANGE#") and old is None and new is not None:
                lines.append(from_wire(new))
        moved = {
            spot: (_value(before, spot), _value(after, spot))
            for spot in before.keys() | after.keys()
            if _value(before, spot) != _value(after, spot)
            and spot[0] >= TODAY  # what is over gets its rooms as its own
        }
        self._own[room_type] = after
        if not moved and not lines:
            return
        if len(lines) != 1:
            raise BrokenPromise(f"CHG1 {room_type}: {len(lines)} lines in the history for {moved}")
        line = lines[0]
        said = {
            (date.fromisoformat(night), field): tuple(move)
            for night, moves in line["nights"].items()
            for field, move in moves.items()
        }
        if said != moved:
            raise BrokenPromise(f"CHG1 {room_type}: the history says {said}, and it is {moved}")
        self._explained(room_type, line, moved, before, after)
        self._moves[room_type, line["change_id"]] = moved
        self.changes.setdefault(room_type, []).append(line["change_id"])

    def _explained(self, room_type: str, line: Any, moved: dict[Spot, Any], before: Values, after: Values) -> None:
        if "undoes" in line:
            undone = room_type, line["undoes"]
            if undone in self._undone:
                raise BrokenPromise(f"UNDO1 {undone}: undone twice")
            self._undone.add(undone)
            wanted = {spot: old for spot, (old, new) in self._moves[undone].items() if _value(before, spot) == new}
            if {spot: new for spot, (_, new) in moved.items()} != wanted:
                raise BrokenPromise(f"UNDO1 {undone}: {moved} instead of {wanted}")
            return
        if not any(
            all(move[1] in of.choices.get(spot, ()) for spot, move in moved.items())
            and (not of.whole or all(_value(after, spot) in values for spot, values in of.choices.items()))
            for of in self.asked
            if of.room_type == room_type
        ):
            raise BrokenPromise(f"CHG2 {room_type}: {moved}, which no owner asked for")

    def _counted(self, room_type: str, month: str) -> None:
        """CAL3: on sale, over all stripes, is the night's own number of rooms, or the month's default."""
        page = from_wire(whole(self._table.items, room_type, month))
        rates = self._table.plain(self._table.items[f"ROOM#{room_type}", f"RATES#{month}"])
        for day, rooms in page["on_sale"].items():
            if rooms != rates.get("rooms", {}).get(day, rates.get("default_rooms", rooms)):
                raise BrokenPromise(f"CAL3 {room_type} {month}-{day}: {rooms} on sale")


def spots(entry: dict[str, Any]) -> Values:
    """The fields of nights that an entry of a call sets."""
    first, last = (date.fromisoformat(entry[name]) for name in ("first_night", "last_night"))
    nights = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    on = [night for night in nights if f"{night:%a}".lower() in entry.get("weekdays", (f"{night:%a}".lower(),))]
    return {
        (night, field): bool(value) if field in TRUTHS else value
        for field, value in entry.items()
        if field in {"price", "rooms_on_sale", *RULES}
        for night in on
    }


def _own(month: str, item: Item) -> Values:
    plain = from_wire(item)
    found: Values = {}
    for name, field in (("price", "price"), ("rooms", "rooms_on_sale")):
        found |= {(_night(month, day), field): value for day, value in plain.get(name, {}).items()}
    for day, rules in plain.get("rules", {}).items():
        found |= {(_night(month, day), field): value for field, value in rules.items()}
    return found


def _night(month: str, day: str) -> date:
    return date.fromisoformat(f"{month}-{int(day):02d}")


def _value(own: Values, spot: Spot) -> Any:
    return own.get(spot, False if spot[1] in TRUTHS else None)
