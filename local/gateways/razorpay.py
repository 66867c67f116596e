"""A local Razorpay: the documented API, webhooks that are really sent, and a switchboard for a bad day.

    python -m local.gateways.razorpay --port 8430 --key-id K --key-secret S --webhook-url URL --webhook-secret W

The API is under /v1, with basic auth (`local.gateways.razorpay_account` has its rules). The switchboard needs no auth:

    POST /_test/orders/ID/authorize    the guest pays: answers what Checkout hands to the page;
                                       {amount, currency} to pay wrongly
    POST /_test/orders/ID/fail         the bank declines; {late: true}: it does not answer in time ...
    POST /_test/payments/ID/authorize  ... and says yes later: `failed` turns `authorized`
    POST /_test/payments/ID/expire     the capture window passes: an uncaptured payment is refunded
    POST /_test/refunds/ID/settle      {status: "processed" | "failed"}, of a pending refund
    POST /_test/faults                 {kind, on, method, times, seconds}: what calls will suffer, see FAULTS
    POST /_test/webhooks               {copies, delay_seconds, hold, pending_refunds}, from now on
    POST /_test/release                {reverse, copies}: sends what was held, one event after another
    GET  /_test/state                  orders, payments, refunds, and what each webhook was answered
"""

import argparse
import json
import sys
import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from local.gateways.razorpay_account import REFUND_KEY, Account, ApiError, Entity, Event, signature

WEBHOOK_TIMEOUT_SECONDS = 5.0  # docs: webhooks/best-practices; a slower answer is a failed delivery
WEBHOOK_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)  # until a 2xx; the real service backs off over 24 hours
_DIRECT = build_opener(ProxyHandler({}))  # no proxy of the environment between two local programs
FAULTS = {
    "lost": "applied, then the connection is closed without an answer",
    "slow": "applied at once, answered after `seconds`",
    "late": "applied only after `seconds`, whether or not the caller still waits",
    "dropped": "not applied, the connection is closed without an answer",
    "error": "not applied, 500",
    "busy": "not applied, 429",
    "declined": "not applied, 400 by the bank",
}
_NOT_APPLIED: dict[str, tuple[str, int, str]] = {
    "error": ("The server encountered an error.", 500, "SERVER_ERROR"),
    "busy": ("Request failed. Please try after sometime.", 429, "BAD_REQUEST_ERROR"),
    "declined": ("Payment failed due to an error at the bank or wallet gateway", 400, "BAD_REQUEST_ERROR"),
}


@dataclass
class Fault:
    kind: str
    on: str = "v1"  # a word of the path: "orders", "payments", "capture", "refund"
    method: str = "POST"
    times: int = 1
    seconds: float = 1.0


class Postman:
    """Sends events to the merchant. docs: webhooks/validate-test, webhooks/best-practices."""

    def __init__(self, url: str | None, secret: str) -> None:
        self.copies = 1
        self.delay_seconds = 0.0
        self.hold = False
        self.events: list[Event] = []
        self._held: list[Event] = []
        self._url = url
        self._secret = secret

    def take(self, event: Event) -> None:
        self.events.append(event)
        if self.hold:
            self._held.append(event)
        else:
            self._send(event, self.copies, self.delay_seconds)

    def release(self, *, reverse: bool = False, copies: int = 1) -> int:
        """Sends what was held, each event in so many copies at once, the next when all are answered."""
        events, self._held = self._held[::-1] if reverse else self._held, []
        for event in events:
            for delivery in self._send(event, copies, 0.0):
                delivery.join()
        return len(events)

    def _send(self, event: Event, copies: int, delay_seconds: float) -> list[threading.Thread]:
        arguments = (event, delay_seconds)
        threads = [threading.Thread(target=self._deliver, args=arguments, daemon=True) for _ in range(copies)]
        for thread in threads:
            thread.start()
        return threads

    def _deliver(self, event: Event, delay_seconds: float) -> None:
        if self._url is None:
            return
        headers = {"Content-Type": "application/json", "x-razorpay-event-id": event.id}
        headers["X-Razorpay-Signature"] = signature(self._secret, event.body)
        for wait_seconds in (delay_seconds, *WEBHOOK_RETRY_SECONDS):
            time.sleep(wait_seconds)
            event.answers.append(_post(self._url, event.body, headers))
            if 200 <= event.answers[-1] < 300:
                return


