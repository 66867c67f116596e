"""What operators see and do about payments, over the routes that only admins may call."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from holdfast.logs import Tag, metrics
from holdfast.model.account import TopUp, TopUpStatus
from holdfast.model.booking import Status
from holdfast.payments.tasks import STUCK_AFTER_ATTEMPTS
from local.gateways.razorpay import LocalRazorpay
from tests.conftest import FakeClock
from tests.payments.books import wrong_in
from tests.payments.handlers import Handlers
from tests.payments.house import ADMIN, ALICE, House
from tests.payments.news import from_razorpay, razorpay_body
from tests.payments.tills import RazorpayTill
from tests.unit.log_lines import LogLines

LIST = "GET /admin/payments"
SETTLE = "POST /admin/bookings/{booking_id}/settle"


@pytest.fixture
def handlers(house: House, razorpay: LocalRazorpay, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Handlers:
    return Handlers(monkeypatch, clock, razorpay.url, "http://127.0.0.1:9")


def listed(handlers: Handlers, state: str | None = None, *, groups: str = "[admin]") -> tuple[int, Any]:
    claims = {"sub": ADMIN, "client_id": "client-of-the-tests", "token_use": "access", "cognito:groups": groups}
    event = {
        "headers": {},
        "queryStringParameters": {"state": state} if state else None,
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
    }
    return handlers.call("settle", LIST, event)


def in_trouble(house: House, till: RazorpayTill, key: str = "first", times: int = 1) -> Any:
    """A confirmed booking whose capture did not come about."""
    booking = house.hold(key=key)
    _, proof = house.paid(booking)
    till.razorpay.play("faults", kind="error", on="capture", times=times)
    house.finalize(booking, proof)
    return booking


def test_what_is_due_is_listed_with_its_age_oldest_first(house: House, till: RazorpayTill, handlers: Handlers) -> None:
    first = in_trouble(house, till, "one")
    house.clock.advance(30)
    second = in_trouble(house, till, "two")
    house.clock.advance(10)
    status, answer = listed(handlers)
    assert status == 200
    rows = answer["payments"]
    assert [row["booking_id"] for row in rows] == [first.booking_id, second.booking_id]
    assert [(row["action"], row["amount"], row["attempts"]) for row in rows] == [("capture", 1_050_000, 1)] * 2
    assert [row["age_seconds"] for row in rows] == [40, 10]
    at = datetime.fromisoformat(rows[0]["next_try_at"])
    assert at > house.clock().astimezone(UTC)


def test_what_is_stuck_leaves_the_due_for_the_stuck(house: House, till: RazorpayTill, handlers: Handlers) -> None:
    booking = in_trouble(house, till, times=1000)
    for _ in range(40):
        house.settle()
        house.clock.advance(3600)
    assert listed(handlers, "due")[1]["payments"] == []
    [row] = listed(handlers, "stuck")[1]["payments"]
    assert (row["booking_id"], row["status"]) == (booking.booking_id, Status.CONFIRMED)


def test_what_belongs_to_nothing_is_listed(house: House, till: RazorpayTill, handlers: Handlers) -> None:
    order = {"amount": 5000, "currency": "INR", "notes": {}, "payment": {"capture": "manual"}}
    order_id = till.razorpay.account.call("POST", "/v1/orders", order, None)["id"]
    till.pay(order_id)
    handlers.webhook(from_razorpay(razorpay_body("payment.authorized", order_id)))
    house.clock.advance(60)
    [row] = listed(handlers, "unmatched")[1]["payments"]
    assert (row["gateway_order_id"], row["amount"], row["state"]) == (order_id, 5000, "authorised")
    assert row["age_seconds"] == 60


def test_an_admin_settles_at_once_and_is_named_in_the_history(
    house: House, till: RazorpayTill, handlers: Handlers
) -> None:
    booking = in_trouble(house, till)
    body = {"reason": "The guest rang"}
    status, answer = handlers.guest("settle", SETTLE, body, user=ADMIN, groups="[admin]", booking_id=booking.booking_id)
    assert status == 200
    assert answer["payment"]["captured"] == 1_050_000
    assert {"by": f"admin {ADMIN}", "note": "The guest rang"}.items() <= answer["history"][-2].items()
    assert wrong_in(house) == []


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "two\nlines"}, {"reason": "x" * 201}])
def test_an_act_without_a_reason_is_refused(
    house: House, till: RazorpayTill, handlers: Handlers, body: dict[str, str]
) -> None:
    booking = in_trouble(house, till)
    before = house.stored(booking)
    answer = handlers.guest("settle", SETTLE, body, user=ADMIN, groups="[admin]", booking_id=booking.booking_id)
    assert answer[0] == 422
    assert house.stored(booking) == before


def stuck_topup(house: House, till: RazorpayTill) -> TopUp:
    """A top-up that the guest has paid, and whose capture the gateway refuses until nobody tries any more."""
    topup = house.start_topup()
    till.pay(topup.order_id)
    till.razorpay.play("faults", kind="error", on="capture", times=STUCK_AFTER_ATTEMPTS)
    for _ in range(STUCK_AFTER_ATTEMPTS):
        house.clock.advance(6 * 3600)
        house.settle()
    return topup


def test_a_topup_that_gets_stuck_is_logged_counted_and_listed_whole(
    house: House, till: RazorpayTill, handlers: Handlers, lines: LogLines
) -> None:
    topup = stuck_topup(house, till)

    failures = [line for line in lines.tagged if line.get("topup_id") == topup.topup_id]
    assert {line["tag"] for line in failures} == {Tag.SETTLE_FAILED}
    assert [line["attempts"] for line in failures] == list(range(1, STUCK_AFTER_ATTEMPTS + 1))
    assert [line["stuck"] for line in failures] == [False] * (STUCK_AFTER_ATTEMPTS - 1) + [True]
    counted = {name: metric["Value"] for name, metric in metrics.metric_set.items()}
    assert counted["SettleFailed"] == [1.0] * STUCK_AFTER_ATTEMPTS
    assert counted["PaymentsStuck"] == [0.0] * (STUCK_AFTER_ATTEMPTS - 1) + [1.0]
    assert listed(handlers, "due")[1]["payments"] == []
    [row] = listed(handlers, "stuck")[1]["payments"]
    assert row["topup_id"] == topup.topup_id
    assert (row["gateway"], row["gateway_order_id"]) == ("razorpay", topup.order_id)
    assert (row["amount"], row["currency"], row["attempts"]) == (50_000, "INR", STUCK_AFTER_ATTEMPTS)
    assert row["age_seconds"] == STUCK_AFTER_ATTEMPTS * 6 * 3600


def test_an_admin_settles_a_stuck_topup_and_is_named_in_the_log(
    house: House, till: RazorpayTill, handlers: Handlers, lines: LogLines
) -> None:
    topup = stuck_topup(house, till)

    status, answer = settle_topup(handlers, topup, {"reason": "The guest rang"})

    assert (status, answer["status"], answer["amount"]) == (200, "credited", 50_000)
    assert house.balance() == 50_000
    [line] = [line for line in lines.all if line["message"] == "an admin asks to settle a top-up"]
    assert (line["by"], line["topup_id"]) == (f"admin {ADMIN}", topup.topup_id)
    assert "The guest rang" not in str(lines.all)
    stored = house.store.topup(topup.topup_id)
    assert stored
    assert (stored.asked_by, stored.asked_why) == (f"admin {ADMIN}", "The guest rang")
    assert settle_topup(handlers, topup, {"reason": "Once more"})[1]["status"] == "credited"
    assert wrong_in(house) == []


def test_a_topup_that_an_admin_tries_in_vain_is_stuck_again_and_may_be_tried_once_more(
    house: House, till: RazorpayTill, handlers: Handlers
) -> None:
    topup = stuck_topup(house, till)
    till.razorpay.play("faults", kind="error", on="capture", times=1)

    assert settle_topup(handlers, topup, {"reason": "The guest rang"})[1]["status"] == "pending"

    [row] = listed(handlers, "stuck")[1]["payments"]
    assert (row["topup_id"], row["attempts"]) == (topup.topup_id, STUCK_AFTER_ATTEMPTS + 1)
    assert settle_topup(handlers, topup, {"reason": "The guest rang again"})[1]["status"] == "credited"
    assert house.balance() == 50_000


@pytest.mark.parametrize("paid", [False, True])
def test_a_topup_whose_guest_is_at_the_gateway_is_never_closed_by_an_admin(
    house: House, till: RazorpayTill, handlers: Handlers, paid: bool
) -> None:
    topup = house.start_topup()
    if paid:
        till.pay(topup.order_id)

    status = settle_topup(handlers, topup, {"reason": "The guest rang"})[1]["status"]

    assert (status, house.balance()) == (("credited", 50_000) if paid else ("pending", 0))


def test_a_topup_is_settled_by_admins_for_a_reason_and_if_it_is_there(
    house: House, till: RazorpayTill, handlers: Handlers
) -> None:
    topup = house.start_topup()
    for body in ({}, {"reason": " "}, {"reason": "two\nlines"}):
        assert settle_topup(handlers, topup, body)[0] == 422
    assert settle_topup(handlers, topup, {"reason": "mine"}, groups="")[0] == 403
    missing = msgspec.structs.replace(topup, topup_id="tu_" + "a" * 26)
    assert settle_topup(handlers, missing, {"reason": "lost"})[0] == 404
    stored = house.store.topup(topup.topup_id)
    assert stored
    assert (stored.status, stored.attempts) == (TopUpStatus.PENDING, 0)


def settle_topup(handlers: Handlers, topup: TopUp, body: dict[str, str], *, groups: str = "[admin]") -> tuple[int, Any]:
    route = "POST /admin/topups/{topup_id}/settle"
    return handlers.guest("settle", route, body, user=ADMIN, groups=groups, topup_id=topup.topup_id)


def test_only_admins_see_and_settle(house: House, till: RazorpayTill, handlers: Handlers) -> None:
    booking = in_trouble(house, till)
    assert listed(handlers, groups="")[0] == 403
    assert listed(handlers, groups="[owner]")[0] == 403
    answer = handlers.guest("settle", SETTLE, {"reason": "mine"}, user=ALICE, booking_id=booking.booking_id)
    assert answer[0] == 403
    assert listed(handlers, "nonsense")[0] == 422
