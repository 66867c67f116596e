"""What a million bookings cost on AWS, with four holds each, beside the naive engine.

Usage: uv run python -m bench.cost [nights ...]

A booking is four holds, of which one is paid by card and three run out: four reserves, each read once by its page's
timer, a quote, a payment start and a finalize with its capture, and the sweep's part in three expiries. Units, bytes
and processor time are measured in this run, on both sides alike (`bench.operations`, `bench.handlers`); the other
figures are these:

- Lambda: 1,024 MB on arm64, which is 0.58 of a core, taken to be as fast as this machine's; 5 ms for each round trip to
  DynamoDB. Waiting for gateways is left out: ours calls them four times a booking, the naive engine three times.
- Storage: from 30 days before the check-in to the end that the item's `ttl` names; index rows and 100 bytes an item, as
  AWS counts, and what point-in-time recovery adds. The naive engine's items are kept as long as a paid booking of ours,
  without that recovery.
- Logs: the lines as they are written, Lambda's own lines and the access log where the template has them. The naive
  engine has Lambda's lines and no access log.
- Traces: one request in twenty, where the template traces. The naive engine traces, as samples do.
- Streams cost nothing when Lambda reads them; the sweep's queries are shared by all that is due.
"""

import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from bench.handlers import Replay, in_turns
from bench.operations import HOLDS, TOGETHER, Guest, Prepared, expiring, holding, pay_by_card, reading
from bench.sides import Side, Spent, both_sides
from holdfast.model.limits import RETENTION_DAYS
from tests.kit.capacity import item_size
from tests.kit.template import template

BOOKINGS = 1_000_000
GB = 1024**3
MONTH_DAYS = 30
DAY_SECONDS = 86_400
ROUNDS = 5
LEAD_DAYS = 30  # from the reserve to the check-in

# US dollars on demand in us-east-1, by public descriptions of AWS's price pages, looked at on 27 November 2026.
PRICES = {
    "write units": 0.625 / 1e6,  # since 1 November 2024
    "read units": 0.125 / 1e6,
    "storage": 0.25,  # a GB and month
    "recovery": 0.20,  # a GB and month, point in time
    "Lambda requests": 0.20 / 1e6,
    "Lambda GB-seconds": 0.0000133334,  # arm64, the first 7.5 billion
    "API requests": 1.00 / 1e6,  # HTTP API, the first 300 million
    "log bytes": 0.50 / GB,
    "traces": 5.00 / 1e6,
}
CORE = 1024 / 1769  # the share of a core at 1,024 MB, as AWS says
MEMORY_GB = 1.0
ROUND_TRIP_SECONDS = 0.005
ITEM_OVERHEAD_BYTES = 100
TRACED = 0.05

# Lambda's own lines for a request, as in AWS's documentation, with a request's id and an X-Ray segment.
PLATFORM_LINES = """START RequestId: 7a1f6f3e-0f55-4c1b-9f0e-5b8a1f0e2d3c Version: 41
END RequestId: 7a1f6f3e-0f55-4c1b-9f0e-5b8a1f0e2d3c
REPORT RequestId: 7a1f6f3e-0f55-4c1b-9f0e-5b8a1f0e2d3c\tDuration: 23.41 ms\tBilled Duration: 24 ms\t\
Memory Size: 1024 MB\tMax Memory Used: 118 MB\t
"""
ACCESS_VALUES = {
    "requestId": "BkT2vjE5BcwEJGg=",
    "requestTimeEpoch": "1795368900000",
    "routeKey": "POST /bookings/{booking_id}/finalize",
    "status": "201",
    "identity.sourceIp": "203.0.113.24",
    "authorizer.claims.sub": "137f74f6-103a-4e59-bd0f-68056e399488",
    "responseLatency": "31",
    "integrationLatency": "27",
}


class Setup(NamedTuple):
    """How one side is deployed."""

    platform_bytes: int
    access_bytes: int
    traced: float
    recovery: bool


class Request(NamedTuple):
    """One kind of request, and how many of them a booking takes."""

    times: int
    by_http: bool
    prepare: Callable[[Side], Prepared]


def requests(nights: int) -> dict[str, Request]:
    return {
        "reserve": Request(4, True, lambda side: Guest(side, nights).reserve),
        "timer": Request(4, True, lambda side: reading(side, "GET /bookings/{booking_id}", nights)),
        "quote": Request(1, True, lambda side: reading(side, "GET /bookings/{booking_id}/pricing", nights)),
        "start": Request(1, True, lambda side: holding(side, nights).start),
        "finalize": Request(1, True, lambda side: pay_by_card(holding(side, nights))),
        TOGETHER: Request(3, False, lambda side: expiring(side, holds=HOLDS, nights=nights)),
    }


