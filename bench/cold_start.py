"""How long `functions/reserve` takes to start, as a share of what boto3, pydantic and Powertools' router would take.

Usage: uv run python -m bench.cold_start [rounds]

Each round starts one new interpreter for each side, in turn, so that a busy machine slows both alike; the medians are
compared. DESIGN section 10 allows 0.8. Ends with 1 above that, with 2 when it cannot measure.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUDGET = 0.8
ROUNDS = 15
TIMED = """
import time
started = time.perf_counter()
{work}
print(time.perf_counter() - started)
"""
OURS = TIMED.format(
    work=f"""
import importlib.util
spec = importlib.util.spec_from_file_location("app", {str(ROOT / "functions" / "reserve" / "app.py")!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
)
COMMON = TIMED.format(
    work="""
import boto3, pydantic, aws_lambda_powertools.event_handler
boto3.client("dynamodb")
"""
)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "reserve",
    "TABLE_NAME": "holdfast",
    "COGNITO_CLIENT_ID": "client",
}


def seconds(program: str) -> float:
    done = subprocess.run(  # noqa: S603 - Python itself, on a program from above
        [sys.executable, "-c", program], env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)  # noqa: T201 - a command line prints
        raise SystemExit(2)
    return float(done.stdout)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seconds(OURS), seconds(COMMON)  # the first writes the bytecode
    ours, common = [], []
    for _ in range(rounds):
        ours.append(seconds(OURS))
        common.append(seconds(COMMON))
    ratio = statistics.median(ours) / statistics.median(common)
    print(f"functions/reserve/app.py with its client   {statistics.median(ours) * 1000:6.0f} ms")  # noqa: T201
    print(f"boto3, pydantic, event_handler, a client   {statistics.median(common) * 1000:6.0f} ms")  # noqa: T201
    print(f"ratio, median of {rounds:2d}, interleaved          {ratio:6.2f}   (budget {BUDGET})")  # noqa: T201
    return int(ratio > BUDGET)


if __name__ == "__main__":
    raise SystemExit(main())
