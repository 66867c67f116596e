"""A Stripe that behaves badly: each answer is read as a refusal or as unknown."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from holdfast.payments.gateways.protocol import GatewayError, GatewayKeyRefused, GatewayRefused, GatewayUnknown
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from tests.kit.log_capture import LogLines

SECRET = "sk_test_nobody_may_see"


@dataclass
class Misbehaving:
    """A server that gives every call the same answer; status 0 is none at all."""

    status: int = 200
    body: bytes = b"{}"
    seconds: float = 0.0
    keys: list[str] = field(default_factory=list)
    url: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    manner: Misbehaving


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        manner = self.server.manner
        manner.keys.append(self.headers.get("Idempotency-Key") or "")
        time.sleep(manner.seconds)
        if manner.status:
            self.send_response(manner.status)
            self.send_header("Content-Length", str(len(manner.body)))
            self.end_headers()
            self.wfile.write(manner.body)
        self.close_connection = True

    do_GET = do_POST  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    running = _Server(("127.0.0.1", 0), _Handler)
    running.manner = Misbehaving(url=f"http://127.0.0.1:{running.server_port}")
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield running.manner
    running.shutdown()
    running.server_close()


def stripe_error(kind: str, code: str = "") -> bytes:
    return json.dumps({"error": {"type": kind, "code": code, "message": f"{SECRET} is in the message"}}).encode()


ANSWERS = [
    (400, stripe_error("invalid_request_error", "payment_intent_unexpected_state"), GatewayRefused),
    (402, stripe_error("card_error", "card_declined"), GatewayRefused),
    (404, stripe_error("invalid_request_error", "resource_missing"), GatewayRefused),
    (400, stripe_error("idempotency_error"), GatewayRefused),
    (401, stripe_error("invalid_request_error"), GatewayKeyRefused),
    (403, stripe_error("invalid_request_error"), GatewayKeyRefused),
    (409, stripe_error("api_error", "lock_timeout"), GatewayUnknown),
    (429, stripe_error("rate_limit_error"), GatewayUnknown),
    (500, stripe_error("api_error"), GatewayUnknown),
    (502, b"<html>Bad gateway</html>", GatewayUnknown),
    (200, b"<html>Welcome to the hotel's wifi</html>", GatewayUnknown),
    (200, b"", GatewayUnknown),
    (0, b"", GatewayUnknown),
]


@pytest.mark.parametrize(("status", "body", "expected"), ANSWERS)
def test_stripes_answers_are_distinguished(
    server: Misbehaving, status: int, body: bytes, expected: type[GatewayError]
) -> None:
    server.status, server.body = status, body
    gateway = StripeGateway(SECRET, (), server.url)
    with pytest.raises(expected) as raised:
        gateway.capture("pi_1", 100, "INR", "the-key")
    assert server.keys == ["the-key"]  # once: a repeat is ours to decide
    assert SECRET not in str(raised.value)


def razorpay_error(code: str = "BAD_REQUEST_ERROR") -> bytes:
    return json.dumps({"error": {"code": code, "description": f"{SECRET} is in the text"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, razorpay_error(), GatewayRefused),
        (400, razorpay_error("GATEWAY_ERROR"), GatewayUnknown),
        (400, b"[]", GatewayUnknown),
        (401, razorpay_error(), GatewayKeyRefused),
        (403, razorpay_error(), GatewayKeyRefused),
        (404, razorpay_error(), GatewayUnknown),
        (409, razorpay_error(), GatewayUnknown),
        (429, razorpay_error(), GatewayUnknown),
        (500, razorpay_error("SERVER_ERROR"), GatewayUnknown),
        (502, b"<html>", GatewayUnknown),
        (200, b"<html>", GatewayUnknown),
        (200, b"[]", GatewayUnknown),
        (0, b"", GatewayUnknown),
    ],
)
def test_razorpays_answers_are_distinguished(
    server: Misbehaving, status: int, body: bytes, expected: type[GatewayError]
) -> None:
    server.status, server.body = status, body
    gateway = RazorpayGateway("key", SECRET, (), server.url)
    with pytest.raises(expected) as raised:
        gateway.fetch("order_1")
    gateway._session.close()
    assert len(server.keys) == 1
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_an_account_that_may_not_list_disputes_has_none(server: Misbehaving, lines: LogLines, status: int) -> None:
    server.status, server.body = status, razorpay_error()
    gateway = RazorpayGateway("key", SECRET, (), server.url)
    assert gateway._disputes_of({"id": "pay_1", "created_at": 1}) == []
    gateway._session.close()
    assert lines.all == []


def test_a_slow_stripe_is_unknown_after_the_timeout(server: Misbehaving) -> None:
    server.seconds = 6
    gateway = StripeGateway(SECRET, (), server.url)
    began = time.monotonic()
    with pytest.raises(GatewayUnknown):
        gateway.refund("pi_1", 100, "INR", "the-key")
    assert 2 < time.monotonic() - began < 6
    assert server.keys == ["the-key"]


def test_an_unreachable_stripe_is_unknown_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(GatewayUnknown):
        StripeGateway(SECRET, (), "http://127.0.0.1:9").fetch("pi_1")
    assert time.monotonic() - began < 2
