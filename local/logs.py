"""The functions' log lines as they arrive, one line each, coloured by their tag."""

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
from rich.text import Text

from local.stack import STACK_NAME

GROUPS = f"/aws/lambda/{STACK_NAME}-"
OVERLAP_MS = 3000  # a line can be read a little after the time it carries

COLOURS = {
    "BOOKING_CREATED": "cyan",
    "BOOKING_RESERVED": "cyan",
    "BOOKING_CONFIRMED": "bold green",
    "BOOKING_EXPIRED": "yellow",
    "BOOKING_CANCELLED": "magenta",
    "PAYMENT_FINALIZE_SUCCESS": "green",
    "PAYMENT_FINALIZE_ERROR": "bold red",
    "WALLET_DEDUCTED": "blue",
    "WALLET_CREDITED": "blue",
    "HOLD_RECLAIMED": "yellow",
    "PAYMENT_LATE_RESCUED": "bold yellow",
    "PAYMENT_VOIDED": "magenta",
    "PAYMENT_CAPTURED": "green",
    "PAYMENT_REFUNDED": "magenta",
    "SETTLE_FAILED": "bold red",
}
LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}
PLATFORM_LINES = ("START ", "END ", "REPORT ", "INIT_START ")
NOT_SHOWN = {
    "level", "location", "message", "timestamp", "service", "tag", "cold_start", "function_name",
    "function_memory_size", "function_arn", "function_request_id", "correlation_id", "xray_trace_id", "sampling_rate",
}  # fmt: skip


class LogTail:
    """Reads the log groups of the stack from an instant on; each call of `lines()` gives the new lines."""

    def __init__(self, from_ms: int) -> None:
        self._logs = boto3.client("logs")
        self._from_ms = from_ms
        self._stored: dict[str, int] = {}
        self._seen: dict[tuple[str, int, str], int] = {}

    def lines(self) -> Iterator[Text]:
        """Of the groups that have grown since the last look: the local cloud counts their bytes at once."""
        since, now_ms = self._from_ms, int(time.time() * 1000)
        groups = self._logs.describe_log_groups(logGroupNamePrefix=GROUPS)["logGroups"]
        stored = {group["logGroupName"]: group["storedBytes"] for group in groups}
        read = {}
        for name in [name for name, size in stored.items() if size != self._stored.get(name)]:
            for event in self._logs.filter_log_events(logGroupName=name, startTime=since)["events"]:
                key = (event["logStreamName"], event["timestamp"], event["message"])
                read[key] = (event["timestamp"], name.removeprefix(GROUPS), event["message"])
        fresh = [line for key, line in read.items() if key not in self._seen]
        self._stored, self._from_ms = stored, max(since, now_ms - OVERLAP_MS)
        seen = self._seen | {key: at for key, (at, _, _) in read.items()}
        self._seen = {key: at for key, at in seen.items() if at >= self._from_ms}
        for at, function, message in sorted(fresh, key=lambda line: line[0]):
            if (text := rendered(function, message, at)) is not None:
                yield text


def rendered(function: str, message: str, at_ms: int) -> Text | None:
    """One log event as a person reads it; None for the platform's own lines and for metrics."""
    if not message.strip() or message.startswith(PLATFORM_LINES):
        return None
    clock = time.strftime("%H:%M:%S", time.localtime(at_ms / 1000))
    start = Text.assemble((clock, "dim"), " ", (f"{function:<9}", "dim"), " ")
    try:
        record = json.loads(message)
    except ValueError:
        return start + Text(message, "red")  # not from the logger: a crash
    if not isinstance(record, dict) or "_aws" in record:
        return None
    style = COLOURS.get(str(record.get("tag")), LEVELS.get(str(record.get("level")), "dim"))
    details = {key: value for key, value in record.items() if key not in NOT_SHOWN and value is not None}
    return start + Text(_as_text(record.get("message", "")), style) + Text.assemble(*_pairs(details))


def _pairs(details: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f" {key}={_as_text(value)}", "dim") for key, value in details.items()]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
