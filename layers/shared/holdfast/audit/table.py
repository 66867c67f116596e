"""The audit of a table in use: several looks at it, because a scan is no snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.audit.look import Look, Suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from holdfast.audit.figures import DayCounts
    from holdfast.audit.snapshot import Broken, Snapshot
    from holdfast.model.verdict import Checked
    from holdfast.payments.gateways.protocol import GatewayPayment
    from holdfast.storage.store import Store

LOOKS = 3  # only what every one shows is broken
# What a look can show only of those bookings and users whom the look before made it keep.
OF_SUSPECTS = frozenset({"INV3", "WAL1", "WAL2", "WAL3", "ACC1", "PRM1", "PAY2", "PAY3", "PAY4", "CASH1", "CASE1"})


class Audited(NamedTuple):
    """What the looks showed to be broken; when the last of them began, how much it read, and what it kept of that."""

    broken: list[Broken]
    snapshot: Snapshot
    at: datetime
    checked: Checked
    days: DayCounts


def audit_table(
    store: Store,
    *,
    clock: Callable[[], datetime],
    gateway_records: Callable[[], Iterable[tuple[str, GatewayPayment]]] | None = None,
    file_keys: Callable[[], Iterable[str]] | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Audited:
    """Audits a table in use: what is broken at every one of LOOKS scans, for the very same items.

    The first look is at half the price, and perhaps a moment behind. Of users it shows only whom to suspect, by sums
    that do not add up; the next ones keep those in full and read the latest of everything. A scan reads each item at
    another moment, so a booking made meanwhile may be seen without its page; the next scan does not see that again.
    Stops at the first clean look. With `gateway_records`, which have payments of all bookings, it keeps everybody.
    Raises Busy.
    """

    def look(suspects: Suspects, *, consistent: bool) -> tuple[Audited, Suspects]:
        records = gateway_records and list(gateway_records())
        files = file_keys and list(file_keys())
        at = clock()
        one = Look(suspects, now=at, due_shards=store.due_shards)
        for page in store.table.scan_pages(consistent=consistent):
            one.add(page, clock())
        found = one.finish(clock(), gateway_records=records, file_keys=files)
        return Audited(found, one.view, at, one.checked, one.days), one.suspects(found)

    everybody = Suspects(everybody=gateway_records is not None)
    audited, suspects = look(everybody, consistent=everybody.everybody)
    unseen = frozenset[str]() if everybody.everybody else OF_SUSPECTS  # what the look before could not show
    for _ in range(LOOKS - 1):
        if not audited.broken and not (unseen and suspects):
            break
        pause()
        same = {_sameness(broken) for broken in audited.broken}
        audited, more = look(suspects, consistent=True)
        lasting = [one for one in audited.broken if one.invariant in unseen or _sameness(one) in same]
        audited, suspects, unseen = audited._replace(broken=lasting), suspects.joined(more), frozenset()
    return audited


def _sameness(broken: Broken) -> tuple[object, ...]:
    """What identifies a finding. Where each scan of a month in use is off by another count or revision, those too."""
    return broken.invariant, broken.keys, broken.text if broken.invariant in {"INV1", "CAL1", "CAL3"} else ""
