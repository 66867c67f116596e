"""Payments on our account at the gateway that are not ours: counted, kept nowhere, never given back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from holdfast.logs import metrics
from holdfast.model.case import CaseKind
from holdfast.payments.gateways.razorpay import RazorpayGateway
from local.gateways.razorpay import LocalRazorpay
from tests.kit.gateway_driver import KEY_ID, KEY_SECRET, RazorpayDriver
from tests.kit.log_capture import LogLines
from tests.kit.metrics_capture import written_metrics
from tests.kit.payment_scenario import PaymentScenario
from tests.kit.webhooks import from_razorpay, razorpay_body

OURS = "holdfast-prod"
MARKED: list[tuple[str, Any, str | None]] = [
    ("nothing", [], None),
    ("another shop's notes", {"invoice": "17"}, None),
    ("an empty reference", {"holdfast_reference": ""}, None),
    ("a reference that is no text", {"holdfast_reference": 17}, None),
    ("no stack, as of before", {"holdfast_reference": "bk_1"}, "bk_1"),
    ("our stack", {"holdfast_reference": "bk_1", "holdfast_stack": OURS}, "bk_1"),
    ("another stack", {"holdfast_reference": "bk_1", "holdfast_stack": "holdfast-dev"}, None),
]


@dataclass
class Account:
    razorpay: LocalRazorpay
    gateway: RazorpayGateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = RazorpayGateway(KEY_ID, KEY_SECRET, (), self.razorpay.url, OURS)

    def order(self, notes: Any) -> str:
        asked = {"amount": 5000, "currency": "INR", "notes": notes, "payment": {"capture": "manual"}}
        return str(self.razorpay.account.call("POST", "/v1/orders", asked, None)["id"])


@pytest.fixture
def account(razorpay: LocalRazorpay) -> Iterator[Account]:
    account = Account(razorpay)
    yield account
    account.gateway._session.close()


@pytest.mark.parametrize(("notes", "reference"), [row[1:] for row in MARKED], ids=[row[0] for row in MARKED])
def test_an_order_is_ours_by_its_marks(account: Account, notes: Any, reference: str | None) -> None:
    assert account.gateway.fetch(account.order(notes)).reference == reference


def test_our_order_carries_the_stack(account: Account) -> None:
    order_id = account.gateway.open_order("bk_1", 5000, "INR", "key").order_id
    assert account.razorpay.account.orders[order_id]["notes"] == {
        "holdfast_reference": "bk_1",
        "holdfast_stack": OURS,
    }


def test_a_stack_without_a_name_reads_the_orders_of_any(account: Account, razorpay_gateway: RazorpayGateway) -> None:
    order_id = account.gateway.open_order("bk_1", 5000, "INR", "key").order_id
    assert razorpay_gateway.fetch(order_id).reference == "bk_1"


@pytest.mark.parametrize("paid", ["open", "authorised", "captured", "refunded"])
def test_a_foreign_payment_is_counted_and_nothing_else(
    scenario: PaymentScenario,
    driver: RazorpayDriver,
    account: Account,
    lines: LogLines,
    capsys: pytest.CaptureFixture[str],
    paid: str,
) -> None:
    order_id = account.order({"invoice": "17"})
    if paid != "open":
        payment_id = driver.pay(order_id).transaction_id
        if paid != "authorised":
            driver.razorpay.play(f"payments/{payment_id}/capture_outside")
        if paid == "refunded":
            driver.razorpay.play(f"payments/{payment_id}/refund_outside", amount=5000)
    before = [*scenario.store.table.scan()], driver.record(order_id)

    assert scenario.deliver(from_razorpay(razorpay_body("payment.authorized", order_id)))

    assert ([*scenario.store.table.scan()], driver.record(order_id)) == before
    assert scenario.cases(CaseKind.UNMATCHED) == []
    assert [line["level"] for line in lines.all] == ["INFO"]
    assert "PaymentsForeign" in [metric["Name"] for metric in _flushed(capsys)]


def _flushed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    metrics.flush_metrics()
    return [metric for directive, _ in written_metrics(capsys) for metric in directive["Metrics"]]
