"""Sends the webhooks of the local Razorpay: signed, and again until the merchant accepts them."""

import threading
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from local.gateways.razorpay_entities import Event, signature

WEBHOOK_TIMEOUT_SECONDS = 5.0  # docs: webhooks/best-practices; a slower response is a failed delivery
WEBHOOK_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)  # until a 2xx; the real service backs off over 24 hours
_DIRECT = build_opener(ProxyHandler({}))  # no proxy of the environment between two local programs


class WebhookSender:
    """Sends events to the merchant's URL, or holds them. docs: webhooks/validate-test, webhooks/best-practices."""

    def __init__(self, url: str | None, secret: str) -> None:
        self.copies = 1
        self.delay_seconds = 0.0
        self.hold = False
        self.events: list[Event] = []
        self._held: list[Event] = []
        self._url = url
        self._secret = secret

    def handle(self, event: Event) -> None:
        self.events.append(event)
        if self.hold:
            self._held.append(event)
        else:
            self._send(event, self.copies, self.delay_seconds)

    def release(self, *, reverse: bool = False, copies: int = 1) -> int:
        """Sends the held events: all copies of one at once, the next event when all are answered."""
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


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the response; 0 when there is none in time."""
    try:
        with _DIRECT.open(Request(url, body, headers), timeout=WEBHOOK_TIMEOUT_SECONDS) as response:  # noqa: S310  our own URL
            return int(response.status)
    except HTTPError as refused:
        with refused:
            return refused.code
    except (OSError, HTTPException):
        return 0
