"""Room types of a hotel: their content waits for approval; prices, rooms, plans and occupancy are on sale at once.

A change is one transaction: the room type, all its months that are open, what search reads, and the draft if it changes
what an admin approves. Whatever of these another call has changed meanwhile fails its condition, and all is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.bookings.reclaim import Shortage
from holdfast.errors import BelowSold, IdempotencyKeyReused, InvalidFields, NotFound
from holdfast.logs import logger
from holdfast.model.dates import today_in
from holdfast.model.ids import hashed_id
from holdfast.model.limits import MAX_ROOM_TYPES
from holdfast.model.property import Property, RoomContent, RoomType
from holdfast.model.stripes import MOST_STRIPES
from holdfast.properties.opening import lacking, month_changes
from holdfast.properties.owners import own_room_type
from holdfast.properties.provisional import sold_as
from holdfast.properties.register import changed, own_property
from holdfast.properties.revised import digest_of
from holdfast.properties.room_rules import room_type_problems
from holdfast.storage.base import WriteConflict
from holdfast.storage.properties import PropertyStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.engine import Engine
    from holdfast.model.property import Occupancy, RatePlan
    from holdfast.properties.opening import MonthChange

type Problems = list[tuple[str, str]]

LISTED = ("name", "base_price", "discounted_price", "total_rooms", "max_guests", "live")  # what search reads of one


def room_type_id_for(owner_id: str, property_id: str, key: str) -> str:
    """The id of the room type that this owner makes there with this Idempotency-Key."""
    return hashed_id("rt", owner_id, property_id, key)


def add_room_type(room_type: RoomType, *, owner_id: str, engine: Engine, most: int = MAX_ROOM_TYPES) -> bool:
    """Adds a room type to its property's draft, unless its id is known already; whether this call did.

    Raises NotFound, IdempotencyKeyReused, InvalidFields, Busy.
    """
    store, request = PropertyStore(engine.store.table), digest_of(room_type)
    property_id, room_type_id = room_type.property_id, room_type.room_type_id

    def attempt() -> bool:
        own = own_property(property_id, owner_id=owner_id, engine=engine)
        made_by = store.room_type_made_by(room_type_id)
        if made_by is not None:
            if made_by != request:
                raise IdempotencyKeyReused("This key made another room type; send a new key for a new one.")
            return False
        _refuse(room_type_problems(room_type, room_type.price))
        draft = own.draft
        if len(draft.room_types) >= most:
            raise InvalidFields(("room_types", f"a property has at most {most}; this would be one more"))
        after = changed(draft, engine, room_types=(*draft.room_types, room_type_id))
        store.add_room_type(room_type, request, draft, after)
        _log("room type added", room_type, owner_id)
        return True

    return store.retry_on_conflict(attempt)


def change_room_type(room_type_id: str, sent: dict[str, Any], *, owner_id: str, engine: Engine) -> RoomType:
    """Sets these fields of a room type. Raises NotFound, InvalidFields, BelowSold, Busy."""

    def applied(before: RoomType) -> RoomType:
        content = msgspec.structs.replace(
            before.latest, **{name: sent[name] for name in ("name", "description") if name in sent}
        )
        rest = {name: value for name, value in sent.items() if name not in {"name", "description"}}
        after = msgspec.structs.replace(before, **rest)
        if not before.live:
            return msgspec.structs.replace(after, name=content.name, description=content.description)
        is_public = content == RoomContent(name=before.name, description=before.description)
        return msgspec.structs.replace(after, draft=None if is_public else content)

    def named(problems: Problems) -> Problems:
        """By what was sent: a lower price may be what leaves nothing of it for a plan, and fewer guests than the
        occupancy says can only be the room's."""
        price = "discounted_price" if "discounted_price" in sent else "base_price"
        instead = {"occupancy": "max_guests"}
        return [
            (field if field.partition("[")[0].partition(".")[0] in sent else instead.get(field, price), says)
            for field, says in problems
        ]

    return _change(room_type_id, applied, named, owner_id=owner_id, engine=engine)


