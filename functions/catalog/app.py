"""What anyone may look at: search, a property, a room type's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.catalog import CalendarQuery, SearchQuery, calendar, property_detail, search
from holdfast.catalog_store import CatalogStore
from holdfast.http import Answer, Api, Call
from holdfast.logs import logger
from holdfast.model import utc_now
from holdfast.settings import Settings
from holdfast.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
catalog = CatalogStore(store.table)
api = Api()


@api.route("GET /properties")
def get_properties(call: Call) -> Answer:
    found = search(
        call.query(SearchQuery),
        catalog=catalog.within(call.seconds_left),
        store=store.within(call.seconds_left),
        now=utc_now(),
    )
    return Answer(200, {"properties": found})


@api.route("GET /properties/{property_id}")
def get_property(call: Call) -> Answer:
    return Answer(200, property_detail(call.path("property_id"), catalog=catalog.within(call.seconds_left)))


@api.route("GET /room-types/{room_type_id}/calendar")
def get_calendar(call: Call) -> Answer:
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
