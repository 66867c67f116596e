"""An owner's calendar: prices, rooms and rules of nights, changed, looked up and undone."""

from __future__ import annotations

from holdfast.errors import BelowSold, NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.model.ids import CHANGE_ID
from holdfast.properties.calendar import change_calendar, preview_change
from holdfast.properties.calendar_requests import MAX_CALENDAR_BYTES, CalendarRequest, ChangesQuery
from holdfast.properties.changes import list_changes, undo_change
from holdfast.settings import Settings
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
    room_type_id, change_id = request.path("room_type_id"), request.path("change_id", CHANGE_ID)
    undo = undo_change(room_type_id, change_id, owner_id=request.owner_id, engine=request.engine)
    return Response(200, undone_view(undo))


lambda_handler = api.lambda_handler
