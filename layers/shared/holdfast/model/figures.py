"""What happened to the holds of one day, counted: the five figures are made of it. Days are UTC."""

from __future__ import annotations

from datetime import date

import msgspec


class DayFigures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The counts of one day, as bookings' histories showed them at `counted_at_ms`.

    `ended`: holds that were confirmed, cancelled or expired; `unpaid`: those of them whose payment had been started,
    and that nothing has confirmed since. `paid` counts late payments too. `rooms_released`, `lag_ms` and
    `longest_lag_ms` are of expired holds: the lag is the time from the deadline to the release, of all together.
    """

    day: date
    counted_at_ms: int
    reserved: int = 0
    ended: int = 0
    expired: int = 0
    paid: int = 0
    paid_by_wallet: int = 0
    unpaid: int = 0
    rooms_released: int = 0
    lag_ms: int = 0
    longest_lag_ms: int = 0
