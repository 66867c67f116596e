"""A local Razorpay: the documented API, webhooks that are really sent, and test controls to make things fail.

    python -m local.gateways.razorpay --port 8430 --key-id K --key-secret S --webhook-url URL --webhook-secret W

The API is under /v1, with basic auth (`local.gateways.razorpay_account` has its rules). The test controls need no auth:

    POST /_test/orders/ID/authorize    the customer pays: responds what Checkout gives to the page;
                                       {amount, currency} to pay another amount; {fee}: the customer bears
                                       that fee, too; {offer}: an offer of the account takes that much off
    POST /_test/orders/ID/fail         the bank declines; {late: true}: it does not answer in time
    POST /_test/payments/ID/authorize  the late bank answers yes: the `failed` payment is `authorized`
    POST /_test/payments/ID/expire     the capture window passes: an uncaptured payment is refunded
    POST /_test/payments/ID/status     {status, created_at}: a state that our code may not know, or an old one
    POST /_test/refunds/ID/settle      {status: "processed" | "failed"}, of a pending refund
    POST /_test/refunds/ID/fail        the bank sends a refund back, processed or not
    POST /_test/payments/ID/capture_outside, .../refund_outside   in the dashboard; {amount} of a part
    POST /_test/payments/ID/dispute    {amount}: the customer's bank raises a chargeback
    POST /_test/disputes/ID/decide     {status: "under_review" | "action_required" | "won" | "lost" | "closed"}
    POST /_test/faults                 {kind, on, method, times, seconds}: how the next calls fail, see FAULTS
    POST /_test/webhooks               {copies, delay_seconds, hold, pending_refunds}, from now on
    POST /_test/release                {reverse, copies}: sends the held events, one after another
    GET  /_test/state                  orders, payments, refunds, disputes, and the response to each webhook
"""

import argparse
import json
import sys
import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from local.gateways.razorpay_account import REFUND_KEY
from local.gateways.razorpay_dashboard import AccountWithDashboard
from local.gateways.razorpay_entities import ApiError, Entity
from local.gateways.razorpay_webhooks import WebhookSender

FAULTS = {
    "lost": "applied, then the connection is closed without a response",
    "slow": "applied at once, answered after `seconds`",
    "late": "applied only after `seconds`, whether or not the caller still waits",
    "dropped": "not applied, the connection is closed without a response",
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
        self.webhooks = WebhookSender(webhook_url, webhook_secret)
        self.account = AccountWithDashboard(key_secret, self.webhooks.handle)
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
        """The test controls without HTTP: `play("orders/order_x/authorize")`, `play("faults", kind="lost")`."""
        match path:
            case "faults" if body.get("kind") in FAULTS:
                self._faults.append(Fault(**body))
            case "webhooks":
                self.account.pending_refunds = body.get("pending_refunds", False)
                self.webhooks.hold = body.get("hold", False)
                self.webhooks.copies = body.get("copies", 1)
                self.webhooks.delay_seconds = body.get("delay_seconds", 0.0)
            case "release":
                return {"released": self.webhooks.release(**body)}
            case "state":
                account = self.account
                entities = {
                    "orders": account.orders,
                    "payments": account.payments,
                    "refunds": account.refunds,
                    "disputes": account.disputes,
                }
                events = [{"id": e.id, "event": e.type, "answers": e.answers} for e in self.webhooks.events]
                return {name: list(found.values()) for name, found in entities.items()} | {"events": events}
            case _:
                return self.account.play(path, **body)
        return body

    def call(self, method: str, path: str, authorization: str, key: str | None, body: Entity) -> Entity | None:
        """The response to a call of the API, or its fault; None closes the connection without a response."""
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
            response = self.account.call(method, path, body, key)
            if fault and fault.kind == "slow":
                time.sleep(fault.seconds)
            return None if fault and fault.kind == "lost" else response
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
        """Ignores callers that close the connection early: tests do so on purpose."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of a response in one packet
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = 200
        try:
            body = self._body(raw)
        except ApiError as error:
            status, body = error.status, error.body
        if body is None:
            self.close_connection = True
            return
        response = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(response)))
        self.send_header("Access-Control-Allow-Origin", "*")  # Checkout's stand-in runs in the guest's browser
        self.end_headers()
        self.wfile.write(response)

    def _body(self, raw: bytes) -> Entity | None:
        try:
            body = {**json.loads(raw or b"{}")}
            if self.path.startswith("/_test/"):
                return self.server.razorpay.play(self.path.removeprefix("/_test/"), **body)
        except (ValueError, KeyError, TypeError) as error:  # no JSON object, no such id or control
            raise ApiError(f"Not understood: {error}") from error
        authorization, key = self.headers.get("Authorization", ""), self.headers.get("X-Refund-Idempotency")
        return self.server.razorpay.call(self.command, self.path, authorization, key, body)

    def log_message(self, *_: object) -> None:
        """Logs nothing: /_test/state shows what happened."""


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
