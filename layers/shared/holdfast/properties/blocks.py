"""Rooms blocked for maintenance, walk-ins and other channels: taken like those of a hold, under the same conditions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.reclaim import Shortage
from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound, SoldOut
from holdfast.logs import logger
from holdfast.model.calendar import Block, BlockSource
from holdfast.model.dates import millis, months
from holdfast.model.ids import hashed_id
from holdfast.model.inventory import lacking_rooms
from holdfast.model.stripes import choose_stripes, turn_of
from holdfast.properties.opening import bring_in_line
from holdfast.properties.own_calendar import calendar_store, check_range, own_calendar
from holdfast.properties.owners import own_room_type
from holdfast.requests import NO_CURSOR
from holdfast.storage.base import WriteConflict

if TYPE_CHECKING:
    from datetime import date

    from holdfast.engine import Engine
    from holdfast.properties.calendar_requests import BlockRequest, BlocksQuery


def block_rooms(
    room_type_id: str, request: BlockRequest, *, key: str, owner_id: str, engine: Engine
) -> tuple[Block, bool]:
    """The block that this owner's `key` stands for, and whether this call made it.

    Raises NotFound, InvalidFields, IdempotencyKeyReused, SoldOut, Busy.
    """
    block_id = hashed_id("bl", owner_id, room_type_id, key)
    store = calendar_store(engine)
    property_id = store.property_of(room_type_id)

    def attempt(shortage: Shortage | None = None) -> tuple[Block, bool]:
        shortage = shortage or Shortage(room_type_id, by_booking=block_id, engine=engine)
        known = store.block(room_type_id, block_id)
        bounds = (request.first_night, request.last_night)
        calendar = own_calendar(property_id, room_type_id, *bounds, owner_id=owner_id, engine=engine)
        if known:
            return _replayed(known, request), False
        if wrong := check_range(request, calendar):
            raise InvalidFields(wrong)
        stay, wanted = _nights(*bounds), months(request.first_night, request.last_night + timedelta(days=1))
        pages = {name: month.page for name, month in calendar.months.items()}
        lacking = lacking_rooms(pages, stay, request.rooms)
        if lacking:
            if len(pages) < len(wanted):
                bring_in_line(calendar.room_type, engine=engine)
            if shortage.is_final(pages.values(), lacking):
                raise SoldOut(list(lacking), request.rooms)
            return attempt(shortage)  # months are opened, due holds released: read the pages again
        block = Block(
            block_id=block_id,
            room_type_id=room_type_id,
            first_night=request.first_night,
            last_night=request.last_night,
            rooms=request.rooms,
            taken=choose_stripes(pages, stay, request.rooms, turn_of(block_id)),
            reason=request.reason,
            source=BlockSource(request.source),
            by=owner_id,
            at_ms=millis(engine.clock()),
        )
        if not store.take(block):
            raise WriteConflict(["block"], None)
        return block, True

    block, created = engine.store.retry_on_conflict(attempt)
    if created:
        _log("rooms blocked", block, by=block.by)
    return block, created


def list_blocks(
    room_type_id: str, query: BlocksQuery, *, owner_id: str, engine: Engine
) -> tuple[list[Block], str | None]:
    """A page of the room type's blocks that are not released, and the next page's cursor. Raises NotFound."""
    own_room_type(room_type_id, owner_id=owner_id, engine=engine)
    store = calendar_store(engine)
    if query.cursor and store.block(room_type_id, query.cursor) is None:
        raise InvalidFields(("cursor", NO_CURSOR))
    return store.blocks(room_type_id, query.cursor)


def release_block(room_type_id: str, block_id: str, *, owner_id: str, engine: Engine) -> Block:
    """Gives the block's rooms back, once: a repeat finds none. Raises NotFound, Busy."""
    own_room_type(room_type_id, owner_id=owner_id, engine=engine)
    store = calendar_store(engine)

    def attempt() -> Block:
        block = store.block(room_type_id, block_id)
        if block is None or block.released_at_ms is not None:
            raise NotFound("There is no block by that id.")
        released = msgspec.structs.replace(block, released_at_ms=millis(engine.clock()), released_by=owner_id)
        if not store.release(released):
            raise WriteConflict(["block"], None)
        return released

    released = engine.store.retry_on_conflict(attempt)
    _log("block released", released, by=owner_id)
    return released


def _replayed(block: Block, request: BlockRequest) -> Block:
    asked = (request.first_night, request.last_night, request.rooms, request.reason, request.source)
    if (block.first_night, block.last_night, block.rooms, block.reason, block.source.value) != asked:
        raise IdempotencyKeyReused("This key made another block; send a new key for a new request.")
    return block


def _nights(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _log(text: str, block: Block, *, by: str) -> None:
    logger.info(
        f"{text}: {block.rooms} a night",
        extra={
            "room_type_id": block.room_type_id,
            "block_id": block.block_id,
            "by": by,
            "first_night": block.first_night.isoformat(),
            "last_night": block.last_night.isoformat(),
            "source": block.source.value,
        },
    )
