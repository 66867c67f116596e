"""The gateway in memory: keys as the real ones keep them, and what is done in the dashboard."""

from collections.abc import Callable

import pytest

from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayKeyRefused,
    GatewayRefused,
    PaymentState,
)
from tests.kit.fake_gateway import FakeGateway

AMOUNT = 70_000


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def order_id(gateway: FakeGateway) -> str:
    order_id = gateway.open_order("bk_1", AMOUNT, "INR", "order").order_id
    gateway.authorise(order_id)
    return order_id


def test_a_key_gets_its_first_answer_again(gateway: FakeGateway, order_id: str) -> None:
    assert gateway.open_order("bk_1", AMOUNT, "INR", "order").order_id == order_id
    for _ in range(2):
        gateway.capture(order_id, AMOUNT, "INR", "capture")
        gateway.refund(order_id, 10_000, "INR", "refund")
    assert (gateway.orders[order_id].captured, gateway.orders[order_id].refunded) == (AMOUNT, 10_000)


@pytest.mark.parametrize(
    ("too_early", "key"),
    [
        (lambda gateway, order_id: gateway.refund(order_id, AMOUNT, "INR", "key"), "key"),
        (lambda gateway, order_id: gateway.capture(order_id, AMOUNT + 1, "INR", "key"), "key"),
    ],
    ids=["a refund before the capture", "a capture of more"],
)
def test_a_refusal_is_repeated_under_its_key(
    gateway: FakeGateway, order_id: str, too_early: Callable[[FakeGateway, str], None], key: str
) -> None:
    with pytest.raises(GatewayRefused):
        too_early(gateway, order_id)
    gateway.capture(order_id, AMOUNT, "INR", "capture")
    with pytest.raises(GatewayRefused):
        too_early(gateway, order_id)
    assert gateway.orders[order_id].refunded == 0
    assert key in gateway._done


def test_a_key_is_bound_to_its_request(gateway: FakeGateway, order_id: str) -> None:
    gateway.capture(order_id, AMOUNT, "INR", "capture")
    gateway.refund(order_id, 10_000, "INR", "refund")
    with pytest.raises(GatewayRefused):
        gateway.refund(order_id, 20_000, "INR", "refund")
    assert gateway.orders[order_id].refunded == 10_000


def test_a_refused_key_refuses_every_call(gateway: FakeGateway, order_id: str) -> None:
    gateway.refuses_key = True
    for call in (gateway.fetch, lambda order_id: gateway.void(order_id, "void")):
        with pytest.raises(GatewayKeyRefused):
            call(order_id)


def test_the_dashboard_refunds_and_the_bank_sends_back(gateway: FakeGateway, order_id: str) -> None:
    gateway.capture_outside(order_id, 50_000)
    gateway.pending_refunds = True
    gateway.refund(order_id, 10_000, "INR", "refund")
    outside = gateway.refund_outside(order_id, 5_000)
    order = gateway.fetch(order_id)
    assert [(refund.amount, refund.pending, refund.ours) for refund in order.refunds] == [
        (10_000, True, True),
        (5_000, False, False),
    ]
    assert (order.captured, order.refunded) == (50_000, 15_000)
    gateway.settle_refund(order_id, order.refunds[0].refund_id)
    assert gateway.fail_refund(order_id, outside)
    assert not gateway.fail_refund(order_id, outside)
    assert [(refund.amount, refund.pending) for refund in gateway.fetch(order_id).refunds] == [(10_000, False)]
    assert gateway.refund_outside(order_id) != outside
    assert not gateway.fetch(order_id).holds_money


def test_the_dashboard_cancels(gateway: FakeGateway, order_id: str) -> None:
    gateway.cancel_outside(order_id)
    assert gateway.fetch(order_id).state is PaymentState.VOIDED


@pytest.mark.parametrize("decided", [DisputeState.WON, DisputeState.LOST])
def test_a_dispute_is_opened_and_decided(gateway: FakeGateway, order_id: str, decided: DisputeState) -> None:
    gateway.capture_outside(order_id)
    dispute_id = gateway.open_dispute(order_id)
    decide = gateway.win_dispute if decided is DisputeState.WON else gateway.lose_dispute
    opened = gateway.fetch(order_id).dispute
    decide(order_id)
    closed = gateway.fetch(order_id).dispute
    assert opened is not None
    assert closed is not None
    assert (opened.state, closed.state, closed.amount) == (DisputeState.OPEN, decided, AMOUNT)
    assert opened.dispute_id == closed.dispute_id == dispute_id
