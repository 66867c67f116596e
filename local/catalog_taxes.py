"""The tax table of a property in the catalog file: slabs of GST, or named components for any country."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from holdfast.fields import Day, Strict
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from local.catalog_fields import BasisPoints, Label, Price, listed
from local.iso import TAX_INCLUDED

FIRST_DAY = "2000-01-01"  # of a table that is not dated


class _Slab(Protocol):
    @property
    def up_to(self) -> int | None: ...


def _rising[Slab: _Slab](slabs: tuple[Slab, ...]) -> tuple[Slab, ...]:
    bounds = [slab.up_to for slab in slabs]
    finite = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(finite) != len(bounds) - 1:
        raise ValueError("the last slab, and only that one, has up_to null")
    if finite != sorted(set(finite)):
        raise ValueError("the slabs must rise, cheapest first")
    return slabs


class TaxSlabEntry(Strict):
    """A rate of GST: CGST and SGST are half of it each."""

    up_to: Price | None
    rate_bp: BasisPoints


class TaxPeriodEntry(Strict):
    starts: Day
    slabs: Annotated[tuple[TaxSlabEntry, ...], listed(20, least=1), AfterValidator(_rising)]


class ComponentEntry(Strict):
    name: Label
    rate_bp: BasisPoints


class ComponentSlabEntry(Strict):
    up_to: Price | None
    components: Annotated[tuple[ComponentEntry, ...], listed(5, least=1)]


class ComponentPeriodEntry(Strict):
    starts: Day
    slabs: Annotated[tuple[ComponentSlabEntry, ...], listed(20, least=1), AfterValidator(_rising)]


class TaxTableEntry(Strict):
    """`included` says whether prices have the tax in them; without it, they do where the law shows them so."""

    included: bool | None = None
    rounding: Literal["line", "booking"] = "line"
    periods: Annotated[tuple[ComponentPeriodEntry, ...], listed(20, least=1)]

    @model_validator(mode="after")
    def _is_one_table(self) -> Self:
        starts = [period.starts for period in self.periods]
        if starts != sorted(set(starts)):
            raise ValueError("the periods must follow one another, earliest first")
        names = {tuple(part.name for part in slab.components) for period in self.periods for slab in period.slabs}
        if len(names) > 1 or len(set(*names)) < len(*names):
            raise ValueError("every slab must have the same components, in the same order, each once")
        return self

    def table(self, country: str) -> TaxTable:
        return TaxTable(
            names=tuple(part.name for part in self.periods[0].slabs[0].components),
            included=country in TAX_INCLUDED if self.included is None else self.included,
            by_booking=self.rounding == "booking",
            periods=tuple(
                TaxPeriod(period.starts, tuple(_slab(slab) for slab in period.slabs)) for period in self.periods
            ),
        )


def _as_table(value: Any) -> Any:
    """A list of components is the table that has them for every night and value."""
    if isinstance(value, list):
        return {"periods": [{"starts": FIRST_DAY, "slabs": [{"up_to": None, "components": value}]}]}
    return value


TaxesEntry = Annotated[TaxTableEntry, BeforeValidator(_as_table)]


def gst_table(periods: Sequence[TaxPeriodEntry]) -> TaxTable:
    """The table of GST with these slabs: two halves, each rounded line by line."""
    return TaxTable(
        periods=tuple(
            TaxPeriod(period.starts, tuple(TaxSlab(slab.up_to, slab.rate_bp) for slab in period.slabs))
            for period in periods
        )
    )


def _slab(slab: ComponentSlabEntry) -> TaxSlab:
    rates = tuple(part.rate_bp for part in slab.components)
    return TaxSlab(slab.up_to, sum(rates), rates)
