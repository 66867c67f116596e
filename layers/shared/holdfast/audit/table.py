"""The audit of a table in use: several looks at it, because a scan is no snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import Broken, Snapshot, snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from holdfast.payments.gateways.protocol import GatewayPayment
    from holdfast.storage.store import Store

LOOKS = 3  # only what every one shows is broken


class Audited(NamedTuple):
    """What every look showed to be broken; the last of them, and when it began."""

    broken: list[Broken]
    snapshot: Snapshot
    at: datetime


def audit_table(
    store: Store,
    *,
    clock: Callable[[], datetime],
    gateway_records: Callable[[], Iterable[tuple[str, GatewayPayment]]] | None = None,
    file_keys: Callable[[], Iterable[str]] | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Audited:
    """Audits a table in use: what is broken at every one of LOOKS scans, for the very same items.

    A scan reads each item at another moment, so a booking made meanwhile may be seen without its page; the next scan
    does not see that again. Stops at the first clean look. Raises Busy.
    """

    def look() -> Audited:
        seen, keys = gateway_records and gateway_records(), file_keys and list(file_keys())
        at, view = clock(), snapshot_of(store.table.scan())
        found = audit(view, now=clock(), due_shards=store.due_shards, gateway_records=seen, file_keys=keys)
        return Audited(found, view, at)

    audited = look()
    for _ in range(LOOKS - 1):
        if not audited.broken:
            break
        pause()
        same, audited = {_sameness(broken) for broken in audited.broken}, look()
        audited = audited._replace(broken=[broken for broken in audited.broken if _sameness(broken) in same])
    return audited


def _sameness(broken: Broken) -> tuple[object, ...]:
    """What identifies a finding. Where each scan of a month in use is off by another count or revision, those too."""
    return broken.invariant, broken.keys, broken.text if broken.invariant in {"INV1", "CAL1", "CAL3"} else ""
