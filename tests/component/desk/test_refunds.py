"""What the desk's cancel gives back, by tender, what it keeps, and that it is never more than was paid."""

from datetime import datetime
from typing import Any, NamedTuple

import pytest

from holdfast.storage.store import Store
from tests.component.desk.desk import CHECK_IN_DAY, FULL, LONG_AHEAD, POLICY, THREE_DAYS_AHEAD, Desk
from tests.kit.auditing import broken_in
from tests.kit.builders import everything
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE, STAY_TOTAL
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import delete_by_hand

WALLET = 200_000  # the wallet's part of a booking that is paid by both


def amount(of: int) -> dict[str, Any]:
    return {"reason": "The heating failed", "refund": "amount", "amount": of}


class Refund(NamedTuple):
    """A booking paid so, cancelled then with that choice, and what goes back and is kept."""

    paid_by: str
    now: datetime
    choice: dict[str, Any]
    wallet: int
    gateway: int
    cash: int
    kept: tuple[int, int]  # price and tax


NOTHING_KEPT, HALF_KEPT, ALL_KEPT = (0, 0), (750_000, 37_500), (1_500_000, 75_000)
SOME_KEPT = (1_023_810, 51_190)  # of 1,075,000: 1,023,809.52… and 51,190.47…, and the spare paisa to the larger
REFUNDS = [
    Refund("wallet", LONG_AHEAD, POLICY, STAY_TOTAL, 0, 0, NOTHING_KEPT),
    Refund("wallet", THREE_DAYS_AHEAD, POLICY, 787_500, 0, 0, HALF_KEPT),
    Refund("wallet", CHECK_IN_DAY, POLICY, 0, 0, 0, ALL_KEPT),
    Refund("wallet", CHECK_IN_DAY, FULL, STAY_TOTAL, 0, 0, NOTHING_KEPT),
    Refund("wallet", CHECK_IN_DAY, amount(500_000), 500_000, 0, 0, SOME_KEPT),
    Refund("wallet", LONG_AHEAD, amount(0), 0, 0, 0, ALL_KEPT),
    Refund("wallet", CHECK_IN_DAY, amount(STAY_TOTAL), STAY_TOTAL, 0, 0, NOTHING_KEPT),
    Refund("card", THREE_DAYS_AHEAD, POLICY, 0, 787_500, 0, HALF_KEPT),
    Refund("card", CHECK_IN_DAY, POLICY, 0, 0, 0, ALL_KEPT),
    Refund("card", CHECK_IN_DAY, FULL, 0, STAY_TOTAL, 0, NOTHING_KEPT),
    Refund("card", CHECK_IN_DAY, amount(500_000), 0, 500_000, 0, SOME_KEPT),
    Refund("both", THREE_DAYS_AHEAD, POLICY, 100_000, 687_500, 0, HALF_KEPT),
    Refund("both", CHECK_IN_DAY, FULL, WALLET, 1_375_000, 0, NOTHING_KEPT),
    Refund("both", CHECK_IN_DAY, amount(500_000), 63_492, 436_508, 0, SOME_KEPT),
    Refund("both", CHECK_IN_DAY, amount(0), 0, 0, 0, ALL_KEPT),
    Refund("cash", LONG_AHEAD, POLICY, 0, 0, STAY_TOTAL, NOTHING_KEPT),
    Refund("cash", THREE_DAYS_AHEAD, POLICY, 0, 0, 787_500, HALF_KEPT),
    Refund("cash", CHECK_IN_DAY, POLICY, 0, 0, 0, ALL_KEPT),
    Refund("cash", CHECK_IN_DAY, FULL, 0, 0, STAY_TOTAL, NOTHING_KEPT),
    Refund("cash", CHECK_IN_DAY, amount(500_000), 0, 0, 500_000, SOME_KEPT),
]


def paid(by: str, desk: Desk) -> str:
    match by:
        case "wallet":
            return desk.paid()
        case "card":
            return desk.paid_by_card()
        case "both":
            return desk.paid_by_card(wallet=WALLET)
    return desk.paid_here()


def broken(desk: Desk, store: Store) -> list[str]:
    gateway = desk.door.gateway
    records = [(gateway.name, order) for order in gateway.orders.values()]
    return broken_in(store, desk.door.clock(), gateway_records=records)


CASES = [
    pytest.param(
        refund, in_the_house, id=f"{refund.paid_by}, {refund.choice['refund']}, {refund.now:%d %B}, {in_the_house}"
    )
    for refund in REFUNDS
    for in_the_house in (False, True)
    if refund.now is CHECK_IN_DAY or not in_the_house
]


