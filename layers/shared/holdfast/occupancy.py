"""Who sleeps in which room, whether the rooms take them, and what they add to a night's price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields
from holdfast.model.stay import Party, RoomCharge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.model.property import Occupancy, RatePlan
    from holdfast.model.rates import MonthRates
    from holdfast.model.stay import Stay


def parties_of(stay: Stay) -> tuple[Party, ...]:
    """Who sleeps in each room: as the guest says, or else all are adults, spread evenly, more in the first rooms."""
    if stay.occupancy:
        return stay.occupancy
    return tuple(Party(max(1, adults)) for adults in _evenly(stay.guests, stay.rooms))


def spread(adults: int, ages: Iterable[int], rooms: int) -> tuple[Party, ...]:
    """Guests spread over rooms: the adults evenly, more in the first rooms; then each child where the fewest sleep."""
    by_room = _evenly(adults, rooms)
    children: list[list[int]] = [[] for _ in by_room]
    for age in ages:
        emptiest = min(range(rooms), key=lambda room: by_room[room] + len(children[room]))
        children[emptiest].append(age)
    return tuple(Party(*party) for party in zip(by_room, map(tuple, children), strict=True))


def _evenly(guests: int, rooms: int) -> list[int]:
    each, more = divmod(guests, rooms)
    return [each + (room < more) for room in range(rooms)]


def check_occupancy(stay: Stay, months: Iterable[MonthRates]) -> None:
    """Raises InvalidFields, naming the room and its limit, unless each room takes its guests in each of the months."""
    for month in months:
        _check_month(stay, month.occupancy, month.max_guests)


def takes(stay: Stay, months: Iterable[MonthRates]) -> bool:
    """Whether each room takes its guests in each of the months."""
    try:
        check_occupancy(stay, months)
    except InvalidFields:
        return False
    return True


def _check_month(stay: Stay, occupancy: Occupancy | None, max_guests: int) -> None:
    if not stay.occupancy:
        most = stay.rooms * (min(occupancy.max_guests, max_guests) if occupancy else max_guests)
        if stay.guests > most:
            raise InvalidFields(("guests", f"{stay.rooms} room(s) of this type take at most {most} guests"))
    for number, party in enumerate(parties_of(stay)):
        place = f"occupancy[{number}]" if stay.occupancy else "guests"
        if party.persons > max_guests:
            raise InvalidFields((place, f"a room of this type takes at most {max_guests} guests"))
        if occupancy is None:
            continue
        adults = _adults(party, occupancy)
        for count, most, who in (
            (party.persons, occupancy.max_guests, "guests"),
            (adults, occupancy.max_adults, "adults"),
            (party.persons - adults, occupancy.max_children, "children"),
        ):
            if count > most:
                above = (
                    f", with a child above {_oldest(occupancy)}" if who == "adults" and adults > party.adults else ""
                )
                raise InvalidFields((place, f"a room of this type takes at most {most} {who}; this is {count}{above}"))


def room_charges(stay: Stay, occupancy: Occupancy | None, plan: RatePlan | None) -> tuple[RoomCharge, ...]:
    """What the guests of each room add to a night's price; none where neither the guests nor their meals are priced."""
    if occupancy is None and not (plan and plan.meal):
        return ()
    return tuple(_charge(party, occupancy) for party in parties_of(stay))


def _charge(party: Party, occupancy: Occupancy | None) -> RoomCharge:
    if occupancy is None:
        return RoomCharge(party.persons)
    return RoomCharge(
        persons=party.persons,
        extra_adults=max(0, _adults(party, occupancy) - occupancy.base_adults) * occupancy.extra_adult,
        children=sum(_child_amount(age, occupancy) for age in party.children),
        single_discount=occupancy.single_discount if party.persons == 1 else 0,
    )


def _adults(party: Party, occupancy: Occupancy) -> int:
    """With the children that count as adults: those above the last band."""
    return party.adults + sum(age > _oldest(occupancy) for age in party.children)


def _oldest(occupancy: Occupancy) -> int:
    """The last age that counts as a child; -1 where all count as adults."""
    return occupancy.child_bands[-1].max_age if occupancy.child_bands else -1


def _child_amount(age: int, occupancy: Occupancy) -> int:
    return next((band.amount for band in occupancy.child_bands if age <= band.max_age), 0)
