"""Signed events of every kind and shape: each names its order or none, and none is a crash."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from tests.kit.clock import NOW
from tests.kit.gateway_driver import WEBHOOK_SECRET
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    7,
    -1.5,
    "",
    " ",
    "a b",
    "../x",
    "x?y=1",
    "x\n",
    "é",
    "x" * 256,
    [],
    [{}],
    ["pi_1"],
    {},
    {"id": 1},
)
STRIPE_KINDS = (
    *("payment_intent.succeeded", "payment_intent.canceled", "charge.refunded", "charge.dispute.created"),
    *("refund.updated", "refund.failed", "customer.created", "payment_intent.", "charge.", "payment_intent", ""),
)
RAZORPAY_KINDS = (
    *("payment.authorized", "payment.captured", "payment.failed", "payment.dispute.created", "order.paid"),
    *("refund.processed", "refund.failed", "settlement.processed", "", "payment."),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)

Read = Callable[[Any], str | None]


def stripe_reads(event: Any) -> str | None:
    return _stripe(json.dumps(event).encode())


def razorpay_reads(event: Any) -> str | None:
    return _razorpay(json.dumps(event).encode())


def _stripe(body: bytes) -> str | None:
    return _named(StripeGateway("sk_test_1", (WEBHOOK_SECRET,)), from_stripe(body, NOW))


def _razorpay(body: bytes) -> str | None:
    gateway = RazorpayGateway("key", "secret", (WEBHOOK_SECRET,))
    try:
        return _named(gateway, from_razorpay(body))
    finally:
        gateway._session.close()


def _named(gateway: StripeGateway | RazorpayGateway, webhook: Webhook) -> str | None:
    return gateway.verify_webhook(webhook.body, webhook.headers, NOW)


def variants(event: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The event with something odd, or nothing, in the place of what stands at each step of the path."""
    for depth in range(len(path) + 1):
        yield from (_with(event, path[:depth], odd) for odd in ODD)
        if depth:
            yield _without(event, path[:depth])


def _with(event: Any, path: tuple[str, ...], value: Any) -> Any:
    return value if not path else {**event, path[0]: _with(event[path[0]], path[1:], value)}


def _without(event: Any, path: tuple[str, ...]) -> Any:
    first, *rest = path
    if rest:
        return {**event, first: _without(event[first], tuple(rest))}
    return {name: value for name, value in event.items() if name != first}


def stripe_event(kind: Any) -> dict[str, Any]:
    return {"type": kind, "data": {"object": {"id": "pi_1", "payment_intent": "pi_1"}}}


def razorpay_event(kind: Any) -> dict[str, Any]:
    entities = {"payment": {"entity": {"order_id": "order_1"}}, "order": {"entity": {"id": "order_2"}}}
    return {"event": kind, "payload": entities}


@pytest.mark.parametrize("kind", STRIPE_KINDS)
def test_an_event_of_stripe_of_any_shape_names_its_intent_or_none(kind: str) -> None:
    follows = kind.startswith(("payment_intent.", "charge.", "refund."))
    where = "id" if kind.startswith("payment_intent.") else "payment_intent"
    assert stripe_reads(stripe_event(kind)) == ("pi_1" if follows else None)

    for event in variants(stripe_event(kind), ("data", "object", where)):
        assert stripe_reads(event) is None, event
    for odd in ODD:
        assert stripe_reads(stripe_event(odd)) is None


@pytest.mark.parametrize("kind", RAZORPAY_KINDS)
def test_an_event_of_razorpay_of_any_shape_names_its_order_or_none(kind: str) -> None:
    assert razorpay_reads(razorpay_event(kind)) == "order_1"

    for event in variants(razorpay_event(kind), ("payload", "payment", "entity", "order_id")):
        of_the_order = (
            isinstance(event, dict) and isinstance(event.get("payload"), dict) and "order" in event["payload"]
        )
        assert razorpay_reads(event) == ("order_2" if of_the_order else None), event
    only_order = {"event": kind, "payload": {"order": {"entity": {"id": "order_2"}}}}
    for event in variants(only_order, ("payload", "order", "entity", "id")):
        assert razorpay_reads(event) is None, event


@given(JSON)
def test_no_json_at_all_is_a_crash(event: Any) -> None:
    assert stripe_reads(event) is None
    assert razorpay_reads(event) is None
    assert stripe_reads(stripe_event("charge.refunded") | {"data": event}) is None
    assert razorpay_reads({"event": "order.paid", "payload": event}) is None


@pytest.mark.parametrize("read", [_stripe, _razorpay])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"nothing", b"{} {}", b"\xff", b"[" * 100_000, b'{"type":' * 100_000, b'"\xed\xa0\x80"']
)
def test_what_is_no_json_is_said_to_be_none(read: Callable[[bytes], str | None], body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract of `verify_webhook`
        read(body)
