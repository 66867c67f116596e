"""What operators see and do about payments, over the routes that only admins may call."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from holdfast.logs import Tag, metrics
from holdfast.model.account import TopUp, TopUpStatus
from holdfast.model.booking import Status
from holdfast.payments.perform import STUCK_AFTER_ATTEMPTS
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.handlers import EXP, Handlers
from tests.kit.apps import CLIENT_ID
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import ADMIN, ALICE, PaymentScenario
from tests.kit.webhooks import from_razorpay, razorpay_body

LIST = "GET /admin/payments"
CLOSE = "POST /admin/cases/{case_id}/close"
SETTLE = "POST /admin/bookings/{booking_id}/settle"

pytestmark = pytest.mark.usefixtures("cloud")  # the secrets are there


@pytest.fixture
def handlers(
    scenario: PaymentScenario, razorpay: LocalRazorpay, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Handlers:
    return Handlers(monkeypatch, scenario, razorpay_url=razorpay.url, stripe_url="http://127.0.0.1:9")


def listed(handlers: Handlers, state: str | None = None, *, groups: str = "[admin]") -> tuple[int, Any]:
    claims = {"sub": ADMIN, "client_id": CLIENT_ID, "token_use": "access", "exp": EXP, "cognito:groups": groups}
    event = {
        "headers": {},
        "queryStringParameters": {"state": state} if state else None,
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
    }
    return handlers.call("settle", LIST, event)


def in_trouble(scenario: PaymentScenario, driver: RazorpayDriver, key: str = "first", times: int = 1) -> Any:
    """A confirmed booking whose capture did not come about."""
    booking = scenario.hold(key=key)
    _, proof = scenario.paid(booking)
    driver.razorpay.play("faults", kind="error", on="capture", times=times)
    scenario.finalize(booking, proof)
    return booking


def test_what_is_due_is_listed_with_its_age_oldest_first(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    first = in_trouble(scenario, driver, "one")
    scenario.clock.advance(30)
    second = in_trouble(scenario, driver, "two")
    scenario.clock.advance(10)
    status, answer = listed(handlers)
    assert status == 200
    rows = answer["payments"]
    assert [row["booking_id"] for row in rows] == [first.booking_id, second.booking_id]
    assert [(row["action"], row["amount"], row["attempts"]) for row in rows] == [("capture", 1_050_000, 1)] * 2
    assert [row["age_seconds"] for row in rows] == [40, 10]
    at = datetime.fromisoformat(rows[0]["next_try_at"])
    assert at > scenario.clock().astimezone(UTC)


def test_what_is_stuck_moves_from_the_due_list_to_the_stuck_list(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    booking = in_trouble(scenario, driver, times=1000)
    for _ in range(40):
        scenario.settle()
        scenario.clock.advance(3600)
    assert listed(handlers, "due")[1]["payments"] == []
    [row] = listed(handlers, "stuck")[1]["payments"]
    assert (row["booking_id"], row["status"]) == (booking.booking_id, Status.CONFIRMED)


def test_what_belongs_to_nothing_is_listed(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    order = {
        "amount": 5000,
        "currency": "INR",
        "notes": {"holdfast_reference": "bk_gone"},
        "payment": {"capture": "manual"},
    }
    order_id = driver.razorpay.account.call("POST", "/v1/orders", order, None)["id"]
    driver.pay(order_id)
    handlers.webhook(from_razorpay(razorpay_body("payment.authorized", order_id)))
    scenario.clock.advance(60)
    [row] = listed(handlers, "unmatched")[1]["payments"]
    assert (row["gateway_order_id"], row["amount"], row["state"]) == (order_id, 5000, "authorised")
    assert row["age_seconds"] == 60


def test_a_case_that_an_admin_closes_is_listed_no_more_and_stays_closed(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    order = {"amount": 5000, "currency": "INR", "notes": {"holdfast_reference": "bk_lost"}}
    order_id = driver.razorpay.account.call("POST", "/v1/orders", order, None)["id"]
    driver.pay(order_id)
    seen = from_razorpay(razorpay_body("payment.authorized", order_id))
    handlers.webhook(seen)
    assert listed(handlers, "unmatched")[1]["count"] == 1
    [row] = listed(handlers, "unmatched")[1]["payments"]

    answers = [
        handlers.guest("settle", CLOSE, {"reason": why}, user=ADMIN, groups="[admin]", case_id=row["case_id"])
        for why in ("another shop's", "again")
    ]

    assert [status for status, _ in answers] == [200, 200]
    assert answers[0] == answers[1]
    assert (answers[0][1]["closed_by"], answers[0][1]["closed_why"]) == (f"admin {ADMIN}", "another shop's")
    handlers.webhook(seen)
    assert listed(handlers, "unmatched")[1] == {"payments": [], "next_cursor": None, "count": 0}
    assert scenario.settle().unmatched == 0


def test_an_admin_settles_at_once_and_is_named_in_the_history(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    booking = in_trouble(scenario, driver)
    body = {"reason": "The guest rang"}
    status, answer = handlers.guest("settle", SETTLE, body, user=ADMIN, groups="[admin]", booking_id=booking.booking_id)
    assert status == 200
    assert answer["payment"]["captured"] == 1_050_000
    assert {"by": f"admin {ADMIN}", "note": "The guest rang"}.items() <= answer["history"][-2].items()
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "two\nlines"}, {"reason": "x" * 201}])
def test_an_act_without_a_reason_is_refused(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers, body: dict[str, str]
) -> None:
    booking = in_trouble(scenario, driver)
    before = scenario.stored(booking)
    answer = handlers.guest("settle", SETTLE, body, user=ADMIN, groups="[admin]", booking_id=booking.booking_id)
    assert answer[0] == 422
    assert scenario.stored(booking) == before


def stuck_topup(scenario: PaymentScenario, driver: RazorpayDriver) -> TopUp:
    """A top-up that the guest has paid, and whose capture the gateway refuses until nobody tries any more."""
    topup = scenario.start_topup()
    driver.pay(topup.order_id)
    driver.razorpay.play("faults", kind="error", on="capture", times=STUCK_AFTER_ATTEMPTS)
    for _ in range(STUCK_AFTER_ATTEMPTS):
        scenario.clock.advance(6 * 3600)
        scenario.settle()
    return topup


def test_a_topup_that_gets_stuck_is_logged_counted_and_listed_whole(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers, lines: LogLines
) -> None:
    topup = stuck_topup(scenario, driver)

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
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers, lines: LogLines
) -> None:
    topup = stuck_topup(scenario, driver)

    status, answer = settle_topup(handlers, topup, {"reason": "The guest rang"})

    assert (status, answer["status"], answer["amount"]) == (200, "credited", 50_000)
    assert scenario.balance() == 50_000
    [line] = [line for line in lines.all if line["message"] == "an admin asks to settle a top-up"]
    assert (line["by"], line["topup_id"]) == (f"admin {ADMIN}", topup.topup_id)
    assert "The guest rang" not in str(lines.all)
    stored = scenario.store.topup(topup.topup_id)
    assert stored
    assert (stored.asked_by, stored.asked_why) == (f"admin {ADMIN}", "The guest rang")
    assert settle_topup(handlers, topup, {"reason": "Once more"})[1]["status"] == "credited"
    assert wrong_in(scenario) == []


def test_a_topup_that_an_admin_tries_in_vain_is_stuck_again_and_may_be_tried_once_more(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    topup = stuck_topup(scenario, driver)
    driver.razorpay.play("faults", kind="error", on="capture", times=1)

    assert settle_topup(handlers, topup, {"reason": "The guest rang"})[1]["status"] == "pending"

    [row] = listed(handlers, "stuck")[1]["payments"]
    assert (row["topup_id"], row["attempts"]) == (topup.topup_id, STUCK_AFTER_ATTEMPTS + 1)
    assert settle_topup(handlers, topup, {"reason": "The guest rang again"})[1]["status"] == "credited"
    assert scenario.balance() == 50_000


@pytest.mark.parametrize("paid", [False, True])
def test_a_topup_whose_guest_is_at_the_gateway_is_never_closed_by_an_admin(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers, paid: bool
) -> None:
    topup = scenario.start_topup()
    if paid:
        driver.pay(topup.order_id)

    status = settle_topup(handlers, topup, {"reason": "The guest rang"})[1]["status"]

    assert (status, scenario.balance()) == (("credited", 50_000) if paid else ("pending", 0))


def test_a_topup_is_settled_by_admins_for_a_reason_and_if_it_is_there(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    topup = scenario.start_topup()
    for body in ({}, {"reason": " "}, {"reason": "two\nlines"}):
        assert settle_topup(handlers, topup, body)[0] == 422
    assert settle_topup(handlers, topup, {"reason": "mine"}, groups="")[0] == 403
    missing = msgspec.structs.replace(topup, topup_id="tu_" + "a" * 26)
    assert settle_topup(handlers, missing, {"reason": "lost"})[0] == 404
    stored = scenario.store.topup(topup.topup_id)
    assert stored
    assert (stored.status, stored.attempts) == (TopUpStatus.PENDING, 0)


def settle_topup(handlers: Handlers, topup: TopUp, body: dict[str, str], *, groups: str = "[admin]") -> tuple[int, Any]:
    route = "POST /admin/topups/{topup_id}/settle"
    return handlers.guest("settle", route, body, user=ADMIN, groups=groups, topup_id=topup.topup_id)


def test_only_admins_see_and_settle(scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers) -> None:
    booking = in_trouble(scenario, driver)
    assert listed(handlers, groups="")[0] == 403
    assert listed(handlers, groups="[owner]")[0] == 403
    answer = handlers.guest("settle", SETTLE, {"reason": "mine"}, user=ALICE, booking_id=booking.booking_id)
    assert answer[0] == 403
    assert listed(handlers, "nonsense")[0] == 422
