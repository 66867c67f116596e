"""Owners, who change what they offer while guests hold and pay; and the guests, who ask for stays by plan and room."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec import structs

from holdfast.bookings.reserve import booking_id_for
from holdfast.errors import BookingError
from holdfast.model.property import ChildBand, Occupancy, PolicyStep, RatePlan
from holdfast.model.rates import MonthRates, NightRules
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import rates_item, rates_key, rates_of
from holdfast.storage.marshal import from_wire, to_wire
from tests.simulation.offers import Asked, Change, Offer, OfferOf, forbidding, is_on_sale, line_prices
from tests.simulation.pages import stripes_of
from tests.simulation.scheduler import MILLISECOND, SECOND, Invocation, Killed
from tests.simulation.units import gst

if TYPE_CHECKING:
    from tests.simulation.calendars import Calendars, Month
    from tests.simulation.expressions import Item
    from tests.simulation.guests import Guests, Reply
    from tests.simulation.plan import Operation
    from tests.simulation.world import World

TRIES = 4
PATIENCE_SECONDS = 15
INSTEAD = 1_000  # what sets the numbers of an alternative, and of its operation, apart from the others
MOST_NIGHTS = 30


def rates_with(rates: MonthRates, offer: Offer) -> MonthRates:
    """The month with all that is offered."""
    for name, value in zip(Offer._fields, offer, strict=True):
        rates = _changed(rates, Change(name, value))
    return rates


def opening_rates(items: dict[tuple[str, str], Item], offers: dict[Month, Offer]) -> list[Item]:
    """The opening items of the months that are offered."""
    found = ((items[rates_key(*month)], offer) for month, offer in offers.items())
    return [to_wire(rates_item(rates_with(rates_of(from_wire(item)), offer))) for item, offer in found]


def _changed(rates: MonthRates, change: Change) -> MonthRates:
    value: Any = change.value
    match change.name:
        case "default_price":
            return structs.replace(rates, default_price=value)
        case "prices":
            return structs.replace(rates, price=rates.price | dict(value))
        case "rules":
            rules = {day: NightRules(**night._asdict()) for day, night in value}
            return structs.replace(rates, rules=rates.rules | rules)
        case "plans":
            return structs.replace(rates, plans=tuple(map(_plan, value)))
        case "live":
            return structs.replace(rates, live=value)
    return structs.replace(rates, occupancy=value and _occupancy(value))


def _plan(offer: Any) -> RatePlan:
    facts = offer._asdict()
    policy = facts.pop("policy")
    steps = None if policy is None else tuple(PolicyStep(*step) for step in policy)
    return RatePlan(name=offer.plan_id.title(), cancellation_policy=steps, **facts)


def _occupancy(rooming: Any) -> Occupancy:
    facts = rooming._asdict()
    return Occupancy(child_bands=tuple(ChildBand(*band) for band in facts.pop("bands")), **facts)


def change_offer(
    guests: Guests, operation: Operation, *, room_type: str, months: tuple[str, ...], change: Change, through: bool
) -> None:
    """An owner's change: through the store, month by month, or as another's write of all months in one instant."""
    world, calendars = guests.world, guests.world.calendars
    for month in months:
        calendars.begin((room_type, month), operation.number, change)
    if through:
        for month in months:
            _through_the_store(world, operation, room_type, month, change)
        return
    pages = {month: stripes_of(world.table.items, room_type, month) for month in months}
    keys = [key for month in months for key in (*pages[month], rates_key(room_type, month))]
    while any(map(world.table.is_locked, keys)):
        world.clock.sleep(MILLISECOND)
    together: dict[tuple[str, str], Item | None] = {}
    for month in months:
        rates = rates_key(room_type, month)
        revision = {"revision": {"N": str(int(world.table.items[rates]["revision"]["N"]) + 1)}}
        together |= {page: world.table.items[page] | revision for page in pages[month]}
        after = _changed(rates_of(from_wire(world.table.items[rates])), change)
        together[rates] = to_wire(rates_item(after)) | revision
    world.table.change(together)


def _through_the_store(world: World, operation: Operation, room_type: str, month: str, change: Change) -> None:
    """One month, as a function of the engine would: with faults, and again when another owner came first."""
    for attempt in range(TRIES):
        called = f"{operation.number}.{month}.{attempt}"
        done = _once(world, called, room_type, month, change)
        if done:
            if operation.number not in world.calendars.made:
                world.broken.append(f"ANS1 {room_type} {month}: answered as changed, and is not")
            return
        if done is False:
            world.faults.cover("an owner came after another")
        world.clock.sleep(SECOND // 2)


def _once(world: World, called: str, room_type: str, month: str, change: Change) -> bool | None:
    """Whether the change was made; None if the process did not live to say it, or gave up."""
    deadline_us = world.clock.now_us + (PATIENCE_SECONDS + 5) * SECOND
    task = world.clock.task()
    task.invocation = Invocation(called, Random(f"{world.plan.seed} {called}"), deadline_us)
    store = CatalogStore(world.store.table).within(PATIENCE_SECONDS)
    try:
        before = store.months([room_type], [month])[room_type, month]
        return store.change_months([(before, before._replace(rates=_changed(before.rates, change)))])
    except Killed:
        world.faults.cover(f"killed by {task.invocation.dead}")
        return None
    except BookingError as refusal:
        world.faults.note("failed", refusal.code)
        return None
    finally:
        task.invocation = None


def shop(guests: Guests, operation: Operation, *, ref: int, user: str, asked: Asked) -> None:
    """A guest asks for a stay by its plan and its guests, and takes the first alternative if rules forbid it."""
    calendars, known = guests.world.calendars, guests.known.get(ref)
    if known and known.booking_id != booking_id_for(user, f"key-{ref}"):
        return  # has an alternative already
    seen = len(calendars.log)
    reply = _ask(guests, operation, ref, user, asked)
    if reply is None or reply.code != "restricted" or not reply.body["alternatives"]:
        return
    first = reply.body["alternatives"][0]
    instead = asked._replace(check_in=first["check_in"], nights=_nights(first))
    again = replace(operation, number=operation.number + INSTEAD)
    other = ref + INSTEAD * (1 + MOST_NIGHTS * instead.days[0].toordinal() + instead.nights)  # of a key of its own
    reply = _ask(guests, again, other, user, instead)
    unchanged = seen == len(calendars.log)
    if reply and reply.code in {"restricted", "invalid_request"} and unchanged:
        guests.world.broken.append(f"RULE2 {ref}: {first} was named as an alternative, and then refused: {reply.body}")
    if reply and reply.status in {200, 201}:
        guests.known[ref] = guests.known[other]
        guests.world.faults.cover("an alternative held")
        total = reply.body["pricing"]["total_payable"]
        if unchanged and reply.status == 201 and total != first["total_payable"]:
            guests.world.broken.append(f"PRICE1 {ref}: {first} was held for {total}")


def _nights(stay: dict[str, str]) -> int:
    first, last = (Asked("", stay[name], 1, 1, 1).days[0] for name in ("check_in", "check_out"))
    return (last - first).days


def _ask(guests: Guests, operation: Operation, ref: int, user: str, asked: Asked) -> Reply | None:
    world, calendars = guests.world, guests.world.calendars
    begun = len(calendars.log)
    booking_id = booking_id_for(user, f"key-{ref}")
    calendars.asked[booking_id] = asked
    more: dict[str, Any] = {"guests": asked.guests, "plan_id": asked.plan_id}
    if asked.parties:
        more |= {"guests": None, "occupancy": [{"adults": of[0], "children": of[1]} for of in asked.parties]}
    more |= {"check_in": asked.check_in, "nights": asked.nights, "rooms": asked.rooms}
    reply = guests._reserve(operation, ref=ref, user=user, room_type=asked.room_type, **more)
    if len(calendars.log) > begun:
        world.faults.cover("an owner's change while a guest reserves")
    elif reply:
        world.broken += _answered_wrongly(calendars, booking_id, asked, reply)
    return reply


def _wrong_alternative(asked: Asked, shown: dict[str, Any], offered: OfferOf) -> list[str]:
    """RULE2 and PRICE1: an alternative is on sale, by all rules, for what it says."""
    other = asked._replace(check_in=shown["check_in"], nights=_nights(shown))
    if not is_on_sale(other, offered) or forbidding(other, offered):
        return [f"RULE2 {other}: named as an alternative, against {forbidding(other, offered)}"]
    total = sum(price + gst(price) for price in line_prices(other, offered))
    if total != shown["total_payable"]:
        return [f"PRICE1 {other}: named as an alternative for {shown['total_payable']} instead of {total}"]
    return []


def _answered_wrongly(calendars: Calendars, booking_id: str, asked: Asked, reply: Reply) -> list[str]:
    """RULE2 and PRICE1, of a call in which nothing was changed: refused by the very rules that stand, or held."""
    offered = calendars.offer_of(asked.room_type)
    if reply.code == "restricted":
        shown = {(rule["rule"], rule["date"], int(rule["value"])) for rule in reply.body["restrictions"]}
        wanted = forbidding(asked, offered)
        if shown != wanted:
            return [f"RULE2 {booking_id}: {asked} refused for {shown} instead of {wanted}"]
        return [wrong for other in reply.body["alternatives"] for wrong in _wrong_alternative(asked, other, offered)]
    if reply.code in {"invalid_request", "not_found"} and is_on_sale(asked, offered):
        return [f"RULE2 {booking_id}: {asked} is on sale, and refused: {reply.body}"]
    if reply.status == 201 and reply.body["pricing"]["base_amount"] != sum(line_prices(asked, offered)):
        return [f"PRICE1 {booking_id}: answered with {reply.body['pricing']['base_amount']} for {asked}"]
    return []


ACTS: dict[str, Any] = {"shop": shop, "offer": change_offer}
