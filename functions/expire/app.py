"""Put the rooms of unpaid holds back on sale: each minute by the schedule, and by stream when TTL deletes a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.bookings.expire import list_due, restore, sweep
from holdfast.engine import Engine
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.storage.items import booking_of
from holdfast.storage.marshal import from_wire
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

engine = Engine(Store.connect(Settings.from_environment()), {}, utc_now)


@logger.inject_lambda_context
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    within = engine.within(context.get_remaining_time_in_millis() / 1000)
    if "Records" in event:
        return {"batchItemFailures": _restore_all(event["Records"], within)}
    if event.get("dry_run", False) is not False:
        return list_due(engine=within)
    summary: dict[str, Any] = msgspec.to_builtins(sweep(engine=within))
    return summary


def _restore_all(records: list[dict[str, Any]], within: Engine) -> list[dict[str, str]]:
    """Tries every record. The stream delivers again from the first one that failed; a repeat changes nothing."""
    failed = []
    for record in records:
        try:
            restore(booking_of(from_wire(record["dynamodb"]["OldImage"])), engine=within)
        except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
            logger.exception("could not release a deleted hold", extra={"event_id": record.get("eventID")})
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return failed[:1]
