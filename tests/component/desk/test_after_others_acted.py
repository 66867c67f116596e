"""The desk after somebody has acted at the gateway: a refund in the dashboard, a dispute of the guest's bank."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.desk.desk import ANOTHER_OWNER, CHECK_IN_DAY, FULL, POLICY, THREE_DAYS_AHEAD, Desk
from tests.kit.auditing import broken_in
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, STAY_TOTAL

OUTSIDE = 400_000
LEFT = STAY_TOTAL - OUTSIDE


@pytest.fixture
def booking_id(desk: Desk, gateway: FakeGateway) -> str:
    """Paid by card, and in part given back in the dashboard."""
    made = desk.paid_by_card()
    [order_id] = gateway.orders
    gateway.refund_outside(order_id, OUTSIDE)
    deliver(desk, order_id)
    return made


def deliver(desk: Desk, order_id: str) -> None:
    desk.door.context.seconds_left = 60
    assert desk.door.call("POST /webhooks/{gateway}", raw=order_id, user=None, gateway="stripe").status == 200


def amount(of: int) -> dict[str, Any]:
    return {"reason": "The heating failed", "refund": "amount", "amount": of}


def broken(desk: Desk, store: Store) -> list[str]:
    gateway = desk.door.gateway
    records = [(gateway.name, order) for order in gateway.orders.values()]
    return broken_in(store, desk.door.clock(), gateway_records=records)


def test_the_desk_sees_the_refund_and_its_case(desk: Desk, booking_id: str) -> None:
    seen = desk.see(booking_id).body

    assert [case["kind"] for case in seen["cases"]] == ["refunded_outside"]
    line = next(line for line in seen["history"] if line["by"].startswith("gateway"))
    assert (line["gateway"], line["currency"]) == ("stripe", "INR")
    assert line["gateway_refund_id"]


def test_the_guest_reads_that_a_case_is_closed_and_not_why(desk: Desk, booking_id: str) -> None:
    [case] = desk.see(booking_id).body["cases"]
    closed = desk.door.call(
        "POST /admin/cases/{case_id}/close",
        {"reason": "The guest is a known fraud"},
        user=ADMIN,
        groups="[admin]",
        case_id=case["case_id"],
    )

    assert closed.body["closed_why"] == "The guest is a known fraud"
    assert desk.door.booking(booking_id)["history"][-1]["note"] == "a case was closed by the hotel's finance"


@pytest.mark.parametrize("choice", [FULL, amount(LEFT)], ids=["full", "the rest"])
def test_all_that_is_left_goes_back_and_no_more(
    choice: dict[str, Any], desk: Desk, booking_id: str, gateway: FakeGateway, store: Store
) -> None:
    desk.at(CHECK_IN_DAY)
    desk.done("check_in", booking_id)

    made = desk.done("cancel", booking_id, choice)

    assert (made["cancellation"]["gateway"], made["cancellation"]["kept"]) == (LEFT, {"price": 0, "tax": 0})
    [order] = gateway.orders.values()
    assert order.refunded == STAY_TOTAL
    assert broken(desk, store) == []


def test_more_than_is_left_is_refused(desk: Desk, booking_id: str, gateway: FakeGateway) -> None:
    reply = desk.act("cancel", booking_id, body=amount(LEFT + 1))

    assert (reply.status, reply.fields) == (422, {"amount"})
    assert f"must be at most {LEFT}" in reply.body["detail"]


def test_the_policys_half_counts_what_was_given_back(
    desk: Desk, booking_id: str, gateway: FakeGateway, store: Store
) -> None:
    desk.at(THREE_DAYS_AHEAD)

    made = desk.done("cancel", booking_id, POLICY)

    [order] = gateway.orders.values()
    assert (made["cancellation"]["gateway"], order.refunded) == (787_500 - OUTSIDE, 787_500)
    assert made["cancellation"]["kept"] == {"price": 750_000, "tax": 37_500}
    assert broken(desk, store) == []


def test_a_dispute_is_seen_and_a_refund_waits_for_its_end(desk: Desk, gateway: FakeGateway, store: Store) -> None:
    disputed = desk.paid_by_card(key="disputed")
    [order_id] = gateway.orders
    gateway.open_dispute(order_id)
    deliver(desk, order_id)

    made = desk.done("cancel", disputed, FULL)

    seen = desk.see(disputed).body
    assert [case["kind"] for case in seen["cases"]] == ["disputed"]
    assert seen["payment"]["dispute"] == "open"
    assert ([task["action"] for task in seen["tasks"]], gateway.orders[order_id].refunded) == (["refund"], 0)
    assert made["cancellation"]["gateway"] == STAY_TOTAL
    assert desk.see(disputed, ANOTHER_OWNER).status == 404


@pytest.mark.parametrize("choice", [FULL, amount(0)], ids=["full", "nothing more"])
def test_a_refund_of_the_dashboard_that_fails_after_the_cancellation_is_due_again(
    choice: dict[str, Any], desk: Desk, gateway: FakeGateway, store: Store
) -> None:
    booking_id = desk.paid_by_card()
    [order_id] = gateway.orders
    made = gateway.refund_outside(order_id, STAY_TOTAL, pending=True)
    deliver(desk, order_id)
    desk.done("cancel", booking_id, choice)

    gateway.fail_refund(order_id, made)
    deliver(desk, order_id)

    assert gateway.orders[order_id].refunded == STAY_TOTAL
    assert broken(desk, store) == []
