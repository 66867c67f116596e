"""What admins read of the five figures: the stored counts of some days, and of all of them together."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator, Field

from holdfast.errors import InvalidFields
from holdfast.fields import Day, Strict
from holdfast.model.figures import DayFigures
from holdfast.storage.verdicts import VerdictStore

if TYPE_CHECKING:
    from holdfast.engine import Engine

MOST_DAYS = 92  # in one answer: a quarter of a year
USUAL_DAYS = 30
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2199, 12, 31)


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"must be {FIRST_DAY} to {LAST_DAY}")
    return day


FiguresDay = Annotated[Day, AfterValidator(_in_range)]


class FiguresQuery(Strict):
    """The query of `GET /admin/figures`: the first and the last day, in UTC; without them the last 30 days."""

    first: Annotated[FiguresDay | None, Field(alias="from")] = None
    last: Annotated[FiguresDay | None, Field(alias="to")] = None


class Figures(NamedTuple):
    """Each day from the first to the last, None where nothing has counted it; and their sum."""

    days: dict[date, DayFigures | None]
    total: DayFigures


def read_figures(query: FiguresQuery, *, engine: Engine) -> Figures:
    """Raises InvalidFields when the days are in the wrong order, or too many."""
    last = query.last or engine.clock().astimezone(UTC).date()
    first = query.first or max(last - timedelta(days=USUAL_DAYS - 1), FIRST_DAY)
    if first > last:
        raise InvalidFields(("from", f"must not be after the last day, {last}"))
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise InvalidFields(("from", f"asks for {count} days up to {last}; at most {MOST_DAYS} are shown"))
    counted = {day.day: day for day in VerdictStore(engine.store.table).figures(first, last)}
    days = [first + timedelta(days=n) for n in range(count)]
    return Figures({day: counted.get(day) for day in days}, _sum(first, list(counted.values())))


def _sum(first: date, days: list[DayFigures]) -> DayFigures:
    return DayFigures(
        day=first,
        counted_at_ms=max((day.counted_at_ms for day in days), default=0),
        reserved=sum(day.reserved for day in days),
        ended=sum(day.ended for day in days),
        expired=sum(day.expired for day in days),
        paid=sum(day.paid for day in days),
        paid_by_wallet=sum(day.paid_by_wallet for day in days),
        unpaid=sum(day.unpaid for day in days),
        rooms_released=sum(day.rooms_released for day in days),
        lag_ms=sum(day.lag_ms for day in days),
        longest_lag_ms=max((day.longest_lag_ms for day in days), default=0),
    )
