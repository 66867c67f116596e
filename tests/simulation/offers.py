"""What a hotel offers in a month, as it is drawn; what a stay costs by that, and which of its rules forbid the stay.

Written from the rules of the catalog, in types of its own: what asked the engine would agree with its mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from holdfast.storage.marshal import from_wire
from tests.simulation.expressions import Item

TODAY = date(2026, 11, 22)  # at the hotel, in every world
HOTEL_POLICY = ((7, 100), (2, 50))
MOST_GUESTS = {"deluxe": 3, "suite": 4}
WHOLE_BP = 10_000


class Night(NamedTuple):
    closed: bool = False
    min_stay_arrival: int | None = None
    min_stay_through: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False


class PlanOffer(NamedTuple):
    plan_id: str
    percent_bp: int = 0
    amount: int = 0
    meal: int = 0
    policy: tuple[tuple[int, int], ...] | None = None
    min_stay: int | None = None
    max_stay: int | None = None
    book_from_days: int | None = None
    book_until_days: int | None = None
    active: bool = True


class Rooming(NamedTuple):
    """What guests cost, and how many a room takes. `bands`: up to which age a child costs what."""

    base_adults: int
    max_adults: int
    max_children: int
    max_guests: int
    extra_adult: int
    single_discount: int = 0
    bands: tuple[tuple[int, int], ...] = ()


class Offer(NamedTuple):
    """A month of a room type; `prices` and `rules` by day, in order."""

    default_price: int
    prices: tuple[tuple[int, int], ...] = ()
    rules: tuple[tuple[int, Night], ...] = ()
    plans: tuple[PlanOffer, ...] = ()
    occupancy: Rooming | None = None
    live: bool = True  # whether the hotel is approved, and not suspended


class Change(NamedTuple):
    """What an owner asks for: one field's new value; of prices and rules only the days that are named."""

    name: str
    value: Any

    def applied(self, offer: Offer) -> Offer:
        value = self.value
        if self.name in {"prices", "rules"}:
            value = tuple(sorted((dict(getattr(offer, self.name)) | dict(value)).items(), key=lambda day: day[0]))
        return offer._replace(**{self.name: value})


class Asked(NamedTuple):
    """A stay that a guest asks for. `parties`: adults and children's ages, room by room."""

    room_type: str
    check_in: str
    nights: int
    rooms: int
    guests: int
    plan_id: str | None = None
    parties: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @property
    def days(self) -> list[date]:
        first = date.fromisoformat(self.check_in)
        return [first + timedelta(days=n) for n in range(self.nights)]


OfferOf = Callable[[date], Offer]


def offer_of(offers: Mapping[tuple[str, str], Offer], room_type: str) -> OfferOf:
    """What is offered of a night, by room type and month."""
    return lambda night: offers[room_type, f"{night:%Y-%m}"]


def offer_in(item: Item) -> Offer:
    """The month as the table has it."""
    plain = from_wire(item)
    plans = []
    for stored in plain.get("plans", ()):
        policy = stored.pop("cancellation_policy", None)
        del stored["name"]
        steps = None if policy is None else tuple((step[0], step[1]) for step in policy)
        plans.append(PlanOffer(**stored, policy=steps))
    rooming = plain.get("occupancy")
    if rooming:
        bands = tuple((band[0], band[1]) for band in rooming.pop("child_bands", ()))
        rooming = Rooming(**rooming, bands=bands)
    return Offer(
        plain["default_price"],
        tuple(sorted((int(day), price) for day, price in plain.get("price", {}).items())),
        tuple(sorted((int(day), Night(**rules)) for day, rules in plain.get("rules", {}).items())),
        tuple(plans),
        rooming,
        plain.get("live", True),
    )


def plan_of(asked: Asked, offered: OfferOf) -> PlanOffer | None:
    """The plan that the stay is sold by: the one asked for, or the first, of those on sale."""
    on_sale = [plan for plan in offered(asked.days[0]).plans if plan.active]
    wanted = [plan for plan in on_sale if asked.plan_id in {None, plan.plan_id}]
    return wanted[0] if wanted else None


def is_sold(asked: Asked, offered: OfferOf) -> bool:
    """Whether the hotel sells at all, and there is a plan to sell the stay by, or the room type has none at all."""
    if not all(offered(day).live for day in asked.days):
        return False
    has_plans = bool(asked.plan_id or offered(asked.days[0]).plans)
    return not has_plans or plan_of(asked, offered) is not None


