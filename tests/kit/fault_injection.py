"""Every call that leaves the engine, counted, so that each can be the one at which something happens."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import requests  # noqa: TID251 - goes wrong as the real one does
from botocore.exceptions import ReadTimeoutError  # noqa: TID251 - what the SDK raises
from requests.adapters import HTTPAdapter  # noqa: TID251 - the same

from holdfast.payments.gateways.protocol import Gateway, GatewayUnknown

GATEWAY_CALLS = {"open_order", "fetch", "capture", "void", "refund"}


class Crash(BaseException):
    """The process is gone: nothing of the engine may catch this."""


class Trouble(StrEnum):
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    ANSWER_LOST = "answer lost"


@dataclass
class Wire:
    """Calls in the order of their leaving; number `at` meets the trouble."""

    trouble: Trouble | None = None
    at: int = -1
    calls: list[str] = field(default_factory=list)
    before: dict[int, Callable[[], object]] = field(default_factory=dict)  # what else happens just before a call
    _turn: threading.RLock = field(default_factory=threading.RLock)

    def send[Answer](self, name: str, call: Callable[[], Answer], lost: Exception) -> Answer:
        with self._turn:
            number = len(self.calls)
            self.calls.append(name)
            struck = self.trouble if number == self.at else None
        meanwhile = self.before.pop(number, None)
        if meanwhile:
            meanwhile()
        if struck is Trouble.CRASH_BEFORE:
            raise Crash(name)
        answer = call()
        if struck is Trouble.CRASH_AFTER:
            raise Crash(name)
        if struck is Trouble.ANSWER_LOST:
            raise lost
        return answer


@dataclass
class Line:
    """Which wire calls go over at the moment."""

    wire: Wire = field(default_factory=Wire)


class WiredClient:
    """A DynamoDB client whose calls go over the wire."""

    def __init__(self, client: Any, line: Line) -> None:
        self._client = client
        self._line = line

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)
        lost = ReadTimeoutError(endpoint_url="http://dynamodb")
        return lambda **arguments: self._line.wire.send(name, lambda: call(**arguments), lost)


class WiredAdapter(HTTPAdapter):
    """The transport of a `requests` session whose calls go over the wire, each HTTP request by itself."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        def call() -> requests.Response:
            answer = super(WiredAdapter, self).send(request, *arguments, **named)
            assert answer.content is not None  # read to its end, so that the connection is free again
            return answer

        words = request.path_url.partition("?")[0].split("/")
        return self._line.wire.send(f"{request.method} {words[2]} {words[-1][:7]}", call, requests.ReadTimeout())


class WiredGateway:
    """A gateway of which each call is one HTTP request, as Stripe's are."""

    def __init__(self, gateway: Gateway, line: Line) -> None:
        self._gateway = gateway
        self._line = line

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        if name not in GATEWAY_CALLS:
            return found
        lost = GatewayUnknown("the answer was lost")
        return lambda *arguments: self._line.wire.send(name, lambda: found(*arguments), lost)
