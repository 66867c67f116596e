"""What anyone may read: search, a property, a room type's calendar."""

from __future__ import annotations

from holdfast.errors import NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.properties.requests import CalendarQuery, OffersQuery, SearchQuery
from holdfast.properties.search import calendar, property_detail, search
from holdfast.settings import Settings
from holdfast.views.properties import (
    CalendarView,
    PropertyList,
    PropertyView,
    calendar_view,
    property_view,
    search_view,
)

CACHE_SECONDS = 10  # as long as a shared cache may show a room that was taken, or a price that was changed, meanwhile

settings = Settings.from_environment()
api = Api(settings)


@api.route(
    "GET /properties", who=Role.ANYONE, query=SearchQuery, answers={200: PropertyList}, cache_seconds=CACHE_SECONDS
)
def get_properties(request: Request) -> Response:
    """Search: the hotels of a city; with dates, what is free and the all-in price. A page has up to 24 hotels."""
    page = search(request.query(SearchQuery), engine=request.engine)
    return Response(200, search_view(page, settings.images_base_url))


@api.route(
    "GET /properties/{property_id}",
    who=Role.ANYONE,
    query=OffersQuery,
    answers={200: PropertyView},
    cache_seconds=CACHE_SECONDS,
    refusals=(NotFound,),
)
def get_property(request: Request) -> Response:
    """One property and its room types; with dates, what is free and the all-in price, as in a search."""
    detail = property_detail(request.path("property_id"), request.query(OffersQuery), engine=request.engine)
    return Response(200, property_view(detail, settings.images_base_url))


@api.route(
    "GET /room-types/{room_type_id}/calendar",
    who=Role.ANYONE,
    query=CalendarQuery,
    answers={200: CalendarView},
    cache_seconds=CACHE_SECONDS,
    refusals=(NotFound,),
)
def get_calendar(request: Request) -> Response:
    """The nights of a month: rooms free and price. Without a month, this one."""
    month = calendar(request.path("room_type_id"), request.query(CalendarQuery).month, engine=request.engine)
    return Response(200, calendar_view(month))


lambda_handler = api.lambda_handler
