"""The hourly audit: scans the table, writes a line for each broken invariant and their number as a metric.

Its verdict and the daily figures stay in the table.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from holdfast.audit.record import record_audit
from holdfast.audit.table import audit_table
from holdfast.engine import Engine
from holdfast.logs import Metric, count, logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.model.image import SHOWN
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PAUSE_SECONDS = 5  # between two scans: longer than a running request takes to write
settings = Settings.from_environment()
engine = Engine(Store.connect(settings), {}, utc_now)
bucket = Bucket.connect(settings)


@logger.inject_lambda_context
@publishes_metrics
def lambda_handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    within = engine.within(context.get_remaining_time_in_millis() / 1000)
    audited = audit_table(
        within.store,
        clock=within.clock,
        file_keys=lambda: bucket.keys(SHOWN),
        pause=lambda: time.sleep(PAUSE_SECONDS),
    )
    for broken in audited.broken:
        facts = {"invariant": broken.invariant, "keys": [" ".join(key) for key in broken.keys]}
        logger.error(f"broken: {broken}", extra=facts)
    count(Metric.BROKEN_INVARIANTS, len(audited.broken))
    record_audit(audited, store=within.store)
    return {"broken": len(audited.broken)}
