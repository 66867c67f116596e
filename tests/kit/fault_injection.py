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
class FaultInjector:
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
class CurrentInjector:
    """The injector that calls go through at the moment."""

    injector: FaultInjector = field(default_factory=FaultInjector)


class InjectedClient:
    """A DynamoDB client whose calls go through the injector."""

    def __init__(self, client: Any, current: CurrentInjector) -> None:
        self._client = client
        self._current = current

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)
        lost = ReadTimeoutError(endpoint_url="http://dynamodb")
        return lambda **arguments: self._current.injector.send(name, lambda: call(**arguments), lost)


class InjectedAdapter(HTTPAdapter):
    """The transport of a `requests` session whose calls go through the injector, each HTTP request by itself."""

    def __init__(self, current: CurrentInjector) -> None:
        super().__init__()
        self._current = current

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        def call() -> requests.Response:
            answer = super(InjectedAdapter, self).send(request, *arguments, **named)
            assert answer.content is not None  # read to its end, so that the connection is free again
            return answer

        words = request.path_url.partition("?")[0].split("/")
        return self._current.injector.send(f"{request.method} {words[2]} {words[-1][:7]}", call, requests.ReadTimeout())


class InjectedGateway:
    """A gateway of which each call is one HTTP request, as Stripe's are."""

    def __init__(self, gateway: Gateway, current: CurrentInjector) -> None:
        self._gateway = gateway
        self._current = current

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        if name not in GATEWAY_CALLS:
            return found
        lost = GatewayUnknown("the answer was lost")
        return lambda *arguments: self._current.injector.send(name, lambda: found(*arguments), lost)
