"""The daily job that keeps the calendars of all hotels open, twenty months from this one on.

An operator also gives months stripes by it: `{"room_type_id": "…", "months": ["2026-12"], "stripes": 8}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.engine import Engine
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.properties.opener import open_calendars
from holdfast.properties.stripes import set_stripes
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

engine = Engine(Store.connect(Settings.from_environment()), {}, utc_now)


@logger.inject_lambda_context
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    within = engine.within(context.get_remaining_time_in_millis() / 1000)
    if "stripes" in event:
        return {"stripes": set_stripes(event["room_type_id"], event["months"], event["stripes"], engine=within)}
    summary: dict[str, Any] = msgspec.to_builtins(open_calendars(engine=within))
    return summary
