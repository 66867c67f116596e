"""The real handlers of `functions/*/app.py`, with the world in the place of what they reach for."""

from __future__ import annotations

import concurrent.futures
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import holdfast.imaging.sizes
import holdfast.logs
import holdfast.properties.opener
import holdfast.properties.opening
import holdfast.storage.base
import holdfast.storage.store
import holdfast.storage.table
from holdfast.engine import Engine
from holdfast.logs import logger
from holdfast.storage.bucket import Bucket
from tests.kit.apps import FUNCTIONS, LambdaContext, engine_home, load_app
from tests.kit.template import template
from tests.simulation.plan import HOLD_SECONDS
from tests.simulation.scheduler import Scheduler, Workers

MONTHS_OPEN = 3  # instead of twenty: what opens the third month opens the rest, and takes as much time for each
CLIENT_ID = "simulated-client"
TABLE = "simulated"
DUE_SHARDS = 2
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "simulation",
    "TABLE_NAME": TABLE,
    "HOLD_SECONDS": str(HOLD_SECONDS),
    "DUE_SHARDS": str(DUE_SHARDS),
    "COGNITO_CLIENT_ID": CLIENT_ID,
}
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@cache
def apps() -> dict[str, ModuleType]:
    """Each function that has an engine, imported once, with no connection to anything; the audit is called directly."""
    kept, store_module = dict(os.environ), vars(holdfast.storage.base)
    connect = store_module["connect"]
    os.environ.update(_ENVIRONMENT)
    store_module["connect"] = lambda: None
    try:
        return {name: load_app(name) for name in FUNCTIONS if name not in {"audit", "sign_in"}}
    finally:
        store_module["connect"] = connect
        os.environ.clear()
        os.environ.update(kept)


@cache
def routes() -> dict[str, str]:
    """The function behind each route, as the handlers register them."""
    return {key: name for name, module in apps().items() if hasattr(module, "api") for key in module.api.routes}


@cache
def timeout_seconds(name: str) -> int:
    """How long the template lets the function run."""
    whole = template()
    default: int = whole["Globals"]["Function"]["Timeout"]
    for resource in whole["Resources"].values():
        if resource.get("Properties", {}).get("CodeUri") == f"functions/{name}":
            timeout: int = resource["Properties"].get("Timeout", default)
            return timeout
    return default


_TOKEN = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmVk"


class Lines(list[dict[str, Any]]):
    """What the engine logged, as it would stand in the log; not formatted, which is most of what a line costs."""

    def take(self, record: logging.LogRecord) -> None:
        facts = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[1]:
            facts["exception"] = repr(record.exc_info[1])
        self.append({"level": record.levelname, "message": record.getMessage(), **facts})


class _Figures:
    """In the place of Powertools' metrics."""

    metric_set: dict[str, Any] = {}  # noqa: RUF012 - always empty: nothing is published

    def add_metric(self, *_: Any, **__: Any) -> None:
        return


@contextmanager
def at_work(
    clock: Scheduler,
    store: holdfast.storage.store.Store,
    gateways: dict[str, Any],
    lines: Lines,
    jitter: Any,
    bucket: Bucket,
    drawn: Callable[[bytes, str], Any],
) -> Iterator[dict[str, ModuleType]]:
    """The handlers in this world: its store, gateways and clock, its log, and its own kind of threads."""
    modules = apps()
    Workers.world = clock
    handler = logger.registered_handler
    swapped: list[tuple[Any, str, Any]] = [
        (concurrent.futures, "ThreadPoolExecutor", Workers),
        (holdfast.storage.table, "JITTER", jitter),
        (holdfast.logs, "metrics", _Figures()),
        (handler, "emit", lines.take),
        (logger._logger, "propagate", False),
        (modules["images"], "bucket", bucket),
        (modules["pictures"], "bucket", bucket),
        (holdfast.imaging.sizes, "sized", drawn),
        (holdfast.properties.opening, "MONTHS_OPEN", MONTHS_OPEN),
        (holdfast.properties.opener, "MONTHS_OPEN", MONTHS_OPEN),
    ]
    engine = Engine(store, gateways, clock.utc)
    swapped += [(engine_home(module), "engine", engine) for module in modules.values()]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in swapped]
    try:
        for owner, name, value in swapped:
            setattr(owner, name, value)
        yield modules
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


class SimulatedContext(LambdaContext):
    """Its time runs out on the world's clock."""

    def __init__(self, clock: Scheduler, deadline_us: int) -> None:
        super().__init__()
        self._clock = clock
        self._deadline_us = deadline_us

    def get_remaining_time_in_millis(self) -> int:
        return (self._deadline_us - self._clock.now_us) // 1000


def request(
    route: str,
    body: Any,
    *,
    user: str,
    admin: bool,
    key: str,
    path: dict[str, str],
    headers: dict[str, str],
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An API Gateway event (payload 2.0), with what the handlers read of it."""
    claims = {"sub": user, "client_id": CLIENT_ID, "token_use": "access", "exp": "9999999999"}
    if admin:
        claims["cognito:groups"] = "[admin]"
    if "/owner/" in route or route.partition(" ")[2].startswith(("/room-types/", "/properties/")):
        claims["cognito:groups"] = "[owner]"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": "/",
        "headers": {"content-type": "application/json", "idempotency-key": key, "authorization": _TOKEN, **headers},
        "pathParameters": path,
        "requestContext": {"requestId": "simulated", "authorizer": {"jwt": {"claims": claims}}},
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = query
    if body is not None:
        event["body"] = json.dumps(body)
    return event
