"""What each function's cold start costs, as a share of importing boto3, pydantic and Powertools' event handler.

Usage: uv run python -m bench.cold_start [function ...]

Each program runs in a new interpreter, with the layers as `make build` makes them and no other package: some packages
load whatever else they find. The reference imports its packages from the same layer, so that both sides have the
bytecode that the layer ships. Instructions are counted, two programs at a time, by perf where the machine lets it and
else by valgrind's cachegrind: other work on the machine does not change them. The CPU time beside them is the least of
three runs, one after the other. What an interpreter needs to do nothing is taken off every figure. Ends with 1
when a function is above the budget, with 2 when nothing can be measured.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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


BUILT = ROOT / ".aws-sam" / "build"
LAYERS = (BUILT / "SharedLayer" / "python", BUILT / "PicturesLayer" / "python")


class CannotMeasure(Exception):
    """The message says why."""


@dataclass(frozen=True)
class Counter:
    name: str
    command: Sequence[str]
    says: str

    def count(self, program: str, place: "Place") -> int:
        said = run([*self.command, *place.python, "-c", program], place.environment)
        found = re.search(self.says, said, re.MULTILINE)
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
class Place:
    """An interpreter with the packages of the layers, and where it finds the function's file."""

    python: Sequence[str]
    environment: Mapping[str, str]
    built: bool = False

    def app(self, function: str) -> str:
        folder = BUILT / f"{function.title().replace('_', '')}Function" if self.built else ROOT / "functions" / function
        return APP.format(path=str(folder / "app.py"))


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


def cpu_seconds(program: str, place: Place) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run([*place.python, "-c", program], place.environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def working_counter(place: Place) -> Counter:
    reasons = []
    for counter in COUNTERS:
        try:
            counter.count(NOTHING, place)
        except CannotMeasure as reason:
            reasons.append(str(reason))
        else:
            return counter
    raise CannotMeasure("; ".join(reasons) + " (apt-get install valgrind)")


def costs(programs: Sequence[str], counter: Counter, place: Place, rounds: int) -> Iterator[Cost]:
    """Of each program, in their order."""
    for program in programs:
        run([*place.python, "-c", program], place.environment)  # writes what bytecode there is to write
    with ThreadPoolExecutor(2) as pool:
        instructions = list(pool.map(lambda program: counter.count(program, place), programs))
    for program, count in zip(programs, instructions, strict=True):
        yield Cost(count, min(cpu_seconds(program, place) for _ in range(rounds)))


def show(name: str, ours: Cost, reference: Cost) -> float:
    """Prints a row; the ratio of the instructions."""
    ratio = ours.instructions / reference.instructions
    row = f"{name:<12} {ours.instructions / 1e6:9.0f} {ratio:9.2f} {ours.cpu_seconds * 1000:9.0f}"
    print(f"{row} {ours.cpu_seconds / reference.cpu_seconds:9.2f}", flush=True)
    return ratio


@contextmanager
def prepared() -> Iterator[Place]:
    """An environment with the packages of uv.lock, where a build would take too long."""
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
        own = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPYCACHEPREFIX": folder}
        yield Place([PYTHON], own | ENVIRONMENT)


@contextmanager
def built() -> Iterator[Place]:
    """What `make build` has written, and no site-packages."""
    if not LAYERS[0].is_dir():
        raise CannotMeasure("there is no build; run make build")
    with tempfile.TemporaryDirectory() as folder:
        own = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": os.pathsep.join(map(str, LAYERS))}
        yield Place([sys.executable, "-S", "-B"], own | ENVIRONMENT, built=True)


def measure(functions: Sequence[str], place: Place, rounds: int = 3) -> dict[str, float]:
    """Prints a row for each function, and gives its ratio."""
    counter = working_counter(place)
    print(f"Instructions in millions, counted by {counter.name}; CPU time in ms.\n")
    print(f"{'function':<12} {'instr':>9} {'ratio':>9} {'CPU':>9} {'ratio':>9}", flush=True)
    programs = [NOTHING, REFERENCE, *(place.app(name) for name in functions)]
    nothing, reference, *found = costs(programs, counter, place, rounds)
    of_reference = reference - nothing
    show("reference", of_reference, of_reference)
    return {name: show(name, one - nothing, of_reference) for name, one in zip(functions, found, strict=True)}


def loaded_modules(python: str, environment: Mapping[str, str]) -> dict[str, set[str]]:
    """The modules that each function has loaded when it starts, by an interpreter; no warning is raised on the way."""
    apps = {name: str(ROOT / "functions" / name / "app.py") for name in FUNCTIONS}
    command = [python, "-W", "error", "-c", LOADED, json.dumps(apps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMeasure(done.stderr)
    return {name: set(modules) for name, modules in map(json.loads, done.stdout.splitlines())}


def main() -> int:
    functions = sys.argv[1:]
    try:
        run(["make", "build"], os.environ)
        with built() as place:
            ratios = measure(functions or FUNCTIONS, place)
    except (CannotMeasure, LocalError) as reason:
        print(f"cold_start: {reason}", file=sys.stderr)
        return 2
    above = [name for name, ratio in ratios.items() if ratio > BUDGET]
    print(f"\nBudget {BUDGET}: " + (f"above it: {', '.join(above)}" if above else "all within"))
    return int(bool(above))


if __name__ == "__main__":
    raise SystemExit(main())
