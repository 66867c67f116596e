"""An owner's calendar: what a change did or would do, its history, and what undoing it put back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from holdfast.fields import Instant, Strict
from holdfast.model.calendar import CalendarChange, OwnValue
from holdfast.model.dates import rfc3339

if TYPE_CHECKING:
    from holdfast.properties.calendar import Preview

MOST_VALUES = 5  # of a field, named in a line of the history


class NightMoveView(TypedDict):
    """A field of a night; null is its default."""

    night: date
    field: str
    before: OwnValue
    after: OwnValue


class LiveHoldView(TypedDict):
    """A hold on the nights: no change ever touches it."""

    booking_id: str
    check_in: date
    check_out: date
    rooms: int
    expires_at: Instant


class ShownPriceView(TypedDict):
    """What guests are shown for the night."""

    night: date
    before: int
    after: int


class CalendarChanged(Strict):
    """`changed` is how many nights differ now, or would; without any, no change was made and there is no `change_id`.

    The lists are there after a dry run.
    """

    changed: int
    change_id: str | None = None
    would_change: list[NightMoveView] | None = None
    live_holds: list[LiveHoldView] | None = None
    shown_prices: list[ShownPriceView] | None = None


class FieldSummary(TypedDict):
    """A field in a change: on how many nights, and at most five of the values before and after; null is the default."""

    field: str
    nights: int
    before: list[OwnValue]
    after: list[OwnValue]


class ChangeView(Strict):
    """A line of the history. `ranges` are as they were sent; of an undo, `undoes` names what it undid."""

    change_id: str
    at: Instant
    by: str
    ranges: list[dict[str, Any]]
    first_night: date
    last_night: date
    changed: int
    fields: list[FieldSummary]
    undoes: str | None = None
    undone_by: str | None = None


class ChangeList(Strict):
    """One page of the history, newest first; `cursor` asks for the next one."""

    changes: list[ChangeView]
    cursor: str | None = None


class KeptView(TypedDict):
    night: date
    field: str


class ChangeUndone(Strict):
    """How many nights have what they had before. `kept` were changed again since, and are left as they are.

    Without a `change_id` there was nothing to put back.
    """

    changed: int
    change_id: str | None = None
    undoes: str
    kept: list[KeptView]


def changed_view(change: CalendarChange | None) -> CalendarChanged:
    return (
        CalendarChanged(changed=len(change.nights), change_id=change.change_id)
        if change
        else CalendarChanged(changed=0)
    )


def preview_view(preview: Preview) -> CalendarChanged:
    return CalendarChanged(
        changed=len({move.night for move in preview.moves}),
        would_change=[
            NightMoveView(night=move.night, field=move.field, before=move.before, after=move.after)
            for move in preview.moves
        ],
        live_holds=[
            LiveHoldView(
                booking_id=hold.booking_id,
                check_in=hold.check_in,
                check_out=hold.check_out,
                rooms=hold.rooms,
                expires_at=rfc3339(hold.expires_at_ms),
            )
            for hold in preview.live_holds
        ],
        shown_prices=[
            ShownPriceView(night=price.night, before=price.before, after=price.after) for price in preview.shown_prices
        ],
    )


def changes_view(changes: list[CalendarChange], cursor: str | None) -> ChangeList:
    return ChangeList(changes=[_change_view(change) for change in changes], cursor=cursor)


def undone_view(undo: CalendarChange) -> ChangeUndone:
    assert undo.undoes is not None
    return ChangeUndone(
        changed=len(undo.nights),
        change_id=undo.change_id if undo.nights else None,
        undoes=undo.undoes,
        kept=[KeptView(night=night, field=field) for night, field in undo.kept],
    )


def _change_view(change: CalendarChange) -> ChangeView:
    names = sorted({field for moves in change.nights.values() for field in moves})
    return ChangeView(
        change_id=change.change_id,
        at=rfc3339(change.at_ms),
        by=change.by,
        ranges=list(change.ranges),
        first_night=min(change.nights),
        last_night=max(change.nights),
        changed=len(change.nights),
        fields=[_summary(name, change) for name in names],
        undoes=change.undoes,
        undone_by=change.undone_by,
    )


def _summary(field: str, change: CalendarChange) -> FieldSummary:
    moves = [moves[field] for moves in change.nights.values() if field in moves]
    before, after = (list(dict.fromkeys(side))[:MOST_VALUES] for side in zip(*moves, strict=True))
    return FieldSummary(field=field, nights=len(moves), before=before, after=after)
