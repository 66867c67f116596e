"""What a hotel says of itself, in the shape in which its owner sends it."""

from typing import TYPE_CHECKING, Any

from holdfast.fields import Strict
from holdfast.model.dates import hour
from holdfast.properties.policy_requests import PolicyStepRequest
from holdfast.properties.tax_requests import (
    ComponentPeriodRequest,
    ComponentRequest,
    ComponentSlabRequest,
    TaxTableRequest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.draft import PropertyContent
    from holdfast.model.property import PolicyStep, TaxSlab, TaxTable


class ContentView(Strict):
    """The fields of a draft; what is not said yet is left out."""

    name: str
    city: str
    description: str | None = None
    address: str | None = None
    country: str | None = None
    timezone: str | None = None
    currency: str | None = None
    taxes: TaxTableRequest | None = None
    cancellation_policy: tuple[PolicyStepRequest, ...] | None = None
    amenities: tuple[str, ...]
    day_ends_at: str
    guest_required: bool


def content_fields(content: "PropertyContent") -> dict[str, Any]:
    """The fields of a ContentView."""
    policy = content.cancellation_policy
    return {
        "name": content.name,
        "city": content.city,
        "description": content.description,
        "address": content.address,
        "country": content.country,
        "timezone": content.timezone,
        "currency": content.currency,
        "taxes": _table_view(content.taxes) if content.taxes else None,
        "cancellation_policy": None if policy is None else policy_steps(policy),
        "amenities": content.amenities,
        "day_ends_at": hour(content.day_ends),
        "guest_required": content.guest_required,
    }


def policy_steps(policy: "Sequence[PolicyStep]") -> tuple[PolicyStepRequest, ...]:
    return tuple(
        PolicyStepRequest(
            days_before=step.days_before,
            until=None if step.until is None else hour(step.until),
            refund_percent=step.refund_percent,
        )
        for step in policy
    )


def _table_view(table: "TaxTable") -> TaxTableRequest:
    return TaxTableRequest(
        included=table.included,
        rounding="booking" if table.by_booking else "line",
        periods=tuple(
            ComponentPeriodRequest(
                starts=period.starts, slabs=tuple(_slab_view(slab, table.names) for slab in period.slabs)
            )
            for period in table.periods
        ),
    )


def _slab_view(slab: "TaxSlab", names: tuple[str, ...]) -> ComponentSlabRequest:
    rates = slab.parts or (slab.rate_bp // len(names),) * len(names)
    parts = tuple(ComponentRequest(name=name, rate_bp=rate) for name, rate in zip(names, rates, strict=True))
    return ComponentSlabRequest(up_to=slab.up_to, components=parts)
