"""The auditor over a test's own table: what must be true of it at rest, whatever was done to it."""

from collections.abc import Iterable
from datetime import datetime

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.payments.gateways.protocol import GatewayPayment
from holdfast.storage.store import Store

SCAN_SECONDS = 30  # for all its pages


def broken_in(
    store: Store, now: datetime, *, gateway_records: Iterable[tuple[str, GatewayPayment]] | None = None
) -> list[str]:
    """Each broken invariant in a line. No sweep runs during a test, so a hold may outlive its deadline."""
    items = store.within(SCAN_SECONDS).table.scan()
    found = audit(
        snapshot_of(items), now=now, due_shards=store.due_shards, gateway_records=gateway_records, sweeping=False
    )
    return [str(broken) for broken in found]
