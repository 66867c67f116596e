"""An owner's calendar: prices, rooms and rules of nights, changed one by one or in bulk, and undone; and blocks."""

from __future__ import annotations

from holdfast.errors import BelowSold, IdempotencyKeyReused, NotFound, SoldOut, TooManyCalls
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.model.ids import BLOCK_ID, CHANGE_ID
from holdfast.properties.calendar_requests import (
    MAX_ARI_BYTES,
    MAX_CALENDAR_BYTES,
    AriQuery,
    AriRequest,
    BlockRequest,
    BlocksQuery,
    CalendarRequest,
    ChangesQuery,
)
from holdfast.settings import Settings
from holdfast.views.ari import AriNights, AriResult, AriUndone, nights_view, result_view, undone_values_view
from holdfast.views.blocks import BlockList, BlockView, block_view, blocks_view
from holdfast.views.calendar import (
    CalendarChanged,
    ChangeList,
    ChangeUndone,
    changed_view,
    changes_view,
    preview_view,
    undone_view,
)

api = Api(Settings.from_environment())


@api.route(
    "PUT /room-types/{room_type_id}/calendar",
    who=Role.OWNER,
    body=CalendarRequest,
    answers={200: CalendarChanged},
    refusals=(NotFound, BelowSold),
)
def put_calendar(request: Request) -> Response:
    """Set prices, rooms and rules of nights, all of it or nothing. What is absent is left; null is the default."""
    from holdfast.properties.calendar import change_calendar, preview_change  # noqa: PLC0415 - a start that changes nothing is spared it

    room_type_id, sent = request.path("room_type_id"), request.body(CalendarRequest, limit=MAX_CALENDAR_BYTES)
    if sent.dry_run:
        preview = preview_change(room_type_id, sent, owner_id=request.owner_id, engine=request.engine)
        return Response(200, preview_view(preview))
    change = change_calendar(room_type_id, sent, owner_id=request.owner_id, engine=request.engine)
    return Response(200, changed_view(change))


@api.route(
    "GET /room-types/{room_type_id}/calendar/changes",
    who=Role.OWNER,
    query=ChangesQuery,
    answers={200: ChangeList},
    refusals=(NotFound,),
)
def get_changes(request: Request) -> Response:
    """The changes of a calendar, newest first, for 400 days."""
    from holdfast.properties.changes import list_changes  # noqa: PLC0415 - the same

    room_type_id, query = request.path("room_type_id"), request.query(ChangesQuery)
    changes, cursor = list_changes(room_type_id, query, owner_id=request.owner_id, engine=request.engine)
    return Response(200, changes_view(changes, cursor))


@api.route(
    "POST /room-types/{room_type_id}/calendar/changes/{change_id}/undo",
    who=Role.OWNER,
    answers={200: ChangeUndone},
    refusals=(NotFound, BelowSold),
)
def post_undo(request: Request) -> Response:
    """Put back what a change found. What was changed again since is left. Repeatable, and itself a change."""
    from holdfast.properties.changes import undo_change  # noqa: PLC0415 - the same

    room_type_id, change_id = request.path("room_type_id"), request.path("change_id", CHANGE_ID)
    undo = undo_change(room_type_id, change_id, owner_id=request.owner_id, engine=request.engine)
    return Response(200, undone_view(undo))


@api.route(
    "POST /properties/{property_id}/ari",
    who=Role.OWNER,
    body=AriRequest,
    answers={200: AriResult},
    refusals=(NotFound, TooManyCalls),
)
def post_ari(request: Request) -> Response:
    """Set prices, rooms and rules of many room types, folded in order. A bad value is refused by its index."""
    from holdfast.properties.ari import set_values  # noqa: PLC0415 - the same

    property_id, sent = request.path("property_id"), request.body(AriRequest, limit=MAX_ARI_BYTES)
    result = set_values(property_id, sent, owner_id=request.owner_id, engine=request.engine)
    return Response(200, result_view(result))


@api.route(
    "GET /properties/{property_id}/ari",
    who=Role.OWNER,
    query=AriQuery,
    answers={200: AriNights},
    refusals=(NotFound,),
)
def get_ari(request: Request) -> Response:
    """What is on sale, by room type and night."""
    from holdfast.properties.ari import read_values  # noqa: PLC0415 - the same

    property_id, query = request.path("property_id"), request.query(AriQuery)
    return Response(200, nights_view(read_values(property_id, query, owner_id=request.owner_id, engine=request.engine)))


@api.route(
    "POST /properties/{property_id}/ari/{change_id}/undo",
    who=Role.OWNER,
    answers={200: AriUndone},
    refusals=(NotFound, TooManyCalls),
)
def post_ari_undo(request: Request) -> Response:
    """Put back what a call in bulk found, in all its room types. Repeatable, and itself a change."""
    from holdfast.properties.ari import undo_values  # noqa: PLC0415 - the same

    property_id, change_id = request.path("property_id"), request.path("change_id", CHANGE_ID)
    undone = undo_values(property_id, change_id, owner_id=request.owner_id, engine=request.engine)
    return Response(200, undone_values_view(undone))


@api.route(
    "POST /room-types/{room_type_id}/blocks",
    who=Role.OWNER,
    body=BlockRequest,
    idempotent=True,
    answers={201: BlockView, 200: BlockView},
    refusals=(NotFound, SoldOut, IdempotencyKeyReused),
)
def post_block(request: Request) -> Response:
    """Take rooms off sale for maintenance, a walk-in or another channel: on every night of the range, or on none."""
    from holdfast.properties.blocks import block_rooms  # noqa: PLC0415 - the same

    room_type_id, key, sent = request.path("room_type_id"), request.idempotency_key, request.body(BlockRequest)
    block, made = block_rooms(room_type_id, sent, key=key, owner_id=request.owner_id, engine=request.engine)
    return Response(201 if made else 200, block_view(block))


@api.route(
    "GET /room-types/{room_type_id}/blocks",
    who=Role.OWNER,
    query=BlocksQuery,
    answers={200: BlockList},
    refusals=(NotFound,),
)
def get_blocks(request: Request) -> Response:
    """The blocks of a room type that are not released."""
    from holdfast.properties.blocks import list_blocks  # noqa: PLC0415 - the same

    room_type_id, query = request.path("room_type_id"), request.query(BlocksQuery)
    blocks, cursor = list_blocks(room_type_id, query, owner_id=request.owner_id, engine=request.engine)
    return Response(200, blocks_view(blocks, cursor))


@api.route(
    "DELETE /room-types/{room_type_id}/blocks/{block_id}",
    who=Role.OWNER,
    answers={200: BlockView},
    refusals=(NotFound,),
)
def delete_block(request: Request) -> Response:
    """Give a block's rooms back, once: a repeat is 404."""
    from holdfast.properties.blocks import release_block  # noqa: PLC0415 - the same

    room_type_id, block_id = request.path("room_type_id"), request.path("block_id", BLOCK_ID)
    block = release_block(room_type_id, block_id, owner_id=request.owner_id, engine=request.engine)
    return Response(200, block_view(block))


lambda_handler = api.lambda_handler
