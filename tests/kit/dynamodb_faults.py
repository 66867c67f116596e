# ruff: noqa: TID251 - breaks the client from inside
"""Faults between a client and DynamoDB, injected where requests leave: nothing of the engine is replaced."""

import io
import json
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Send = Callable[[AWSPreparedRequest], AWSResponse]
Fault = Callable[[AWSPreparedRequest, Send], AWSResponse | None]  # None: the request goes on to the server


def never_sent(request: AWSPreparedRequest, send: Send) -> AWSResponse:
    """The server was not reached."""
    raise EndpointConnectionError(endpoint_url=request.url)


def answer_timed_out(request: AWSPreparedRequest, send: Send) -> AWSResponse:
    """The server did as it was asked, and its answer did not come in time."""
    send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def connection_lost(request: AWSPreparedRequest, send: Send) -> AWSResponse:
    """The same, with the connection cut while it answered."""
    send(request)
    raise ConnectionClosedError(endpoint_url=request.url)


def answer_garbled(request: AWSPreparedRequest, send: Send) -> AWSResponse:
    """The server did as it was asked; a proxy on the way back broke down."""
    send(request)
    return _answer(request, 503, "ServiceUnavailable", "")


def passes(request: AWSPreparedRequest, send: Send) -> None:
    """Nothing is wrong with this one."""


def says(code: str, status: int = 400) -> Fault:
    """The server refuses with this code, having done nothing."""

    def fault(request: AWSPreparedRequest, send: Send) -> AWSResponse:
        return _answer(request, status, code, "injected")

    return fault


def cancels(*codes: str) -> Fault:
    """The transaction is cancelled, having done nothing, by its first actions for these reasons."""

    def fault(request: AWSPreparedRequest, send: Send) -> AWSResponse:
        body: Any = request.body
        actions = len(json.loads(body)["TransactItems"])
        all_codes = [*codes, *["None"] * actions][:actions]
        reasons = [{"Code": code} if code == "None" else {"Code": code, "Message": "injected"} for code in all_codes]
        message = (
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(all_codes)}]"
        )
        return _answer(request, 400, "TransactionCanceledException", message, CancellationReasons=reasons)

    return fault


conflicts = cancels("None", "TransactionConflict")


def nothing_processed(request: AWSPreparedRequest, send: Send) -> AWSResponse:
    """A batch of reads comes back with all its keys still to be read."""
    body: Any = request.body
    answer = {"Responses": {}, "UnprocessedKeys": json.loads(body)["RequestItems"]}
    return _response(request, 200, answer)


class FaultyCalls:
    """Between a client and its server: counts what is sent, and lets the given faults happen, one for each call."""

    def __init__(self, client: "DynamoDBClient", operation: str, faults: Sequence[Fault], *, for_ever: bool) -> None:
        self.bodies: list[bytes] = []
        self.tokens: list[str] = []
        self._faults = deque(faults)
        self._for_ever = for_ever
        self._lock = threading.Lock()
        session: Any = client
        self._send: Send = session._endpoint.http_session.send
        self._target = f".{operation}"

    @property
    def sent(self) -> int:
        return len(self.bodies)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        target = request.headers["X-Amz-Target"]
        if not (target.decode() if isinstance(target, bytes) else str(target)).endswith(self._target):
            return None
        with self._lock:
            body: Any = request.body
            self.bodies.append(body if isinstance(body, bytes) else str(body).encode())
            self.tokens.append(json.loads(body).get("ClientRequestToken", ""))
            if not self._faults:
                return None
            fault = self._faults[0] if self._for_ever else self._faults.popleft()
        return fault(request, self._send)


@contextmanager
def going_wrong(
    client: "DynamoDBClient", operation: str, *faults: Fault, for_ever: bool = False
) -> Iterator[FaultyCalls]:
    """The next calls of that operation meet these faults, one each, and then none; or the one fault for ever."""
    calls = FaultyCalls(client, operation, faults, for_ever=for_ever)
    handler: Any = calls
    client.meta.events.register("before-send.dynamodb", handler)
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-send.dynamodb", handler)


@contextmanager
def forgotten_tokens(client: "DynamoDBClient") -> Iterator[None]:
    """Each transaction is sent under another token, as if the server had forgotten the one it knew."""

    def renew(params: dict[str, Any], **_: object) -> None:
        params["ClientRequestToken"] = secrets.token_hex(8)

    event = "provide-client-params.dynamodb.TransactWriteItems"
    client.meta.events.register(event, renew)
    try:
        yield
    finally:
        client.meta.events.unregister(event, renew)


class _Raw(io.BytesIO):
    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _answer(request: AWSPreparedRequest, status: int, code: str, message: str, **more: object) -> AWSResponse:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, "Message": message, **more}
    return _response(request, status, body)


def _response(request: AWSPreparedRequest, status: int, body: dict[str, object]) -> AWSResponse:
    raw: Any = _Raw(json.dumps(body).encode())
    headers: Any = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "INJECTED"}
    return AWSResponse(request.url, status, headers, raw)
