"""What several tests of this folder ask for."""

from collections.abc import Callable

import pytest

from holdfast.audit.record import record_audit
from holdfast.audit.table import Audited, audit_table
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock


@pytest.fixture
def audited(store: Store, clock: FakeClock) -> Callable[[], Audited]:
    """An audit, whose result is recorded."""

    def run() -> Audited:
        found = audit_table(store, clock=clock)
        record_audit(found, store=store)
        return found

    return run