class LocalRazorpay:
    """The account behind its HTTP address. For a test: `with LocalRazorpay(webhook_url=...) as razorpay:`."""

    def __init__(
        self,
        key_id: str = "rzp_test_local",
        key_secret: str = "local-key-secret",  # noqa: S107  opens nothing
        webhook_url: str | None = None,
        webhook_secret: str = "local-webhook-secret",  # noqa: S107  opens nothing
        port: int = 0,
    ) -> None:
        self.postman = Postman(webhook_url, webhook_secret)
        self.account = Account(key_secret, self.postman.take)
        self._authorization = "Basic " + b64encode(f"{key_id}:{key_secret}".encode()).decode()
        self._faults: list[Fault] = []
        self._busy_keys: set[str] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def play(self, path: str, **body: Any) -> Entity:
        """The switchboard without HTTP: `play("orders/order_x/authorize")`, `play("faults", kind="lost")`."""
        match path:
            case "faults" if body.get("kind") in FAULTS:
                self._faults.append(Fault(**body))
            case "webhooks":
                self.account.pending_refunds = body.get("pending_refunds", False)
                self.postman.hold = body.get("hold", False)
                self.postman.copies = body.get("copies", 1)
                self.postman.delay_seconds = body.get("delay_seconds", 0.0)
            case "release":
                return {"released": self.postman.release(**body)}
            case "state":
                account = self.account
                entities = {
                    "orders": account.orders,
                    "payments": account.payments,
                    "refunds": account.refunds,
                }
                events = [{"id": e.id, "event": e.type, "answers": e.answers} for e in self.postman.events]
                return {name: list(found.values()) for name, found in entities.items()} | {"events": events}
            case _:
                return self.account.play(path, **body)
        return body

    def call(self, method: str, path: str, authorization: str, key: str | None, body: Entity) -> Entity | None:
        """Answers a call of the API, or suffers its fault; None is a connection closed without an answer."""
        if authorization != self._authorization:
            raise ApiError("Authentication failed", 401)
        if key is not None and not REFUND_KEY.fullmatch(key):
            raise ApiError("The idempotency key must be at least 10 characters: letters, digits, - and _")
        with self._lock:
            fault = self._next_fault(method, path)
            if key in self._busy_keys:
                raise ApiError("Another request with the same idempotency key is still in progress.", 409)
            if key:
                self._busy_keys.add(key)
        try:
            if fault and fault.kind == "dropped":
                return None
            if fault and fault.kind in _NOT_APPLIED:
                raise ApiError(*_NOT_APPLIED[fault.kind])
            if fault and fault.kind == "late":
                time.sleep(fault.seconds)
            answer = self.account.call(method, path, body, key)
            if fault and fault.kind == "slow":
                time.sleep(fault.seconds)
            return None if fault and fault.kind == "lost" else answer
        finally:
            self._busy_keys.discard(key or "")

    def _next_fault(self, method: str, path: str) -> Fault | None:
        words = urlsplit(path).path.split("/")
        for fault in self._faults:
            if fault.times > 0 and fault.method == method and fault.on in words:
                fault.times -= 1
                return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], razorpay: LocalRazorpay) -> None:
        self.razorpay = razorpay
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up early are what this server is for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of an answer in one packet
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = 200
        try:
            body = self._body(raw)
        except ApiError as error:
            status, body = error.status, error.body
        if body is None:
            self.close_connection = True
            return
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _body(self, raw: bytes) -> Entity | None:
        try:
            body = {**json.loads(raw or b"{}")}
            if self.path.startswith("/_test/"):
                return self.server.razorpay.play(self.path.removeprefix("/_test/"), **body)
        except (ValueError, KeyError, TypeError) as error:  # no JSON object, no such id or switch
            raise ApiError(f"Not understood: {error}") from error
        authorization, key = self.headers.get("Authorization", ""), self.headers.get("X-Refund-Idempotency")
        return self.server.razorpay.call(self.command, self.path, authorization, key, body)

    def log_message(self, *_: object) -> None:
        """Says nothing: what happened is in /_test/state."""


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, 0 when there is none in time."""
    try:
        with _DIRECT.open(Request(url, body, headers), timeout=WEBHOOK_TIMEOUT_SECONDS) as answer:  # noqa: S310  ours
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code
    except (OSError, HTTPException):
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.gateways.razorpay", description="A local Razorpay.")
    parser.add_argument("--port", type=int, default=8430)
    parser.add_argument("--key-id", default="rzp_test_local")
    parser.add_argument("--key-secret", default="local-key-secret")
    parser.add_argument("--webhook-url")
    parser.add_argument("--webhook-secret", default="local-webhook-secret")
    with suppress(KeyboardInterrupt), LocalRazorpay(**vars(parser.parse_args())) as razorpay:
        print(f"Razorpay: {razorpay.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
