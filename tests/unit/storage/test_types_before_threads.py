"""msgspec crashes the process when two threads build one type at once: jobs with threads build all of them before."""

import subprocess
import sys

import pytest

from tests.kit.template import ROOT

JOB = """
import enum
from holdfast.engine import Engine
from holdfast.model import account, booking, case
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.stand_in import table_in_memory
from {module} import {job}

BUILT = "__msgspec_cache__"
found = [of for module in (account, booking, case) for of in vars(module).values()]
enums = {{of for of in found if isinstance(of, enum.EnumType)}}
enums.remove(enum.StrEnum)
assert not any(hasattr(of, BUILT) for of in enums)
{job}(engine=Engine(Store(table_in_memory()), {{}}, FakeClock()))
assert all(hasattr(of, BUILT) for of in enums)
"""


@pytest.mark.parametrize(
    ("module", "job"), [("holdfast.bookings.expire", "sweep"), ("holdfast.payments.settle", "settle_due")]
)
def test_a_job_has_built_the_types_that_its_threads_read(module: str, job: str) -> None:
    """In a process of its own, in which nothing has been read before."""
    script = JOB.format(module=module, job=job)
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)  # noqa: S603 - ours
