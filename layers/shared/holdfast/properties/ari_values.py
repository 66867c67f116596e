"""The values that a call in bulk has for one room type: folded in order, each refused for its own faults alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import BelowSold, InvalidFields
from holdfast.model.dates import months
from holdfast.properties.lowest_price import nothing_left
from holdfast.properties.nights import LENGTHS, ROOMS, Folded, OwnCalendar, Setting, Settings, fold, impossible_nights
from holdfast.properties.opening import taken_nights
from holdfast.properties.own_calendar import check_range

if TYPE_CHECKING:
    from holdfast.errors import TakenNight
    from holdfast.model.property import RatePlan
    from holdfast.properties.calendar_requests import AriValue

MOST_ROUNDS = 10  # of refusing values night by night; what is wrong after that is refused whole


class Refused(NamedTuple):
    """A value that was not applied: by its place in the call, with a stable code and what would be right."""

    place: int
    code: str
    detail: str


class Bulk:
    """One room type's values, and what became of each."""

    def __init__(self, values: list[tuple[int, AriValue]]) -> None:
        self.values = values
        self.refused: dict[int, Refused] = {}
        self.applied: set[int] = set()
        self._nights: dict[int, list[date]] = {}
        self._asked_for_rooms = False

    def fold(self, calendar: OwnCalendar) -> Folded:
        """What the values make of the calendar as it is now: again from the start when it was read again.

        The first time that rooms are missing they are left so, for the caller to see whether some can make way.
        """
        self.refused.clear()
        for index, value in self.values:
            if wrong := _wrong(value, calendar):
                self._refuse(index, InvalidFields.code, wrong)
        rounds = 0
        while True:
            settings = self._settings()
            folded = fold(calendar, settings)
            short = taken_nights(folded.changes)
            if short and not self._asked_for_rooms:
                self._asked_for_rooms = True
                break
            rounds += 1
            everything = rounds > MOST_ROUNDS
            if not (self._refuse_impossible(folded, everything) + self._refuse_taken(short, calendar, everything)):
                break
        self.applied = {
            setting.place
            for field, nights in settings.items()
            for night, setting in nights.items()
            if field in folded.moves.get(night, ())
        }
        return folded

    def refuse_all(self, code: str, detail: str) -> None:
        """What was not refused before is refused for this reason: nothing was written."""
        for index, _ in self.values:
            if index not in self.refused:
                self._refuse(index, code, detail)
        self.applied = set()

    def _refuse(self, index: int, code: str, detail: str) -> None:
        self.refused[index] = Refused(index, code, detail)

    def _left(self) -> Iterator[tuple[int, AriValue, list[date]]]:
        for index, value in self.values:
            if index not in self.refused:
                if index not in self._nights:
                    self._nights[index] = list(value.nights)
                yield index, value, self._nights[index]

    def _settings(self) -> Settings:
        settings: Settings = {}
        for index, value, nights in self._left():
            for field, to in value.settings.items():
                settings.setdefault(field, {}).update(dict.fromkeys(nights, Setting(to, index)))
        return settings

    def _refuse_impossible(self, folded: Folded, everything: bool) -> int:
        wrong = dict(impossible_nights(folded))
        return self._refuse_on(wrong, LENGTHS, InvalidFields.code, lambda _, night: night in wrong, everything)

    def _refuse_taken(self, short: list[TakenNight], calendar: OwnCalendar, everything: bool) -> int:
        """Refuses the values that ask for fewer rooms than are taken; one that asks for enough may be what is left."""
        wrong = {of["night"]: BelowSold([of]).detail for of in short}
        taken = {of["night"]: of["taken"] for of in short}
        usual = {night: calendar.month_of(night).rates.default_rooms or 0 for night in taken}

        def is_too_few(value: AriValue, night: date) -> bool:
            rooms = value.settings[ROOMS]
            return night in taken and (usual[night] if rooms is None else int(rooms)) < taken[night]

        return self._refuse_on(wrong, frozenset({ROOMS}), BelowSold.code, is_too_few, everything)

    def _refuse_on(
        self,
        wrong: dict[date, str],
        fields: frozenset[str],
        code: str,
        is_wrong: Callable[[AriValue, date], bool],
        everything: bool,
    ) -> int:
        """Refuses what sets one of the fields and is wrong on a night, or all that sets any: how many values."""
        found = [
            (index, next((night for night in nights if is_wrong(value, night)), None))
            for index, value, nights in (self._left() if wrong else ())
            if fields & value.settings.keys()
        ]
        refused = [(index, night or min(wrong)) for index, night in found if night or everything]
        for index, night in refused:
            self._refuse(index, code, wrong[night])
        return len(refused)


def _wrong(value: AriValue, calendar: OwnCalendar) -> str | None:
    """What is wrong with the value, whatever the others say."""
    if out_of_range := check_range(value, calendar):
        return f"{out_of_range[0]}: {out_of_range[1]}"
    if not value.settings:
        return "sets nothing; name at least one field of the nights"
    if value.plan_id is not None and (wrong := _wrong_plan(value, calendar.room_type.plans)):
        return f"plan_id: {wrong}"
    if value.price is not None:
        for name in months(value.first_night, value.last_night + timedelta(days=1)):
            rates = calendar.month(name).rates
            if found := nothing_left(value.price, rates.occupancy, rates.plans):
                return f"price: is too low: {found.says}"
    return None


def _wrong_plan(value: AriValue, plans: tuple[RatePlan, ...]) -> str | None:
    """A plan shares the room type's nights; its price may only be set where that is the same one."""
    plan = next((plan for plan in plans if plan.plan_id == value.plan_id), None)
    if plan is None:
        return "names no plan of the room type"
    if plan.percent_bp or plan.amount:
        return "its prices are derived from the room type's; set those, or change the plan"
    return None
