"""Follows what hotels offer, change by change, and holds each new booking against it: RATES1, RULE1, PRICE1, LATE1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.storage.marshal import from_wire
from tests.simulation.dynamodb import Commit, StandIn
from tests.simulation.expressions import Item
from tests.simulation.invariants import BrokenPromise
from tests.simulation.offers import (
    HOTEL_POLICY,
    Asked,
    Change,
    Offer,
    OfferOf,
    forbidding,
    is_on_sale,
    is_sold,
    line_prices,
    offer_in,
    offer_of,
    plan_of,
)
from tests.simulation.scheduler import SECOND, START
from tests.simulation.units import BETWEEN_CLOCKS, GRACE_SECONDS, gst, lines_of

if TYPE_CHECKING:
    from tests.simulation.scheduler import Scheduler

Month = tuple[str, str]  # of a room type
LONGEST_CALL = 60 * SECOND
_START_US = int(START.timestamp()) * SECOND


class Calendars:
    """The offers that stand. `log` has every one, with the instant from which it stood."""

    def __init__(self, clock: Scheduler, table: StandIn, offers: dict[Month, Offer], *, owned: bool = False) -> None:
        self._clock = clock
        self._items = table.items
        self._owned = owned  # whose changes `Nights` explains
        if offers:
            table.on_commit.append(self.check)
        self.standing = dict(offers)
        self.log: list[tuple[int, Month, Offer]] = [(-1, month, offer) for month, offer in offers.items()]
        self.asked: dict[str, Asked] = {}  # what each booking was to be, by its id
        self.begun: dict[Month, list[tuple[int, Change]]] = {}  # changes that owners ask for, by operation
        self.made: set[int] = set()  # operations that have changed something

    def begin(self, month: Month, number: int, change: Change) -> None:
        self.begun.setdefault(month, []).append((number, change))

    def offer_of(self, room_type: str) -> OfferOf:
        return offer_of(self.standing, room_type)

    def check(self, changes: Commit) -> None:
        for (pk, sk), old, new in changes:
            if sk.startswith("RATES#") and new is not None:
                self._changed((pk.removeprefix("ROOM#"), sk.removeprefix("RATES#")), new)
            elif sk == "BOOKING" and old is None and new is not None and new["status"] == {"S": "reserved"}:
                self._reserved(pk.removeprefix("BOOKING#"), new)

    def _changed(self, month: Month, item: Item) -> None:
        """RATES1: a month becomes what an owner asked for, on top of what stood."""
        offer, before = offer_in(item), self.standing.get(month)
        begun = self.begun.get(month, ()) if before else ()
        makers = {number for number, change in begun if before and change.applied(before) == offer}
        if not makers and not self._owned:
            raise BrokenPromise(f"RATES1 {month}: {offer}, which no owner asked for after {before}")
        self.made |= makers
        self.standing[month] = offer
        self.log.append((self._clock.now_us, month, offer))

    def _reserved(self, booking_id: str, item: Item) -> None:
        """RULE1 and PRICE1: by what stands at the commit, as its condition on the revision proves that it does."""
        asked = self.asked[booking_id]
        offered = self.offer_of(asked.room_type)
        if not is_on_sale(asked, offered):
            raise BrokenPromise(f"RULE1 {booking_id}: {asked} is not on sale")
        rules = forbidding(asked, offered)
        if rules:
            raise BrokenPromise(f"RULE1 {booking_id}: {asked} is held against {sorted(rules)}")
        wanted, held_for = line_prices(asked, offered), lines_of(item)
        if wanted != held_for:
            raise BrokenPromise(f"PRICE1 {booking_id}: held for {held_for} instead of {wanted}")
        plan = plan_of(asked, offered)
        own = item["plan"]["L"][0]["S"] if "plan" in item else None
        if own != (plan.plan_id if plan else None):
            raise BrokenPromise(f"RULE1 {booking_id}: {asked} is sold by {own} instead of {plan}")
        policy = self._policy(asked) if plan is None or plan.policy is None else plan.policy
        steps = [[int(part["N"]) for part in step["L"] if "N" in part] for step in item["cancellation_policy"]["L"]]
        if steps != [list(step) for step in policy]:
            raise BrokenPromise(f"RULE1 {booking_id}: its policy is {steps} instead of {policy}")

    def _policy(self, asked: Asked) -> tuple[tuple[int, int], ...]:
        """The hotel's, which an approval may have changed: as the month of the arrival has it."""
        rates = self._items[f"ROOM#{asked.room_type}", f"RATES#{asked.check_in[:7]}"]
        if not self._owned:
            return HOTEL_POLICY
        return tuple((step[0], step[1]) for step in from_wire(rates).get("cancellation_policy", ()))

    def bought_too_late(self, booking_id: str, item: Item) -> Iterator[str]:
        """LATE1: after the grace, no late payment bought a stay that had cost more, or been gone, for a while."""
        for event in item["history"]["L"]:
            at_us = int(event["M"]["at"]["N"]) * 1_000 - _START_US
            over_us = int(item["expires_at"]["N"]) * 1_000 - _START_US
            if "late" not in event["M"] or at_us <= over_us + GRACE_SECONDS * SECOND + BETWEEN_CLOCKS:
                continue
            lines = lines_of(item)
            paid, least = _with_tax(lines), self._lowest(booking_id, item, at_us - LONGEST_CALL, at_us + BETWEEN_CLOCKS)
            if least is None or least > paid:
                yield f"LATE1 {booking_id}: bought at {at_us / SECOND} s for {paid}, while it cost {least}"

    def _lowest(self, booking_id: str, item: Item, from_us: int, until_us: int) -> int | None:
        """The lowest that the stay has cost between two instants; None while it was not on sale at all."""
        asked = self.asked[booking_id]
        if "plan" in item:
            asked = asked._replace(plan_id=item["plan"]["L"][0]["S"])
        standing: dict[Month, Offer] = {}
        costs = []
        instants = sorted({at_us for at_us, _, _ in self.log if at_us <= until_us})
        for number, at_us in enumerate(instants):
            standing |= {month: offer for since_us, month, offer in self.log if since_us == at_us}
            ends_us = instants[number + 1] if number + 1 < len(instants) else until_us
            if ends_us >= from_us:
                costs += self._cost(asked, dict(standing), has_plan="plan" in item)
        return min(costs, default=None)

    @staticmethod
    def _cost(asked: Asked, standing: dict[Month, Offer], *, has_plan: bool) -> list[int]:
        offered = offer_of(standing, asked.room_type)
        has_still = plan_of(asked, offered) is not None
        if has_still != has_plan or not is_sold(asked, offered) or forbidding(asked, offered):
            return []
        return [_with_tax(line_prices(asked, offered))]


def _with_tax(lines: list[int]) -> int:
    return sum(price + gst(price) for price in lines)
