"""The tax table of a property, as an owner sends it and as a catalog file has it: named components for any country."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from holdfast.fields import Day, Strict
from holdfast.model.countries import TAX_INCLUDED
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from holdfast.properties.fields import BasisPoints, Label, SlabBound, listed

FIRST_DAY = "2000-01-01"  # of a table that is not dated


def rising[Slab: Any](slabs: tuple[Slab, ...]) -> tuple[Slab, ...]:
    """Raises ValueError unless they go from the cheapest to one without a bound."""
    bounds = [slab.up_to for slab in slabs]
    finite = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(finite) != len(bounds) - 1:
        raise ValueError("the last slab, and only that one, has up_to null")
    if finite != sorted(set(finite)):
        raise ValueError("the slabs must rise, cheapest first")
    return slabs


class ComponentRequest(Strict):
    name: Label
    rate_bp: BasisPoints


class ComponentSlabRequest(Strict):
    up_to: SlabBound | None
    components: Annotated[tuple[ComponentRequest, ...], listed(5, least=1)]


class ComponentPeriodRequest(Strict):
    starts: Day
    slabs: Annotated[tuple[ComponentSlabRequest, ...], listed(20, least=1), AfterValidator(rising)]


class TaxTableRequest(Strict):
    """`included` says whether prices have the tax in them; without it, they do where the law shows them so."""

    included: bool | None = None
    rounding: Literal["line", "booking"] = "line"
    periods: Annotated[tuple[ComponentPeriodRequest, ...], listed(20, least=1)]

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


Taxes = Annotated[TaxTableRequest, BeforeValidator(_as_table)]


def _slab(slab: ComponentSlabRequest) -> TaxSlab:
    rates = tuple(part.rate_bp for part in slab.components)
    return TaxSlab(slab.up_to, sum(rates), rates)
