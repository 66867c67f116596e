"""Try one mutant: in a process forked from one that has imported everything but the engine, so it begins at once."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import NamedTuple

from tests.mutants.mutant import Mutant, plant
from tests.mutants.suites import Suite, suites

_WITHOUT_EMULATORS = "not ministack and not dynamodb_local and not localstripe"


class Trial(NamedTuple):
    mutant: Mutant
    caught_by: str  # a suite's name, or nothing for a survivor


def warm_up() -> None:
    """Imports what the tests need besides the engine, once, for every fork."""
    for name in ("aws_lambda_powertools", "boto3", "moto", "moto.dynamodb", "pydantic", "pytest"):
        import_module(name)
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    assert "holdfast" not in sys.modules


def tried(mutant: Mutant, *, output: str = os.devnull) -> Trial:
    """How the mutant ended; what the last tests print goes to the file `output`."""
    for suite in suites(mutant.file):
        if not passes(suite, mutant, output=output):
            return Trial(mutant, suite.name)
    return Trial(mutant, "")


def passes(suite: Suite, mutant: Mutant | None, *, output: str = os.devnull) -> bool:
    """Whether the suite passes with the mutant planted, or with none; one that takes too long does not."""
    child = os.fork()
    if child == 0:
        os._exit(_run(suite, mutant, output))
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) == 0


def _run(suite: Suite, mutant: Mutant | None, output: str) -> int:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    signal.alarm(suite.seconds)
    try:
        if mutant:
            plant(mutant)
        return 0 if _passes(suite) else 1
    except BaseException as error:  # noqa: BLE001 - whatever it does to a test, the mutant is caught
        print(repr(error))  # noqa: T201 - into the file
        return 1
    finally:
        sys.stdout.flush()


def _passes(suite: Suite) -> bool:
    if suite.tests:
        import pytest  # noqa: PLC0415

        paths = [f"tests/{name}" for name in suite.tests]
        options = ["--quiet", "--exitfirst", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", _WITHOUT_EMULATORS]
        return pytest.main([*options, *paths]) == pytest.ExitCode.OK
    from tests.simulation.profiles import drawn  # noqa: PLC0415 - imports the engine
    from tests.simulation.run import run  # noqa: PLC0415

    for seed in suite.worlds:
        broken = run(drawn(seed)).broken
        if broken:
            print(f"seed {seed}: {broken[0]}")  # noqa: T201 - into the file
            return False
    return True
