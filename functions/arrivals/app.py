"""Arrivals and board: who comes to an owner's hotel, and who is in it, as JSON or as a table."""

from __future__ import annotations

from urllib.parse import urlencode

from holdfast.desk.arrivals import arrivals
from holdfast.desk.board import board
from holdfast.desk.front_desk_requests import ArrivalsQuery, BoardQuery
from holdfast.errors import NotFound
from holdfast.http import Api, Csv, Response, Role
from holdfast.http_request import Request
from holdfast.settings import Settings
from holdfast.views.front_desk import ArrivalList, BoardView, arrivals_view, board_view

api = Api(Settings.from_environment())


@api.route(
    "GET /properties/{property_id}/arrivals",
    who=Role.OWNER,
    query=ArrivalsQuery,
    csv=True,
    answers={200: ArrivalList},
    refusals=(NotFound,),
)
def get_arrivals(request: Request) -> Response:
    """Who checks in on a day, today unless one is named, with the guests' details. A page is of 500 bookings."""
    query = request.query(ArrivalsQuery)
    found = arrivals(request.path("property_id"), query, owner_id=request.owner_id, engine=request.engine)
    if not request.wants_csv:
        return Response(200, arrivals_view(found))
    from holdfast.views.front_desk_tables import arrivals_table  # noqa: PLC0415 - a start that shows none is spared it

    more = {"date": str(found.day), "cursor": found.cursor}
    return Response(200, Csv(arrivals_table(found), urlencode(more) if found.cursor else None))


@api.route(
    "GET /properties/{property_id}/board",
    who=Role.OWNER,
    query=BoardQuery,
    csv=True,
    answers={200: BoardView},
    refusals=(NotFound,),
)
def get_board(request: Request) -> Response:
    """Who is in which room type, by night, from today on unless a night is named. Pages of stays as of arrivals."""
    query = request.query(BoardQuery)
    found = board(request.path("property_id"), query, owner_id=request.owner_id, engine=request.engine)
    if not request.wants_csv:
        return Response(200, board_view(found))
    from holdfast.views.front_desk_tables import board_table  # noqa: PLC0415 - the same

    more = {"first_night": str(found.first_night), "nights": str(query.nights), "cursor": found.cursor}
    return Response(200, Csv(board_table(found), urlencode(more) if found.cursor else None))


lambda_handler = api.lambda_handler
