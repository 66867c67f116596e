"""The five figures by day, and the auditor's verdict: to anyone in counts, to admins with what is broken."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.fields import Instant, Strict
from holdfast.model.dates import millis, rfc3339
from holdfast.model.verdict import INVARIANTS, Promise, Verdict

if TYPE_CHECKING:
    from holdfast.figures import Figures
    from holdfast.model.figures import DayFigures

OVERDUE_MS = 2 * 3_600_000  # of a verdict of before, which does not say by when the next is there


class FiguresView(Strict):
    """The counts, and the five figures that are made of them; a share is in basis points, and absent of nothing.

    `expiry_rate_bp`: of the holds that ended, those that expired. `payment_success_bp`: of the bookings whose payment
    was `started` and that are confirmed or over, those confirmed. `wallet_share_bp`: of the confirmed, those that a
    wallet paid for, wholly or partly. `lag_ms`: the mean time from a hold's deadline to the release of its rooms.
    """

    reserved: int
    ended: int
    expired: int
    paid: int
    unpaid: int
    started: int
    paid_by_wallet: int
    rooms_released: int
    expiry_rate_bp: int | None
    payment_success_bp: int | None
    wallet_share_bp: int | None
    lag_ms: int | None
    longest_lag_ms: int | None


class FiguresDayView(Strict):
    """A day in UTC; without figures while no audit has counted it."""

    date: date
    figures: FiguresView | None


class FiguresList(Strict):
    """`counted_at`: when a day of them was counted last."""

    days: tuple[FiguresDayView, ...]
    total: FiguresView
    counted_at: Instant | None


class VerdictState(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    NONE = "none"  # no audit has run yet


class PromiseView(Strict):
    """One promise, the invariants that it stands on, and how often one of them is broken."""

    promise: Promise
    invariants: tuple[str, ...]
    violations: int


class CheckedView(Strict):
    """`nights` are those of every room type; `payments` are bookings paid for and top-ups, `entries` of the ledgers."""

    rooms: int
    nights: int
    bookings: int
    payments: int
    entries: int


class ProofView(Strict):
    """The auditor's last verdict on the whole table, of a pass from `began_at` to `ended_at`.

    `checked_at` is when it last began to look at everything. `overdue`: the next one should be there by now.
    """

    verdict: VerdictState
    began_at: Instant | None = None
    checked_at: Instant | None = None
    ended_at: Instant | None = None
    age_seconds: int | None = None
    overdue: bool = False
    promises: tuple[PromiseView, ...] = ()
    checked: CheckedView | None = None


class FindingView(Strict):
    invariant: str
    text: str


class AdminProofView(ProofView):
    """The same, with the first twenty findings; the log has them all."""

    findings: tuple[FindingView, ...] = ()


def figures_list(found: Figures) -> FiguresList:
    days = [
        FiguresDayView(date=day, figures=None if counted is None else _figures(counted))
        for day, counted in found.days.items()
    ]
    at_ms = found.total.counted_at_ms
    return FiguresList(days=tuple(days), total=_figures(found.total), counted_at=rfc3339(at_ms) if at_ms else None)


def proof_view(verdict: Verdict | None, now: datetime) -> ProofView:
    return _proof(ProofView, verdict, now)


def admin_proof_view(verdict: Verdict | None, now: datetime) -> AdminProofView:
    shown = _proof(AdminProofView, verdict, now)
    findings = (
        [FindingView(invariant=found.invariant, text=found.text) for found in verdict.findings] if verdict else []
    )
    return shown.model_copy(update={"findings": tuple(findings)})


def _proof[View: ProofView](view: type[View], verdict: Verdict | None, now: datetime) -> View:
    if verdict is None:
        return view(verdict=VerdictState.NONE)
    age_ms = max(0, millis(now) - verdict.at_ms)
    overdue_ms = verdict.at_ms + OVERDUE_MS if verdict.overdue_ms is None else verdict.overdue_ms
    checked = verdict.checked
    return view(
        verdict=VerdictState.BROKEN if verdict.violations else VerdictState.HOLDS,
        began_at=None if verdict.began_ms is None else rfc3339(verdict.began_ms),
        checked_at=rfc3339(verdict.at_ms),
        ended_at=None if verdict.ended_ms is None else rfc3339(verdict.ended_ms),
        age_seconds=age_ms // 1000,
        overdue=millis(now) > overdue_ms,
        promises=tuple(
            PromiseView(promise=promise, invariants=invariants, violations=verdict.broken(promise))
            for promise, invariants in INVARIANTS.items()
        ),
        checked=CheckedView(
            rooms=checked.rooms,
            nights=checked.nights,
            bookings=checked.bookings,
            payments=checked.payments,
            entries=checked.entries,
        ),
    )


def _figures(counted: DayFigures) -> FiguresView:
    expired, started = counted.expired, counted.paid + counted.unpaid
    return FiguresView(
        reserved=counted.reserved,
        ended=counted.ended,
        expired=expired,
        paid=counted.paid,
        unpaid=counted.unpaid,
        started=started,
        paid_by_wallet=counted.paid_by_wallet,
        rooms_released=counted.rooms_released,
        expiry_rate_bp=_share_bp(expired, counted.ended),
        payment_success_bp=_share_bp(counted.paid, started),
        wallet_share_bp=_share_bp(counted.paid_by_wallet, counted.paid),
        lag_ms=counted.lag_ms // expired if expired else None,
        longest_lag_ms=counted.longest_lag_ms if expired else None,
    )


def _share_bp(part: int, whole: int) -> int | None:
    """Rounded half up, as all rates are."""
    return (part * 20_000 + whole) // (2 * whole) if whole else None
