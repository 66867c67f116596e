"""The audit: scans the table, writes a line for each broken invariant and their number as a metric.

A pass that is due is begun by the first run that finds it so, and carried on by the next ones if one is too short. Only
a finished pass has lines and a metric; its verdict and the daily figures stay in the table.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from holdfast.audit.record import record_audit
from holdfast.audit.runs import Auditor
from holdfast.audit.table import Records
from holdfast.engine import Engine
from holdfast.logs import Metric, count, logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.model.image import SHOWN
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.storage.store import Store
from holdfast.storage.stream import Stream

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PAUSE_SECONDS = 5  # between two scans: longer than a running request takes to write
settings = Settings.from_environment()
engine = Engine(Store.connect(settings), {}, utc_now)
bucket = Bucket.connect(settings)
stream = Stream(settings.stream_arn)


@logger.inject_lambda_context
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """By the schedule, if a pass is due or left; called with anything else, at once."""
    within = engine.within(context.get_remaining_time_in_millis() / 1000)
    auditor = Auditor(
        within,
        bucket,
        Records(file_keys=lambda: bucket.keys(SHOWN)),
        settings.audit_hours,
        stream if settings.audit_hours > 1 else None,
        lambda: time.sleep(PAUSE_SECONDS),
    )
    outcome, audited, suspected = auditor.run(at_once=event.get("source") != "aws.events")
    if suspected:
        logger.warning("what has changed does not add up: the whole table is to be audited")
    if audited is None:
        return {"outcome": outcome}
    for broken in audited.broken:
        facts = {"invariant": broken.invariant, "keys": [" ".join(key) for key in broken.keys]}
        logger.error(f"broken: {broken}", extra=facts)
    record_audit(audited, store=within.store, hours=settings.audit_hours)
    count(Metric.BROKEN_INVARIANTS, len(audited.broken))
    return {"outcome": outcome, "broken": len(audited.broken)}