@pytest.mark.parametrize(("refund", "in_the_house"), CASES)
def test_a_refund_by_tender(
    refund: Refund, in_the_house: bool, desk: Desk, store: Store, gateway: FakeGateway, lines: LogLines
) -> None:
    booking_id = paid(refund.paid_by, desk)
    balance = store.account(ALICE).balance
    desk.at(refund.now)
    if in_the_house:
        desk.done("check_in", booking_id)
    lines.clear()

    seen = desk.done("cancel", booking_id, refund.choice)

    price, tax = refund.kept
    assert seen["status"] == "cancelled"
    assert seen["cancellation"] == {
        "refund": refund.choice["refund"],
        "refund_amount": refund.wallet + refund.gateway,
        "wallet": refund.wallet,
        "gateway": refund.gateway,
        "cash_refund": refund.cash,
        "kept": {"price": price, "tax": tax},
    }
    assert refund.wallet + refund.gateway + refund.cash + price + tax == STAY_TOTAL
    assert seen.get("cash_refund") == (refund.cash if refund.paid_by == "cash" else None)
    assert store.account(ALICE).balance == balance + refund.wallet
    assert sum(order.refunded for order in gateway.orders.values()) == refund.gateway
    assert (seen["payment"] or {"refunded": 0})["refunded"] == refund.gateway
    assert set(desk.door.free().values()) == {5}
    line = lines.of("BOOKING_CANCELLED")
    assert (line["wallet_refund"], line["cash_refund"]) == (refund.wallet, refund.cash)
    assert broken(desk, store) == []


@pytest.mark.parametrize("paid_by", ["wallet", "card", "both", "cash"])
def test_more_than_was_paid_is_refused_and_changes_nothing(paid_by: str, desk: Desk, store: Store) -> None:
    booking_id = paid(paid_by, desk)
    before = everything(store)

    reply = desk.act("cancel", booking_id, body=amount(STAY_TOTAL + 1))

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"amount"})
    assert everything(store) == before


def test_nothing_is_given_back_of_a_hold(desk: Desk, store: Store) -> None:
    booking_id = desk.door.held()
    before = everything(store)

    refused = desk.act("cancel", booking_id, body=amount(1))

    assert (refused.status, refused.fields) == (422, {"amount"})
    assert everything(store) == before
    assert "cancellation" not in desk.done("cancel", booking_id, amount(0))


@pytest.mark.parametrize(
    ("again", "status"),
    [(POLICY, 200), (amount(787_500), 200), (FULL, 409), (amount(787_499), 409), (amount(STAY_TOTAL), 409)],
)
@pytest.mark.parametrize("paid_by", ["wallet", "card", "cash"])
@pytest.mark.parametrize("by_guest", [False, True])
def test_a_booking_that_is_cancelled_is_not_given_another_refund(
    again: dict[str, Any], status: int, paid_by: str, by_guest: bool, desk: Desk, store: Store
) -> None:
    """The same refund again is the same answer; another one is refused, so that nobody believes that it was made."""
    booking_id = paid(paid_by, desk)
    desk.at(THREE_DAYS_AHEAD)
    if by_guest:
        assert desk.door.cancel(booking_id).status == 200
    else:
        desk.done("cancel", booking_id, POLICY)
    before = everything(store)

    reply = desk.act("cancel", booking_id, body=again)

    assert reply.status == status
    if status == 409:
        assert reply.code == "not_cancellable"
        assert "7,875.00 INR" in reply.body["detail"]
    assert everything(store) == before


def test_a_part_goes_back_although_the_card_is_not_charged_yet(desk: Desk, store: Store, gateway: FakeGateway) -> None:
    """The capture that is due comes first, the refund after it."""
    gateway.silent_before.add("capture")
    booking_id = desk.paid_by_card()
    desk.at(CHECK_IN_DAY)
    desk.done("cancel", booking_id, amount(500_000))
    [order] = gateway.orders.values()
    assert (order.captured, order.refunded) == (0, 0)

    gateway.silent_before.clear()
    settle = "POST /admin/bookings/{booking_id}/settle"
    desk.door.context.seconds_left = 60
    for _ in range(2):
        desk.door.call(settle, {"reason": "Again"}, groups="[admin]", booking_id=booking_id)

    [order] = gateway.orders.values()
    assert (order.captured, order.refunded) == (STAY_TOTAL, 500_000)
    assert broken(desk, store) == []


