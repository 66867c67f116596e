"""Blocks of rooms, as their owner sees them."""

from __future__ import annotations

from datetime import date

from holdfast.fields import Instant, Strict
from holdfast.model.calendar import Block, BlockSource
from holdfast.model.dates import rfc3339


class BlockView(Strict):
    block_id: str
    room_type_id: str
    first_night: date
    last_night: date
    rooms: int
    reason: str
    source: BlockSource
    by: str
    at: Instant
    released_at: Instant | None = None


class BlockList(Strict):
    """One page of a room type's blocks; `cursor` asks for the next one."""

    blocks: list[BlockView]
    cursor: str | None = None


def block_view(block: Block) -> BlockView:
    return BlockView(
        block_id=block.block_id,
        room_type_id=block.room_type_id,
        first_night=block.first_night,
        last_night=block.last_night,
        rooms=block.rooms,
        reason=block.reason,
        source=block.source,
        by=block.by,
        at=rfc3339(block.at_ms),
        released_at=None if block.released_at_ms is None else rfc3339(block.released_at_ms),
    )


def blocks_view(blocks: list[Block], cursor: str | None) -> BlockList:
    return BlockList(blocks=[block_view(block) for block in blocks], cursor=cursor)
