"""A merchant of the local Razorpay: its calls, and the server that its webhooks reach."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx  # noqa: TID251  the server under test is an HTTP server

KEY, SECRET, WEBHOOK_SECRET = "rzp_test_key", "key secret", "webhook secret"
PRICE = 700_000  # paise
MANUAL = {"capture": "manual", "capture_options": {"manual_expiry_period": 1440, "refund_speed": "normal"}}
REFUND_KEY = "X-Refund-Idempotency"


class Merchant(ThreadingHTTPServer):
    """Takes webhooks: keeps each delivery, and answers the next of `answers`, then 200."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TakeWebhook)
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.arrived = threading.Condition()
        self.url = f"http://127.0.0.1:{self.server_port}/webhooks/razorpay"

    def events(self, count: int) -> list[dict[str, Any]]:
        """The bodies of all deliveries, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.deliveries) >= count, timeout=5)
            return [json.loads(body) for _, body in self.deliveries]

    def types(self, count: int) -> list[str]:
        return [event["event"] for event in self.events(count)]


class _TakeWebhook(BaseHTTPRequestHandler):
    server: Merchant

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.arrived:
            self.server.deliveries.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status = self.server.answers.pop(0) if self.server.answers else 200
            self.server.arrived.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def answer(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def refusal(response: httpx.Response, status: int = 400) -> str:
    assert response.status_code == status, response.text
    assert response.json()["error"]["code"] == "BAD_REQUEST_ERROR"
    return str(response.json()["error"]["description"])


def an_order(api: httpx.Client, **fields: Any) -> str:
    body = {"amount": PRICE, "currency": "INR", "payment": MANUAL, **fields}
    return str(answer(api.post("/v1/orders", json=body))["id"])


def an_authorized_payment(api: httpx.Client, order_id: str) -> str:
    checkout = answer(api.post(f"/_test/orders/{order_id}/authorize"))
    return str(checkout["razorpay_payment_id"])


def a_captured_payment(api: httpx.Client) -> str:
    payment_id = an_authorized_payment(api, an_order(api))
    answer(capture(api, payment_id))
    return payment_id


def capture(api: httpx.Client, payment_id: str, amount: int = PRICE, seconds: float = 5) -> httpx.Response:
    body = {"amount": amount, "currency": "INR"}
    return api.post(f"/v1/payments/{payment_id}/capture", json=body, timeout=seconds)


def refund(api: httpx.Client, payment_id: str, amount: int, key: str | None = None) -> httpx.Response:
    headers = {REFUND_KEY: key} if key else {}
    return api.post(f"/v1/payments/{payment_id}/refund", json={"amount": amount}, headers=headers)


def payment(api: httpx.Client, payment_id: str) -> dict[str, Any]:
    return answer(api.get(f"/v1/payments/{payment_id}"))


def refunds(api: httpx.Client, payment_id: str) -> list[int]:
    """The amounts, oldest first."""
    found = answer(api.get(f"/v1/payments/{payment_id}/refunds"))["items"]
    return [refund["amount"] for refund in reversed(found)]
