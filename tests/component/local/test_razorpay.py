"""The local Razorpay behaves as the documentation of the real one says; all through real HTTP."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx  # noqa: TID251  the server under test is an HTTP server
import pytest

from local.gateways.razorpay import LocalRazorpay
from tests.kit.webhooks import from_razorpay, razorpay_proof

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


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with Merchant() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def razorpay(merchant: Merchant) -> Iterator[LocalRazorpay]:
    with LocalRazorpay(KEY, SECRET, merchant.url, WEBHOOK_SECRET) as server:
        yield server


@pytest.fixture
def api(razorpay: LocalRazorpay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=razorpay.url, auth=(KEY, SECRET), timeout=5, trust_env=False) as client:
        yield client


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


def an_unanswered_payment(api: httpx.Client, order_id: str) -> str:
    return str(answer(api.post(f"/_test/orders/{order_id}/fail", json={"late": True}))["id"])


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


def order_status(api: httpx.Client, order_id: str) -> str:
    return str(answer(api.get(f"/v1/orders/{order_id}"))["status"])


def refunds(api: httpx.Client, payment_id: str) -> list[int]:
    found = answer(api.get(f"/v1/payments/{payment_id}/refunds"))["items"]
    return [refund["amount"] for refund in found]


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
def test_takes_only_whole_amounts_of_a_rupee_or_more(api: httpx.Client, amount: object) -> None:
    assert "amount" in refusal(api.post("/v1/orders", json={"amount": amount, "currency": "INR"}))


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


def test_hands_the_page_a_proof_signed_with_the_key_secret(api: httpx.Client) -> None:
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


def test_a_guest_can_be_made_to_pay_the_wrong_money(api: httpx.Client) -> None:
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


def test_a_late_payment_on_a_paid_order_goes_back_at_once(api: httpx.Client) -> None:
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


def test_a_pending_refund_that_fails_gives_the_amount_back(api: httpx.Client, razorpay: LocalRazorpay) -> None:
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


def test_signs_the_raw_body_of_a_webhook_and_names_the_event(api: httpx.Client, merchant: Merchant) -> None:
    order_id = an_order(api)
    payment_id = an_authorized_payment(api, order_id)
    [event] = merchant.events(1)
    [(headers, body)] = merchant.deliveries
    assert headers["x-razorpay-signature"] == from_razorpay(body, WEBHOOK_SECRET).headers["x-razorpay-signature"]
    assert headers["x-razorpay-event-id"]
    assert (event["event"], event["contains"]) == ("payment.authorized", ["payment"])
    entity = event["payload"]["payment"]["entity"]
    assert (entity["id"], entity["order_id"], entity["status"]) == (payment_id, order_id, "authorized")


def test_sends_a_refused_webhook_again_under_the_same_event_id(api: httpx.Client, merchant: Merchant) -> None:
    merchant.answers = [503]
    an_authorized_payment(api, an_order(api))
    merchant.events(2)
    first, second = merchant.deliveries
    assert first[0]["x-razorpay-event-id"] == second[0]["x-razorpay-event-id"]
    assert first[1] == second[1]


def test_holds_then_reorders_and_duplicates_webhooks(api: httpx.Client, merchant: Merchant) -> None:
    answer(api.post("/_test/webhooks", json={"hold": True}))
    a_captured_payment(api)
    assert merchant.deliveries == []
    assert answer(api.post("/_test/release", json={"reverse": True, "copies": 3})) == {"released": 3}
    backwards = ["order.paid"] * 3 + ["payment.captured"] * 3 + ["payment.authorized"] * 3
    assert merchant.types(9) == backwards
    assert len({headers["x-razorpay-event-id"] for headers, _ in merchant.deliveries}) == 3
    last = merchant.events(9)[-1]
    assert last["payload"]["payment"]["entity"]["status"] == "authorized"  # a snapshot of its time


def test_sends_webhooks_late(api: httpx.Client, merchant: Merchant) -> None:
    answer(api.post("/_test/webhooks", json={"copies": 2, "delay_seconds": 0.5}))
    an_authorized_payment(api, an_order(api))
    assert merchant.deliveries == []
    assert merchant.types(2) == ["payment.authorized"] * 2


def test_shows_a_person_all_there_is(api: httpx.Client, merchant: Merchant) -> None:
    a_captured_payment(api)
    merchant.events(3)
    state = answer(api.get("/_test/state"))
    assert [order["status"] for order in state["orders"]] == ["paid"]
    assert [payment["status"] for payment in state["payments"]] == ["captured"]
    events = [event["event"] for event in state["events"]]
    assert events == ["payment.authorized", "payment.captured", "order.paid"]


def test_says_what_it_did_not_understand(api: httpx.Client) -> None:
    assert "Nothing to play" in refusal(api.post("/_test/faults", json={"kind": "gremlins"}))
    assert "Not understood" in refusal(api.post("/v1/orders", json=[]))
    assert "Not understood" in refusal(api.post("/v1/orders", content=b"{"))
    assert "colour" in refusal(api.post(f"/_test/orders/{an_order(api)}/authorize", json={"colour": "red"}))
