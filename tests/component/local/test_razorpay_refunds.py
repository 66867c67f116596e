"""The local Razorpay: refunds, and calls that fail."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx  # noqa: TID251  the server under test is an HTTP server
import pytest

from local.gateways.razorpay import LocalRazorpay
from tests.component.local.merchant import (
    PRICE,
    a_captured_payment,
    an_authorized_payment,
    an_order,
    answer,
    capture,
    payment,
    refund,
    refunds,
    refusal,
)


def test_refunds_in_parts_up_to_what_was_captured(api: httpx.Client) -> None:
    payment_id = a_captured_payment(api)
    assert answer(refund(api, payment_id, 200_000))["status"] == "processed"
    assert payment(api, payment_id).items() >= {"status": "captured", "refund_status": "partial"}.items()
    assert "greater than" in refusal(refund(api, payment_id, 500_001))
    answer(refund(api, payment_id, 500_000))
    assert payment(api, payment_id).items() >= {"status": "refunded", "refund_status": "full"}.items()
    assert "fully refunded" in refusal(refund(api, payment_id, 100))
    assert refunds(api, payment_id) == [200_000, 500_000]


def test_what_is_only_authorized_cannot_be_refunded(api: httpx.Client) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    assert "captured" in refusal(refund(api, payment_id, PRICE))
    assert refunds(api, payment_id) == []


def test_a_refund_with_the_same_key_is_the_same_refund(api: httpx.Client, razorpay: LocalRazorpay) -> None:
    payment_id = a_captured_payment(api)
    razorpay.play("faults", kind="lost", on="refund")
    with pytest.raises(httpx.RemoteProtocolError):
        refund(api, payment_id, 100_000, "b1-refund-1")
    again = answer(refund(api, payment_id, 100_000, "b1-refund-1"))
    assert answer(api.get(f"/v1/refunds/{again['id']}")) == again
    assert refunds(api, payment_id) == [100_000]


def test_a_refund_key_is_bound_to_its_request(api: httpx.Client) -> None:
    payment_id = a_captured_payment(api)
    answer(refund(api, payment_id, 100_000, "b1-refund-1"))
    assert "Different request" in refusal(refund(api, payment_id, 200_000, "b1-refund-1"), 409)
    assert refunds(api, payment_id) == [100_000]


@pytest.mark.parametrize("key", ["too-short", "b1:refund:1", "b1 refund 1"])
def test_a_refund_key_has_ten_plain_characters(api: httpx.Client, key: str) -> None:
    assert "idempotency key" in refusal(refund(api, a_captured_payment(api), 100, key))


def test_a_refund_key_in_use_is_a_conflict(api: httpx.Client, razorpay: LocalRazorpay) -> None:
    payment_id = a_captured_payment(api)
    razorpay.play("faults", kind="late", on="refund", seconds=0.5)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(refund, api, payment_id, 100_000, "b1-refund-1")
        time.sleep(0.2)
        assert "in progress" in refusal(refund(api, payment_id, 100_000, "b1-refund-1"), 409)
        answer(first.result())
    assert refunds(api, payment_id) == [100_000]


def test_a_pending_refund_that_fails_restores_the_amount(api: httpx.Client, razorpay: LocalRazorpay) -> None:
    payment_id = a_captured_payment(api)
    razorpay.play("webhooks", pending_refunds=True)
    pending = answer(refund(api, payment_id, PRICE))
    assert pending["status"] == "pending"
    answer(api.post(f"/_test/refunds/{pending['id']}/settle", json={"status": "failed"}))
    left = payment(api, payment_id)
    assert (left["status"], left["amount_refunded"], left["refund_status"]) == ("captured", 0, None)


@pytest.mark.parametrize("kind", ["lost", "slow", "late"])
def test_a_capture_may_be_done_though_the_caller_never_heard(
    api: httpx.Client, razorpay: LocalRazorpay, kind: str
) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    razorpay.play("faults", kind=kind, on="capture", seconds=0.5)
    with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError)):
        capture(api, payment_id, seconds=0.2)
    assert payment(api, payment_id)["captured"] is (kind != "late")
    time.sleep(0.6)
    assert payment(api, payment_id)["captured"] is True


@pytest.mark.parametrize(("kind", "status"), [("error", 500), ("busy", 429), ("declined", 400)])
def test_a_refused_call_leaves_the_payment_as_it_was(api: httpx.Client, kind: str, status: int) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    answer(api.post("/_test/faults", json={"kind": kind, "on": "capture"}))
    assert capture(api, payment_id).status_code == status
    assert payment(api, payment_id)["status"] == "authorized"
    answer(capture(api, payment_id))  # a fault strikes once, unless a number is given


def test_a_dropped_call_leaves_the_payment_as_it_was(api: httpx.Client, razorpay: LocalRazorpay) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    razorpay.play("faults", kind="dropped", on="capture", times=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            capture(api, payment_id)
    assert payment(api, payment_id)["status"] == "authorized"
    answer(capture(api, payment_id))


@pytest.mark.parametrize(("days", "refunded"), [(179, True), (181, False)])
def test_a_payment_of_more_than_six_months_is_not_refunded(
    api: httpx.Client, razorpay: LocalRazorpay, days: int, refunded: bool
) -> None:
    payment_id = a_captured_payment(api)
    razorpay.play(f"payments/{payment_id}/status", created_at=int(time.time()) - days * 86_400)
    response = refund(api, payment_id, 500)
    if refunded:
        assert answer(response)["status"] == "processed"
    else:
        assert "6 months" in refusal(response)