def ours() -> Setup:
    function = template()["Globals"]["Function"]
    quiet = function.get("LoggingConfig", {}).get("SystemLogLevel") == "WARN"
    tracing = function["Tracing"]
    mode = template()["Parameters"][tracing]["Default"] if tracing in template()["Parameters"] else tracing
    line = template()["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    filled = re.sub(r"\$context\.([\w.]+)", lambda found: ACCESS_VALUES.get(found[1], "-"), line)
    return Setup(
        platform_bytes=0 if quiet else len(PLATFORM_LINES),
        access_bytes=len(filled),
        traced=TRACED if mode == "Active" else 0.0,
        recovery=True,
    )


NAIVE = Setup(platform_bytes=len(PLATFORM_LINES), access_bytes=0, traced=TRACED, recovery=False)


class Measured(NamedTuple):
    spent: Spent
    cpu_seconds: float


def measured(nights: int) -> tuple[dict[str, Measured], dict[str, Measured]]:
    """For each kind of request what it takes, ours and the naive engine's."""
    kinds = requests(nights)
    with both_sides() as sides:
        replays = {
            name: [Replay(side, kind.prepare(side), leaving_out="" if kind.by_http else "Query") for side in sides]
            for name, kind in kinds.items()
        }
        seconds = in_turns(sides, replays, ROUNDS)
    ours_, naive = (
        {name: _of_each(name, replays[name][place].spent, seconds[name][place]) for name in kinds} for place in (0, 1)
    )
    return ours_, naive


def _of_each(name: str, spent: Spent, cpu_seconds: float) -> Measured:
    return Measured(spent.shared_by(HOLDS), cpu_seconds / HOLDS) if name == TOGETHER else Measured(spent, cpu_seconds)


def dollars(found: dict[str, Measured], setup: Setup, nights: int) -> dict[str, float]:
    """What a million bookings cost, by what is paid for."""
    kinds = requests(nights)
    every = [(kinds[name], *one) for name, one in found.items()]

    def total(of: Callable[[Spent], float]) -> float:
        return sum(kind.times * of(spent) for kind, spent, _ in every)

    by_http = sum(kind.times for kind in kinds.values() if kind.by_http)
    billed = sum(
        kind.times * (cpu / CORE + spent.round_trips * ROUND_TRIP_SECONDS) * MEMORY_GB for kind, spent, cpu in every
    )
    log_bytes = total(lambda spent: spent.log_bytes) + by_http * (setup.platform_bytes + setup.access_bytes)
    stored = PRICES["storage"] + (PRICES["recovery"] if setup.recovery else 0.0)
    paid, expired = (last_item(found[name].spent.written) for name in ("finalize", TOGETHER))
    per_booking = {
        "DynamoDB writes": total(lambda spent: spent.write_units) * PRICES["write units"],
        "DynamoDB reads": total(lambda spent: spent.read_units) * PRICES["read units"],
        "storage, paid booking": stored_gb_months(paid) * stored,
        "storage, expired holds": 3 * stored_gb_months(expired) * stored,
        "API Gateway": by_http * PRICES["API requests"],
        "Lambda requests": by_http * PRICES["Lambda requests"],
        "Lambda duration": billed * PRICES["Lambda GB-seconds"],
        "logs": log_bytes * PRICES["log bytes"],
        "traces": by_http * setup.traced * PRICES["traces"],
    }
    return {name: one * BOOKINGS for name, one in per_booking.items()}


def stored_gb_months(item: dict[str, Any]) -> float:
    return stored_bytes(item) * kept_months(item) / GB


def last_item(written: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The booking's item as it was written last."""
    *_, last = (item for item in written if str(item.get("pk", "")).startswith("BOOKING#"))
    return last


def stored_bytes(item: dict[str, Any]) -> int:
    """With the item's rows in the indexes of its table: all attributes in the naive engine's, two of keys in ours."""
    keys = {name: item[name] for name in ("pk", "sk", "user_id", "check_in")}
    rows = 2 * (item_size(keys) + ITEM_OVERHEAD_BYTES) if "ttl" in item else item_size(item) + ITEM_OVERHEAD_BYTES
    return item_size(item) + ITEM_OVERHEAD_BYTES + rows


def kept_months(item: dict[str, Any]) -> float:
    """Until its `ttl`, if the check-in is as far ahead as it is taken to be; the naive engine's are kept as long."""
    check_out = datetime.fromisoformat(item["check_out"]).replace(tzinfo=UTC).timestamp()
    nights = (date.fromisoformat(item["check_out"]) - date.fromisoformat(item["check_in"])).days
    after_stay = (item["ttl"] - check_out) / DAY_SECONDS if "ttl" in item else RETENTION_DAYS
    return (LEAD_DAYS + nights + after_stay) / MONTH_DAYS


def show(nights: int) -> None:
    found = measured(nights)
    mine, theirs = dollars(found[0], ours(), nights), dollars(found[1], NAIVE, nights)
    print(f"US dollars for a million bookings of {nights} nights, two rooms each\n")
    print(f"{'':24}{'ours':>9}{'naive':>9}{'ratio':>9}")
    for name in mine:
        row(name, mine[name], theirs[name])
    row("all", sum(mine.values()), sum(theirs.values()))
    print(flush=True)


def row(name: str, mine: float, theirs: float) -> None:
    ratio = f"{mine / theirs:9.2f}" if theirs else f"{'-':>9}"
    print(f"{name:24}{mine:9.2f}{theirs:9.2f}{ratio}")


def main() -> int:
    for nights in map(int, sys.argv[1:] or ("3",)):
        show(nights)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
