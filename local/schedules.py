"""The scheduled functions, run once by hand."""

import json
import time

import boto3
from botocore.config import Config

from local.stack import STACK_NAME, Stack
from local.tools import LocalError

SCHEDULED = {
    "version": "0",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "resources": [],
    "detail": {},
}
RUN_SECONDS = 120  # more than the timeout of either function


def tick_once(stack: Stack, *, dry_run: bool) -> object:
    """Runs the sweep once (`expire`) and returns its summary; raises when the function fails."""
    return _run(stack.expire_function, {"dry_run": True} if dry_run else SCHEDULED)


def settle_once() -> object:
    """Runs `settle` once and returns its summary; raises when the function fails."""
    return _run(function_name("SettleFunction"), SCHEDULED)


def audit_soon() -> None:
    """Has `audit` run beside all else, so that its verdict and the daily figures are there, and fresh."""
    boto3.client("lambda").invoke(FunctionName=function_name("AuditFunction"), InvocationType="Event", Payload=b"{}")


def audit_once() -> object:
    """Has `audit` make a whole pass now, after the one that may be under way; returns its summary.

    Raises when the function fails, or has no time for us.
    """
    for _ in range(RUN_SECONDS):
        summary = _run(function_name("AuditFunction"), {})
        if summary != {"outcome": "busy"}:
            return summary
        time.sleep(1)
    raise LocalError("another audit did not end")


def set_stripes(room_type_id: str, months: list[str], stripes: int) -> object:
    """Has `opener` give months of a room type so many stripes; how many each open month has then."""
    return _run(function_name("OpenerFunction"), {"room_type_id": room_type_id, "months": months, "stripes": stripes})


def function_name(logical_id: str) -> str:
    """The deployed name of that function of template.yaml."""
    cloudformation = boto3.client("cloudformation")
    found = cloudformation.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def _run(function: str, event: object) -> object:
    once = Config(read_timeout=RUN_SECONDS, retries={"total_max_attempts": 1})
    client = boto3.client("lambda", config=once)
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    summary: object = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise LocalError(f"{function} failed: {summary} (its log is in the window of `make run`)")
    return summary
