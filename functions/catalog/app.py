"""What anyone may look at: search, a property, a room type's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import NotFound
from holdfast.http import Api, Request, Response, Role
from holdfast.logs import logger
from holdfast.model.dates import utc_now
from holdfast.properties.search import CalendarView, PropertyList, PropertyView, calendar, property_detail, search
from holdfast.requests import CalendarQuery, SearchQuery
from holdfast.settings import Settings
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
catalog = CatalogStore(store.table)
api = Api()


@api.route("GET /properties", who=Role.ANYONE, query=SearchQuery, answers={200: PropertyList})
def get_properties(request: Request) -> Response:
    """Search: the properties of a city; with dates, what is free and the all-in price."""
    found = search(
        request.query(SearchQuery),
        catalog=catalog.within(request.seconds_left),
        store=store.within(request.seconds_left),
        now=utc_now(),
    )
    return Response(200, PropertyList(properties=found))


@api.route("GET /properties/{property_id}", who=Role.ANYONE, answers={200: PropertyView}, refusals=(NotFound,))
def get_property(request: Request) -> Response:
    """One property and its room types."""
    return Response(200, property_detail(request.path("property_id"), catalog=catalog.within(request.seconds_left)))


@api.route(
    "GET /room-types/{room_type_id}/calendar",
    who=Role.ANYONE,
    query=CalendarQuery,
    answers={200: CalendarView},
    refusals=(NotFound,),
)
def get_calendar(request: Request) -> Response:
    """The nights of a month: rooms free and price. Without a month, this one."""
    month = calendar(
        request.path("room_type_id"),
        request.query(CalendarQuery).month,
        catalog=catalog.within(request.seconds_left),
        store=store.within(request.seconds_left),
        now=utc_now(),
    )
    return Response(200, month)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
