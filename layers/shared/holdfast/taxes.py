"""The tax on room-nights: which rate a night has, and each component's amount. All rounding is half up.

GST on hotel rooms in India goes by value of the room-night. From 2025-09-22: 5 % up to 7,500.00 (Notification
15/2025-Central Tax (Rate)); from 2022-07-18: 12 % up to 7,500.00 (Notification 03/2022); above it 18 % in both.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypedDict

import msgspec

from holdfast.model.money import half_up
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.booking import Booking
    from holdfast.model.property import Property
    from holdfast.model.rates import MonthRates

GST_INDIA = TaxTable(
    periods=(
        TaxPeriod(date(2022, 7, 18), (TaxSlab(750_000, 1200), TaxSlab(None, 1800))),
        TaxPeriod(date(2025, 9, 22), (TaxSlab(750_000, 500), TaxSlab(None, 1800))),
    )
)
WHOLE_BP = 10_000  # basis points in one


class Tax(TypedDict):
    """One component of a quote's tax at one rate, over all lines that have it. The amount is in minor units."""

    name: str
    rate_bp: int
    amount: int


class LineTax(msgspec.Struct, frozen=True):
    """The tax of one line: the slab it falls in, and the amount of each component in the table's order."""

    slab: TaxSlab
    parts: tuple[int, ...]


def table_of(sold: Property | MonthRates | Booking) -> TaxTable:
    """The tax table by which it is sold."""
    if sold.taxes is not None:
        return sold.taxes
    return GST_INDIA if sold.tax_table is None else TaxTable(periods=sold.tax_table)


def for_nights(table: TaxTable, check_in: date, check_out: date) -> TaxTable:
    """The table with only the periods that the nights from `check_in` to `check_out` fall in."""
    ends = [period.starts for period in table.periods[1:]]
    pairs = zip(table.periods, [*ends, None], strict=True)
    kept = tuple(
        period
        for n, (period, end) in enumerate(pairs)
        if (period.starts < check_out or n == 0) and (end is None or end > check_in)
    )
    return TaxTable(names=table.names, included=table.included, by_booking=table.by_booking, periods=kept)


def slab_of(table: TaxTable, night: date, value: int) -> TaxSlab:
    """The slab for a room-night of that value; nights before the first period take the first."""
    period = next((period for period in reversed(table.periods) if period.starts <= night), table.periods[0])
    return next(slab for slab in period.slabs if slab.up_to is None or value <= slab.up_to)


def line_taxes(table: TaxTable, values: Sequence[tuple[date, int]]) -> list[LineTax]:
    """The tax of each line, given its night and its value after the promo's share.

    A table that rounds by booking rounds each component once for each rate; its lines share that amount so that they
    sum to it.
    """
    slabs = [slab_of(table, night, value) for night, value in values]
    amounts = [value for _, value in values]
    if not table.by_booking:
        return [LineTax(slab, _parts(table, slab, amount)) for slab, amount in zip(slabs, amounts, strict=True)]
    shared: list[tuple[int, ...]] = [()] * len(values)
    for rate in dict.fromkeys((slab.rate_bp, slab.parts) for slab in slabs):
        lines = [n for n, other in enumerate(slabs) if (other.rate_bp, other.parts) == rate]
        slab = slabs[lines[0]]
        whole = _parts(table, slab, sum(amounts[n] for n in lines))
        columns = [split(part, [amounts[n] for n in lines]) for part in whole]
        for row, n in enumerate(lines):
            shared[n] = tuple(column[row] for column in columns)
    return [LineTax(slab, part) for slab, part in zip(slabs, shared, strict=True)]


def components(table: TaxTable, lines: Sequence[LineTax]) -> list[Tax]:
    """The components with their rates and amounts, in the table's order, then by the first line that has the rate."""
    amounts: dict[tuple[int, int], int] = {}
    for line in lines:
        for n, (rate_bp, part) in enumerate(zip(_rates(table, line.slab), line.parts, strict=True)):
            amounts[n, rate_bp] = amounts.get((n, rate_bp), 0) + part
    ordered = sorted(amounts.items(), key=lambda item: item[0][0])
    return [Tax(name=table.names[n], rate_bp=rate_bp, amount=amount) for (n, rate_bp), amount in ordered]


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in whole minor units in proportion to the weights, by largest remainder; ties go to the earlier weight.

    The parts sum to `amount` exactly, and none exceeds its weight while `amount` does not exceed their sum.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(amount * weights[n] % whole))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def _rates(table: TaxTable, slab: TaxSlab) -> tuple[int, ...]:
    """The rate of each component, in basis points; of equal shares, an odd basis point goes to the last."""
    if slab.parts:
        return slab.parts
    share, rest = divmod(slab.rate_bp, len(table.names))
    return (*(share for _ in table.names[1:]), share + rest)


def _parts(table: TaxTable, slab: TaxSlab, value: int) -> tuple[int, ...]:
    """Each component's amount of that value: on top of it, or in it when prices include the tax."""
    whole_bp = WHOLE_BP + slab.rate_bp if table.included else WHOLE_BP
    if slab.parts:
        return tuple(half_up(value * rate_bp, whole_bp) for rate_bp in slab.parts)
    share = half_up(value * slab.rate_bp, len(table.names) * whole_bp)
    return tuple(share for _ in table.names)