def put_plan(room_type_id: str, plan: RatePlan, *, owner_id: str, engine: Engine) -> RoomType:
    """Puts a rate plan in the place of the one with its id, or after the others. Raises as `change_room_type` does."""

    def applied(before: RoomType) -> RoomType:
        plans = {one.plan_id: one for one in before.plans} | {plan.plan_id: plan}
        return msgspec.structs.replace(before, plans=tuple(plans.values()))

    def named(problems: Problems) -> Problems:
        return [("derived" if field.startswith("plans[") else field, says) for field, says in problems]

    return _change(room_type_id, applied, named, owner_id=owner_id, engine=engine)


def put_occupancy(room_type_id: str, occupancy: Occupancy, *, owner_id: str, engine: Engine) -> RoomType:
    """Says who may sleep in a room and what that costs. Raises as `change_room_type` does."""

    def applied(before: RoomType) -> RoomType:
        return msgspec.structs.replace(before, occupancy=occupancy)

    def named(problems: Problems) -> Problems:
        return [("max_guests" if field == "occupancy" else "single_discount", says) for field, says in problems]

    return _change(room_type_id, applied, named, owner_id=owner_id, engine=engine)


def _change(
    room_type_id: str,
    applied: Callable[[RoomType], RoomType],
    named: Callable[[Problems], Problems],
    *,
    owner_id: str,
    engine: Engine,
) -> RoomType:
    store = PropertyStore(engine.store.table)

    def attempt(shortage: Shortage | None = None) -> RoomType:
        property_id = own_room_type(room_type_id, owner_id=owner_id, engine=engine).property_id
        public, before = store.public_room_type(property_id, room_type_id)
        if before is None:
            raise NotFound("There is no room type by that id.")
        after = applied(before)
        if after == before:
            return before
        sold = public or sold_as(before, engine=engine)
        _refuse(named(room_type_problems(after, after.price)))
        is_on_sale = public is not None and before.live
        try:
            months = month_changes(sold, after, engine=engine, opens=is_on_sale, before_rooms=before.total_rooms)
        except BelowSold as short:
            shortage = shortage or Shortage(room_type_id, by_booking=property_id, engine=engine)
            if shortage.has_nothing_due(lacking(short.nights), stripes=MOST_STRIPES):
                raise
            return attempt(shortage)
        _refuse(named(room_type_problems(after, _lowest_price(after, months, sold, engine))))
        others = [store.writes.room_type(before, after), *_listed(before, after, public, store, engine)]
        if after.latest != before.latest:
            draft = store.draft(property_id)
            if draft is None:
                raise NotFound("There is no property by that id.")
            others.append(store.writes.draft(draft, changed(draft, engine)))
        if not engine.catalog.change_months(months, others):
            raise WriteConflict(["room type"], None)
        _log("room type changed", after, owner_id)
        return msgspec.structs.replace(after, version=before.version + 1)

    return store.retry_on_conflict(attempt)


def _listed(
    before: RoomType, after: RoomType, public: Property | None, store: PropertyStore, engine: Engine
) -> list[dict[str, Any]]:
    """What search reads, if that changes; in any case, the public property has to be as it was read."""
    if public is None or not before.live or all(getattr(before, of) == getattr(after, of) for of in LISTED):
        return [store.writes.property_unchanged(before.property_id, public)]
    others = engine.catalog.room_types(before.property_id)
    rooms = [after if room.room_type_id == after.room_type_id else room for room in others]
    return store.writes.published(public, public, rooms)


def _lowest_price(room_type: RoomType, months: list[MonthChange], sold: Property, engine: Engine) -> int:
    """Of all nights that will be sold by these changes, which are written only while the prices are as they were read.

    A month that is not among them has its plans and its occupancy already.
    """
    today = today_in(sold.timezone, engine.clock(), sold.day_ends)
    own = [price for _, month in months for day, price in month.rates.price.items() if month.page.night(day) >= today]
    return min([room_type.price, *own])


def _refuse(problems: Problems) -> None:
    if problems:
        raise InvalidFields(*problems)


def _log(what: str, room_type: RoomType, owner_id: str) -> None:
    facts = {"property_id": room_type.property_id, "room_type_id": room_type.room_type_id, "by": owner_id}
    logger.info(what, extra=facts)
