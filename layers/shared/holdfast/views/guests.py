"""The guest's details, as their guest and the desk see them."""

from holdfast.fields import Strict
from holdfast.model.guest import GuestDetails


class GuestView(Strict):
    """`phone` is in E.164, `country` by ISO 3166-1, `arrival_time` by the property's clock."""

    name: str
    email: str
    phone: str | None = None
    country: str | None = None
    arrival_time: str | None = None
    wishes: str | None = None


class GuestErased(Strict):
    """No details are stored now, whether or not there were any."""


def guest_view(details: GuestDetails) -> GuestView:
    return GuestView(
        name=details.name,
        email=details.email,
        phone=details.phone,
        country=details.country,
        arrival_time=details.arrival_time,
        wishes=details.wishes,
    )
