"""The local Razorpay: orders and payments."""

from concurrent.futures import ThreadPoolExecutor

import httpx  # noqa: TID251  the server under test is an HTTP server
import pytest

from local.gateways.razorpay import LocalRazorpay
from tests.component.local.merchant import (
    KEY,
    MANUAL,
    PRICE,
    SECRET,
    Merchant,
    a_captured_payment,
    an_authorized_payment,
    an_order,
    answer,
    capture,
    payment,
    refunds,
    refusal,
)
from tests.kit.webhooks import razorpay_proof


def an_unanswered_payment(api: httpx.Client, order_id: str) -> str:
    return str(answer(api.post(f"/_test/orders/{order_id}/fail", json={"late": True}))["id"])


def order_status(api: httpx.Client, order_id: str) -> str:
    return str(answer(api.get(f"/v1/orders/{order_id}"))["status"])


def test_refuses_a_caller_with_the_wrong_secret(api: httpx.Client) -> None:
    assert refusal(api.get("/v1/orders", auth=(KEY, "wrong")), 401) == "Authentication failed"


def test_opens_an_order_that_nothing_was_paid_on(api: httpx.Client) -> None:
    notes = {"booking_id": "b1"}
    body = {"amount": PRICE, "currency": "INR", "receipt": "b1", "notes": notes, "payment": MANUAL}
    order = answer(api.post("/v1/orders", json=body))
    assert order.items() >= {"status": "created", "amount_paid": 0, "amount_due": PRICE}.items()
    assert order["notes"] == notes
    assert answer(api.get(f"/v1/orders/{order['id']}")) == order


@pytest.mark.parametrize("amount", [99, -1, 0, 7000.0, "7000", None, True])
def test_accepts_only_whole_amounts_of_a_rupee_or_more(api: httpx.Client, amount: object) -> None:
    assert "amount" in refusal(api.post("/v1/orders", json={"amount": amount, "currency": "INR"}))


@pytest.mark.parametrize(
    ("amount", "currency", "taken"),
    [(100, "JPY", True), (99, "JPY", False), (99, "USD", False), (10_010, "KWD", True), (10_011, "KWD", False)],
)
def test_an_amount_is_taken_by_the_rules_of_its_currency(
    api: httpx.Client, amount: int, currency: str, taken: bool
) -> None:
    response = api.post("/v1/orders", json={"amount": amount, "currency": currency})
    if taken:
        assert answer(response)["amount"] == amount
    else:
        assert "amount" in refusal(response)


def test_finds_the_order_of_a_receipt_after_a_lost_answer(api: httpx.Client, razorpay: LocalRazorpay) -> None:
    razorpay.play("faults", kind="lost", on="orders")
    with pytest.raises(httpx.RemoteProtocolError):
        an_order(api, receipt="b1")
    [order] = answer(api.get("/v1/orders", params={"receipt": "b1"}))["items"]
    assert an_order(api, receipt="b1", unique_receipt=True) == order["id"]
    body = {"amount": PRICE, "currency": "INR", "receipt": "b1"}
    assert refusal(api.post("/v1/orders", json=body)) == "Order receipt should be unique."


def test_an_unknown_id_is_a_bad_request(api: httpx.Client) -> None:
    assert refusal(api.get("/v1/payments/pay_nobody")) == "The id provided does not exist"


def test_gives_the_page_a_proof_signed_with_the_key_secret(api: httpx.Client) -> None:
    order_id = an_order(api)
    proof = answer(api.post(f"/_test/orders/{order_id}/authorize"))
    assert proof["razorpay_order_id"] == order_id
    assert proof["razorpay_signature"] == razorpay_proof(order_id, proof["razorpay_payment_id"], SECRET)


def test_an_authorized_payment_waits_to_be_captured(api: httpx.Client) -> None:
    order_id = an_order(api)
    payment_id = an_authorized_payment(api, order_id)
    assert payment(api, payment_id)["status"] == "authorized"
    assert order_status(api, order_id) == "attempted"
    assert answer(capture(api, payment_id)).items() >= {"status": "captured", "captured": True}.items()
    assert order_status(api, order_id) == "paid"


def test_captures_by_itself_unless_the_order_says_manual(api: httpx.Client) -> None:
    order_id = an_order(api, payment=None)
    assert payment(api, an_authorized_payment(api, order_id))["status"] == "captured"
    assert order_status(api, order_id) == "paid"


