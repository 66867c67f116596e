"""What anyone may look at: search, a property, a room type's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.catalog import (
    CalendarQuery,
    CalendarView,
    PropertyList,
    PropertyView,
    SearchQuery,
    calendar,
    property_detail,
    search,
)
from holdfast.catalog_store import CatalogStore
from holdfast.errors import NotFound
from holdfast.http import Answer, Api, Call, Who
from holdfast.logs import logger
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
catalog = CatalogStore(store.table)
api = Api()


@api.route("GET /properties", who=Who.ANYONE, query=SearchQuery, answers={200: PropertyList})
def get_properties(call: Call) -> Answer:
    """Search: the properties of a city; with dates, what is free and the all-in price."""
    found = search(
        call.query(SearchQuery),
        catalog=catalog.within(call.seconds_left),
        store=store.within(call.seconds_left),
        now=utc_now(),
    )
    return Answer(200, PropertyList(properties=found))


@api.route("GET /properties/{property_id}", who=Who.ANYONE, answers={200: PropertyView}, refusals=(NotFound,))
def get_property(call: Call) -> Answer:
    """One property and its room types."""
    return Answer(200, property_detail(call.path("property_id"), catalog=catalog.within(call.seconds_left)))


@api.route(
    "GET /room-types/{room_type_id}/calendar",
    who=Who.ANYONE,
    query=CalendarQuery,
    answers={200: CalendarView},
    refusals=(NotFound,),
)
def get_calendar(call: Call) -> Answer:
    """The nights of a month: rooms free and price. Without a month, this one."""
    month = calendar(
        call.path("room_type_id"),
        call.query(CalendarQuery).month,
        catalog=catalog.within(call.seconds_left),
        store=store.within(call.seconds_left),
        now=utc_now(),
    )
    return Answer(200, month)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
