"""GST slabs of a catalog file: a table of Indian tax that differs from the law's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

from holdfast.fields import Day, Strict
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from holdfast.properties.fields import BasisPoints, SlabBound, listed
from holdfast.properties.tax_requests import rising


class TaxSlabRequest(Strict):
    """A rate of GST: CGST and SGST are half of it each."""

    up_to: SlabBound | None
    rate_bp: BasisPoints


class TaxPeriodRequest(Strict):
    starts: Day
    slabs: Annotated[tuple[TaxSlabRequest, ...], listed(20, least=1), AfterValidator(rising)]


def gst_table(periods: Sequence[TaxPeriodRequest]) -> TaxTable:
    """The table of GST with these slabs: two halves, each rounded line by line."""
    return TaxTable(
        periods=tuple(
            TaxPeriod(period.starts, tuple(TaxSlab(slab.up_to, slab.rate_bp) for slab in period.slabs))
            for period in periods
        )
    )
