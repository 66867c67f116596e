"""Shared by the steps of the walkthrough: the stack with its gateways, rooms to book, and promises to check."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from secrets import token_hex
from typing import Any

import httpx

from holdfast.payments.gateways.protocol import Gateway, GatewayPayment, PaymentState
from local.guest import BrokenPromise, Guest, Order
from local.schedules import settle_once
from local.stack import Stack

DAYS_AHEAD = 30
SETTLED_SECONDS = 150  # a capture that is put off is tried again after a minute
PAUSE_SECONDS = 3


@dataclass
class WalkthroughContext:
    stack: Stack
    http: httpx.Client
    gateways: dict[str, Gateway]
    properties: list[Any]

    def guest(self) -> Guest:
        return Guest(self.stack, self.http, f"walk-{token_hex(4)}")

    def admin(self) -> Guest:
        return Guest(self.stack, self.http, "admin", "admin")

    def room_types(self) -> list[str]:
        """All room types, the one with the most rooms first."""
        known = [room_type for property_ in self.properties for room_type in property_["room_types"]]
        return [found["room_type_id"] for found in sorted(known, key=lambda found: -found["total_rooms"])]

    def order(self, guest: Guest, gateway: str) -> Order:
        """Holds a room of the most common type, and opens a gateway order for its whole price."""
        room_type_id = self.room_types()[0]
        return guest.order(gateway, room_type_id, guest.free_night(room_type_id, DAYS_AHEAD)[0])

    def payment(self, order: Order) -> GatewayPayment:
        return self.gateways[order.gateway].fetch(order.order_id)

    def at_gateway(self, order: Order) -> str:
        """The money at the gateway now, in a sentence."""
        payment = self.payment(order)
        amounts = f"{money(payment.captured)} captured, {money(payment.refunded)} refunded"
        return f"At {order.gateway.capitalize()}: {amounts}; the payment is {payment.state}."

    def settled(self, order: Order, good: Callable[[GatewayPayment], bool]) -> GatewayPayment:
        """Runs settle until the payment is good, or the time is over; returns the payment."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while not good(payment := self.payment(order)) and time.monotonic() < deadline:
            settle_once()
            if not good(self.payment(order)):
                time.sleep(PAUSE_SECONDS)
        return payment

    def control(self, name: str, **setting: Any) -> None:
        """Sends a command to the test controls of the local Razorpay."""
        self.http.post(f"{self.stack.razorpay_url}/_test/{name}", json=setting).raise_for_status()

    def stripe_control(self, name: str, **setting: Any) -> Any:
        """Sends a command to the test controls of the local Stripe."""
        return self.http.post(f"{self.stack.stripe_url}/_test/{name}", json=setting).raise_for_status().json()

    @contextlib.contextmanager
    def razorpay_silent(self) -> Iterator[None]:
        """Holds back Razorpay's own webhooks; at the end each is sent twice, the newest first."""
        self.control("webhooks", hold=True)
        try:
            yield
        finally:
            self.control("webhooks")
            self.control("release", reverse=True, copies=2)

    def promise_paid_once(self, guest: Guest, order: Order) -> None:
        """Checks that the booking is confirmed once, and its whole amount captured once and not refunded."""
        payment = self.settled(order, lambda seen: seen.state is PaymentState.CAPTURED)
        history = guest.get(order.path)["history"]
        transitions = pairwise(event["status"] for event in history)
        confirmed = sum(before != "confirmed" == after for before, after in transitions)
        captured = sum((event.get("note") or "").endswith(" captured") for event in history)
        held = payment.captured - payment.refunded
        seen = f"{confirmed} confirmation(s), {captured} capture(s), {money(held)} held"
        promise(
            f"one confirmation, and one capture of {money(order.amount)}, not {seen}",
            kept=(confirmed, captured, held) == (1, 1, order.amount),
        )


def promise(what: str, *, kept: bool) -> None:
    if not kept:
        raise BrokenPromise(f"a promise is broken: {what}")


def say(line: str) -> None:
    print(f"   {line}", flush=True)


def money(amount: int) -> str:
    """An amount in minor units, as a guest reads it."""
    return f"{amount // 100:,}.{amount % 100:02d}"


def sleep_past_deadline(order: Order) -> None:
    time.sleep(max(0.0, (order.expires_at - datetime.now(UTC)).total_seconds()) + 0.5)
