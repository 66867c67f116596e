"""The hourly audit: scans the table, and tells every broken invariant in a line and their number in a metric."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from holdfast.audit.audit import audit_table
from holdfast.logs import Metric, count, logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PAUSE_SECONDS = 5  # between two looks: longer than any request that is under way takes to write
settings = Settings.from_environment()
store = Store.connect(settings)


@logger.inject_lambda_context
@publishes_metrics
def lambda_handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    mine = store.within(context.get_remaining_time_in_millis() / 1000)
    found = audit_table(mine, clock=utc_now, pause=lambda: time.sleep(PAUSE_SECONDS))
    for broken in found:
        facts = {"invariant": broken.invariant, "keys": [" ".join(key) for key in broken.keys]}
        logger.error(f"broken: {broken}", extra=facts)
    count(Metric.BROKEN_INVARIANTS, len(found))
    return {"broken": len(found)}