def test_a_second_capture_is_refused(api: httpx.Client) -> None:
    payment_id = a_captured_payment(api)
    assert refusal(capture(api, payment_id)) == "This payment has already been captured"
    assert payment(api, payment_id)["status"] == "captured"


def test_of_twenty_captures_at_once_one_succeeds(api: httpx.Client) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: capture(api, payment_id).status_code, range(20)))
    assert sorted(answers) == [200] + [400] * 19


def test_captures_only_the_whole_authorized_amount(api: httpx.Client) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    assert "must be equal" in refusal(capture(api, payment_id, PRICE - 1))
    assert payment(api, payment_id)["captured"] is False


def test_a_guest_can_be_made_to_pay_a_wrong_amount(api: httpx.Client) -> None:
    wrong = {"amount": 100, "currency": "USD"}
    checkout = answer(api.post(f"/_test/orders/{an_order(api)}/authorize", json=wrong))
    paid = payment(api, checkout["razorpay_payment_id"])
    assert (paid["amount"], paid["currency"], paid["status"]) == (100, "USD", "authorized")


def test_an_order_takes_one_payment_at_a_time_and_none_once_paid(api: httpx.Client) -> None:
    order_id = an_order(api)
    payment_id = an_authorized_payment(api, order_id)
    assert "authorized already" in refusal(api.post(f"/_test/orders/{order_id}/authorize"))
    answer(capture(api, payment_id))
    assert "already paid" in refusal(api.post(f"/_test/orders/{order_id}/authorize"))


def test_a_declined_guest_may_try_again_on_the_same_order(api: httpx.Client, merchant: Merchant) -> None:
    order_id = an_order(api)
    declined = answer(api.post(f"/_test/orders/{order_id}/fail"))
    assert (declined["status"], declined["error_reason"]) == ("failed", "payment_declined")
    assert merchant.types(1) == ["payment.failed"]
    an_authorized_payment(api, order_id)
    payments = answer(api.get(f"/v1/orders/{order_id}/payments"))["items"]
    assert [payment["status"] for payment in payments] == ["failed", "authorized"]


def test_a_decline_never_turns_authorized(api: httpx.Client) -> None:
    declined = answer(api.post(f"/_test/orders/{an_order(api)}/fail"))
    assert "Nothing to play" in refusal(api.post(f"/_test/payments/{declined['id']}/authorize"))


def test_a_timed_out_payment_may_turn_authorized_later(api: httpx.Client, merchant: Merchant) -> None:
    payment_id = an_unanswered_payment(api, an_order(api))
    assert payment(api, payment_id)["status"] == "failed"
    merchant.events(1)
    late = answer(api.post(f"/_test/payments/{payment_id}/authorize"))
    assert (late["status"], late["error_code"], late["late_authorized"]) == ("authorized", None, True)
    assert merchant.types(2) == ["payment.failed", "payment.authorized"]
    answer(capture(api, payment_id))


def test_a_late_payment_on_a_paid_order_is_refunded_at_once(api: httpx.Client) -> None:
    order_id = an_order(api)
    unanswered = an_unanswered_payment(api, order_id)
    answer(capture(api, an_authorized_payment(api, order_id)))
    answer(api.post(f"/_test/payments/{unanswered}/authorize"))
    late = payment(api, unanswered)
    assert (late["status"], late["captured"], late["amount_refunded"]) == ("refunded", False, PRICE)


def test_of_two_authorized_payments_only_one_is_captured(api: httpx.Client) -> None:
    order_id = an_order(api)
    unanswered = an_unanswered_payment(api, order_id)
    first = an_authorized_payment(api, order_id)
    answer(api.post(f"/_test/payments/{unanswered}/authorize"))
    answer(capture(api, first))
    assert "already paid" in refusal(capture(api, unanswered))
    assert payment(api, unanswered)["captured"] is False


def test_an_uncaptured_payment_is_refunded_when_its_window_passes(api: httpx.Client, merchant: Merchant) -> None:
    payment_id = an_authorized_payment(api, an_order(api))
    merchant.events(1)
    answer(api.post(f"/_test/payments/{payment_id}/expire"))
    expired = payment(api, payment_id)
    assert (expired["status"], expired["captured"]) == ("refunded", False)
    assert refunds(api, payment_id) == [PRICE]
    assert sorted(merchant.types(3)[1:]) == ["refund.created", "refund.processed"]
    refusal(capture(api, payment_id))
