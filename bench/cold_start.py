"""What each function's cold start costs, as a share of importing boto3, pydantic and Powertools' event handler.

Usage: uv run python -m bench.cold_start [function ...]

Each program runs in a new interpreter, in an environment with the layer's packages and no others: some packages load
whatever else they find. The bytecode is written beforehand. Instructions are counted, by perf where the machine lets it
and else by valgrind's cachegrind: other work on the machine does not change them. The CPU time beside them is the least
of three runs. What an interpreter needs to do nothing is taken off every figure. Ends with 1 when a function is above
the budget, with 2 when nothing can be measured.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.tools import ROOT, LocalError, uv

PYTHON = str(ROOT / ".tools" / "bench" / "bin" / "python")
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
BUDGET = 0.95
NOTHING = "pass"
REFERENCE = """
import boto3, pydantic, aws_lambda_powertools.event_handler
boto3.client("dynamodb")
"""
APP = """
import importlib.util
spec = importlib.util.spec_from_file_location("app", {path!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
# Each function in a fork of an interpreter that has what all of them load.
LOADED = """
import importlib.util, json, os, sys
import holdfast.storage.table, pydantic
for name, path in json.loads(sys.argv[1]).items():
    if not os.fork():
        spec = importlib.util.spec_from_file_location("app", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        print(json.dumps([name, sorted(sys.modules)]), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{name} cannot be loaded")
"""
# What template.yaml and Lambda set; the hash seed decides how often a dictionary's keys collide.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "TABLE_NAME": "holdfast",
    "HOLD_SECONDS": "600",
    "DUE_SHARDS": "8",
    "COGNITO_CLIENT_ID": "client",
    "STRIPE_SECRET_NAME": "stripe",
    "RAZORPAY_SECRET_NAME": "razorpay",
}


class CannotMeasure(Exception):
    """The message says why."""


@dataclass(frozen=True)
class Counter:
    name: str
    command: Sequence[str]
    says: str

    def count(self, program: str, environment: Mapping[str, str]) -> int:
        found = re.search(self.says, run([*self.command, PYTHON, "-c", program], environment), re.MULTILINE)
        if not found:
            raise CannotMeasure(f"{self.name} counts no instructions here")
        return int(found[1].replace(",", ""))


COUNTERS = (
    Counter("perf", ("perf", "stat", "-x;", "-e", "instructions:u"), r"^(\d+);"),
    Counter(
        "cachegrind",
        ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"),
        r"I +refs: +([\d,]+)$",
    ),
)


@dataclass(frozen=True)
class Cost:
    instructions: int
    cpu_seconds: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.instructions - other.instructions, self.cpu_seconds - other.cpu_seconds)


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What it says on standard error."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise CannotMeasure(f"{command[0]} is missing") from missing
    if done.returncode:
        raise CannotMeasure((done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1])
    return done.stderr


def cpu_seconds(program: str, environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run([PYTHON, "-c", program], environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def working_counter(environment: Mapping[str, str]) -> Counter:
    reasons = []
    for counter in COUNTERS:
        try:
            counter.count(NOTHING, environment)
        except CannotMeasure as reason:
            reasons.append(str(reason))
        else:
            return counter
    raise CannotMeasure("; ".join(reasons) + " (apt-get install valgrind)")


def cost(program: str, counter: Counter, environment: Mapping[str, str], rounds: int) -> Cost:
    run([PYTHON, "-c", program], environment)  # writes the bytecode
    return Cost(counter.count(program, environment), min(cpu_seconds(program, environment) for _ in range(rounds)))


def show(name: str, ours: Cost, reference: Cost) -> float:
    """Prints a row; the ratio of the instructions."""
    ratio = ours.instructions / reference.instructions
    row = f"{name:<12} {ours.instructions / 1e6:9.0f} {ratio:9.2f} {ours.cpu_seconds * 1000:9.0f}"
    print(f"{row} {ours.cpu_seconds / reference.cpu_seconds:9.2f}", flush=True)
    return ratio


@contextmanager
def prepared() -> Iterator[dict[str, str]]:
    """The environment of what is measured; its packages are those of uv.lock."""
    sync = [
        uv(),
        "sync",
        "--quiet",
        "--locked",
        "--no-default-groups",
        "--group",
        "pictures",
        "--python",
        sys.executable,
    ]
    run(sync, os.environ | {"UV_PROJECT_ENVIRONMENT": str(Path(PYTHON).parents[1])})
    with tempfile.TemporaryDirectory() as folder:
        yield {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPYCACHEPREFIX": folder, **ENVIRONMENT}


def measure(functions: Iterable[str], environment: Mapping[str, str], rounds: int = 3) -> dict[str, float]:
    """Prints each row as soon as it is measured; the ratio of each function."""
    counter = working_counter(environment)
    print(f"Instructions in millions, counted by {counter.name}; CPU time in ms.\n")
    print(f"{'function':<12} {'instr':>9} {'ratio':>9} {'CPU':>9} {'ratio':>9}", flush=True)
    nothing = cost(NOTHING, counter, environment, rounds)
    reference = cost(REFERENCE, counter, environment, rounds) - nothing
    show("reference", reference, reference)
    return {name: show(name, cost(app(name), counter, environment, rounds) - nothing, reference) for name in functions}


def loaded_modules(python: str, environment: Mapping[str, str]) -> dict[str, set[str]]:
    """The modules that each function has loaded when it starts, by an interpreter; no warning is raised on the way."""
    apps = {name: str(ROOT / "functions" / name / "app.py") for name in FUNCTIONS}
    command = [python, "-W", "error", "-c", LOADED, json.dumps(apps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMeasure(done.stderr)
    return {name: set(modules) for name, modules in map(json.loads, done.stdout.splitlines())}


def app(function: str) -> str:
    return APP.format(path=str(ROOT / "functions" / function / "app.py"))


def main() -> int:
    functions = sys.argv[1:]
    try:
        with prepared() as environment:
            ratios = measure(functions or FUNCTIONS, environment)
    except (CannotMeasure, LocalError) as reason:
        print(f"cold_start: {reason}", file=sys.stderr)
        return 2
    above = [name for name, ratio in ratios.items() if ratio > BUDGET]
    print(f"\nBudget {BUDGET}: " + (f"above it: {', '.join(above)}" if above else "all within"))
    return int(bool(above))


if __name__ == "__main__":
    raise SystemExit(main())
