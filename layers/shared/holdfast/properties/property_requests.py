"""What an owner says of a property, when it is registered and afterwards."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from pydantic import Field

from holdfast.errors import InvalidFields
from holdfast.fields import Strict, Text
from holdfast.model.names import NAME
from holdfast.model.property import DAY_ENDS, INDIA
from holdfast.properties.fields import (
    City,
    CountryCode,
    Currency,
    DayEnd,
    Label,
    Prose,
    TimeZone,
    listed,
    minutes_of,
)
from holdfast.properties.policy_requests import Policy, policy_of, repeated_steps
from holdfast.properties.tax_requests import Taxes
from holdfast.requests import NO_CURSOR

if TYPE_CHECKING:
    from holdfast.model.draft import PropertyContent

MAX_AMENITIES = 50
MAX_PROPERTY_BYTES = 64 * 1024  # of a request: a long description and a table of taxes


class DraftChange(Strict):
    """The body of `PATCH …/draft`. What is left out stays; null clears a field, or puts its default there."""

    name: Annotated[Label, Field(default_factory=str)]
    city: Annotated[City, Field(default_factory=str)]
    description: Prose | None = None
    address: Label | None = None
    country: CountryCode | None = None
    timezone: TimeZone | None = None
    currency: Currency | None = None
    taxes: Taxes | None = None
    cancellation_policy: Policy | None = None
    amenities: Annotated[tuple[Label, ...], listed(MAX_AMENITIES)] | None = None
    day_ends_at: DayEnd | None = None
    guest_required: bool | None = None

    def applied_to(self, content: "PropertyContent") -> "PropertyContent":
        """The content with the fields that were sent. Raises InvalidFields."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        country = sent.get("country", content.country) or INDIA
        if self.taxes:
            sent["taxes"] = self.taxes.table(country)
        if self.cancellation_policy is not None:
            sent["cancellation_policy"] = policy_of(_each_once(self.cancellation_policy))
        if "amenities" in sent:
            sent["amenities"] = self.amenities or ()
        if "day_ends_at" in sent:
            del sent["day_ends_at"]
            sent["day_ends"] = DAY_ENDS if self.day_ends_at is None else minutes_of(self.day_ends_at)
        if "guest_required" in sent:
            sent["guest_required"] = bool(self.guest_required)
        return msgspec.structs.replace(content, **sent)


class PropertyRequest(DraftChange):
    """The body of `POST /properties`: name and city, and what else is known already."""

    name: Label
    city: City

    @property
    def content(self) -> "PropertyContent":
        """Raises InvalidFields."""
        from holdfast.model.draft import PropertyContent  # noqa: PLC0415 - a start without a registration is spared it

        return self.applied_to(PropertyContent(name=self.name, city=self.city))


class OwnPropertiesQuery(Strict):
    cursor: Annotated[str, Text(NAME, NO_CURSOR)] | None = None


def _each_once(policy: Policy) -> Policy:
    repeated = [(f"cancellation_policy[{n}].days_before", says) for n, says in repeated_steps(policy)]
    if repeated:
        raise InvalidFields(*repeated)
    return policy
