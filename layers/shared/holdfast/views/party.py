"""Who sleeps in a room, as answers show it."""

from typing import TypedDict

from holdfast.model.stay import Party


class PartyView(TypedDict):
    """Who sleeps in one room: adults, and the ages of the children."""

    adults: int
    children: tuple[int, ...]


def party_views(occupancy: tuple[Party, ...]) -> tuple[PartyView, ...]:
    return tuple(PartyView(adults=party.adults, children=party.children) for party in occupancy)