def test_all_goes_back_by_a_void_where_the_card_is_not_charged_yet(
    desk: Desk, store: Store, gateway: FakeGateway
) -> None:
    gateway.silent_before.add("capture")
    booking_id = desk.paid_by_card()
    desk.at(CHECK_IN_DAY)
    desk.done("check_in", booking_id)

    desk.done("cancel", booking_id, FULL)

    [order] = gateway.orders.values()
    assert (order.state, order.captured, order.refunded) == ("voided", 0, 0)
    assert broken(desk, store) == []


def test_a_refund_that_the_gateway_does_not_answer_stays_due(desk: Desk, store: Store, gateway: FakeGateway) -> None:
    booking_id = desk.paid_by_card()
    gateway.silent_before.add("refund")

    seen = desk.done("cancel", booking_id, amount(500_000))

    assert (seen["cancellation"]["gateway"], seen["payment"]["refunded"]) == (500_000, 0)
    [task] = desk.see(booking_id).body["tasks"]
    assert (task["action"], task["amount"], task["currency"], task["attempts"], task["stuck"]) == (
        "refund",
        500_000,
        "INR",
        1,
        False,
    )


@pytest.mark.parametrize("paid_by", ["wallet", "card", "both", "cash"])
def test_the_preview_says_what_the_guests_cancel_then_does(paid_by: str, desk: Desk) -> None:
    booking_id = paid(paid_by, desk)
    desk.at(THREE_DAYS_AHEAD)
    shown = desk.door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body

    made = desk.door.cancel(booking_id).body

    said, done = shown["now"], made["cancellation"]
    assert said["kept"] == done["kept"] == {"price": 750_000, "tax": 37_500}
    assert (said["wallet"], said["gateway"], said.get("cash_refund", 0)) == (
        done["wallet"],
        done["gateway"],
        done["cash_refund"],
    )
    assert shown["schedule"][0]["kept"] == said["kept"]
    assert done["refund"] == "policy"


class TestCashOwed:
    """A booking that was paid at the desk: what a cancellation owes is listed until it is marked paid."""

    def listed(self, desk: Desk) -> Any:
        query = {"state": "cash_owed"}
        return desk.door.call("GET /admin/payments", user=ADMIN, groups="[admin]", query=query).body

    @pytest.mark.parametrize("by_guest", [False, True])
    def test_is_listed_until_it_is_marked_paid(self, by_guest: bool, desk: Desk, store: Store) -> None:
        booking_id = desk.paid_here()
        desk.at(THREE_DAYS_AHEAD)
        made = desk.door.cancel(booking_id).body if by_guest else desk.done("cancel", booking_id, POLICY)
        assert made["cash_refund"] == 787_500

        [row] = self.listed(desk)["payments"]
        assert (row["booking_id"], row["user_id"], row["amount"], row["currency"]) == (
            booking_id,
            ALICE,
            787_500,
            "INR",
        )
        [case] = desk.see(booking_id).body["cases"]
        assert (case["case_id"], case["kind"], case["amount"]) == (row["case_id"], "cash_owed", 787_500)
        assert "closed_at" not in case

        paid = {"reason": "Paid in cash, receipt 12"}
        close = "POST /admin/cases/{case_id}/close"
        desk.door.call(close, paid, user=ADMIN, groups="[admin]", case_id=row["case_id"])

        assert (self.listed(desk)["payments"], self.listed(desk)["count"]) == ([], 0)
        seen = desk.see(booking_id).body
        assert (seen["cases"][0]["closed_by"], seen["cases"][0]["reason"]) == (f"admin {ADMIN}", paid["reason"])
        assert seen["history"][-1]["note"] == "a case was closed by the hotel's finance"
        assert broken(desk, store) == []

    @pytest.mark.parametrize("choice", [amount(0), POLICY], ids=["an amount of 0", "0 % by the policy"])
    def test_is_not_listed_where_nothing_is_owed(self, choice: dict[str, Any], desk: Desk) -> None:
        booking_id = desk.paid_here()
        desk.at(CHECK_IN_DAY)

        assert desk.done("cancel", booking_id, choice)["cash_refund"] == 0
        assert self.listed(desk)["count"] == 0
        assert desk.see(booking_id).body["cases"] == []

    def test_is_told_by_the_auditor_when_its_case_is_lost(self, desk: Desk, store: Store) -> None:
        desk.done("cancel", desk.paid_here(), FULL)
        [case] = [item for item in everything(store) if item["pk"].startswith("CASE#")]

        delete_by_hand(store.table, (case["pk"], case["sk"]))

        assert [line.partition(" ")[0] for line in broken(desk, store)] == ["CASH1"]