def is_on_sale(asked: Asked, offered: OfferOf) -> bool:
    """Whether there is such a plan, and whether the rooms take the guests on every night."""
    return is_sold(asked, offered) and all(_fit(asked, offered(day).occupancy) for day in asked.days)


def _fit(asked: Asked, rooming: Rooming | None) -> bool:
    most = MOST_GUESTS[asked.room_type]
    if not asked.parties and asked.guests > asked.rooms * min(most, rooming.max_guests if rooming else most):
        return False
    for adults, children in _parties(asked):
        grown, young = _by_age(adults, children, rooming)
        if grown + young > most:
            return False
        if rooming and not (grown <= rooming.max_adults and young <= rooming.max_children):
            return False
        if rooming and grown + young > rooming.max_guests:
            return False
    return True


def line_prices(asked: Asked, offered: OfferOf) -> list[int]:
    """What each room costs each night: (night + occupancy) by the plan's percent, its amount, and the meals."""
    plan = plan_of(asked, offered) or PlanOffer("")
    rooming = offered(asked.days[0]).occupancy
    lines = []
    for day in asked.days:
        offer = offered(day)
        night = dict(offer.prices).get(day.day, offer.default_price)
        for adults, children in _parties(asked):
            own = night + _extra(adults, children, rooming)
            persons = adults + len(children)
            lines.append(line_price(own, plan.percent_bp, plan.amount, plan.meal * persons))
    return lines


def line_price(own: int, percent_bp: int, amount: int, meals: int) -> int:
    derived = (own * (WHOLE_BP + percent_bp) * 2 + WHOLE_BP) // (2 * WHOLE_BP)
    return max(0, derived + amount + meals)


def forbidding(asked: Asked, offered: OfferOf) -> set[tuple[str, str, int]]:
    """The rules that forbid the stay: each with its day, and its value or 1."""
    days, length = asked.days, asked.nights
    rules = {day: dict(offered(day).rules).get(day.day, Night()) for day in days}
    first, departure = rules[days[0]], days[-1] + timedelta(days=1)
    plan, ahead = plan_of(asked, offered) or PlanOffer(""), (days[0] - TODAY).days
    found = [
        (first.closed_to_arrival, "closed_to_arrival", days[0], 1),
        (length < (first.min_stay_arrival or 0), "min_stay_arrival", days[0], first.min_stay_arrival),
        (length > (first.max_stay or length), "max_stay", days[0], first.max_stay),
        (rules[days[-1]].closed_to_departure, "closed_to_departure", departure, 1),
        (length < (plan.min_stay or 0), "min_stay", days[0], plan.min_stay),
        (length > (plan.max_stay or length), "max_stay", days[0], plan.max_stay),
        (ahead > (plan.book_from_days or ahead), "book_from_days", days[0], plan.book_from_days),
        (ahead < (plan.book_until_days or 0), "book_until_days", days[0], plan.book_until_days),
    ]
    for day, night in rules.items():
        found.append((night.closed, "closed", day, 1))
        found.append((length < (night.min_stay_through or 0), "min_stay_through", day, night.min_stay_through))
    return {(rule, day.isoformat(), value or 1) for holds, rule, day, value in found if holds}


def _parties(asked: Asked) -> list[tuple[int, tuple[int, ...]]]:
    """Room by room; guests who do not say are adults, spread evenly, more of them in the first rooms."""
    if asked.parties:
        return list(asked.parties)
    rooms = range(asked.rooms)
    return [(max(1, len(range(room, asked.guests, asked.rooms))), ()) for room in rooms]


def _by_age(adults: int, children: tuple[int, ...], rooming: Rooming | None) -> tuple[int, int]:
    """The adults, with the children above the last band, and the other children."""
    young = [age for age in children if rooming and any(age <= most for most, _ in rooming.bands)]
    return adults + len(children) - len(young), len(young)


def _extra(adults: int, children: tuple[int, ...], rooming: Rooming | None) -> int:
    if rooming is None:
        return 0
    grown, _ = _by_age(adults, children, rooming)
    extra = rooming.extra_adult * max(0, grown - rooming.base_adults)
    for age in children:
        extra += next((amount for most, amount in rooming.bands if age <= most), 0)
    return extra - (rooming.single_discount if adults + len(children) == 1 else 0)
