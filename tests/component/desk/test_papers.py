"""What finance matches: lines of histories, ledgers and lists name their payment at the gateway and their currency."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.desk.desk import CHECK_IN_DAY, FULL, THE_OWNER, Desk
from tests.kit.auditing import broken_in
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE, STAY_TOTAL

IDS = ("gateway", "gateway_order_id", "gateway_transaction_id", "gateway_refund_id", "currency")


def ids(line: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(line.get(name) for name in IDS)


def test_a_history_names_the_payment_on_each_line_about_it(desk: Desk, gateway: FakeGateway) -> None:
    booking_id = desk.paid_by_card(wallet=200_000)
    desk.done("cancel", booking_id, FULL)
    [(order_id, order)] = gateway.orders.items()
    [refund_id] = [refund.refund_id for refund in order.refunds]

    for history in (desk.door.booking(booking_id)["history"], desk.see(booking_id).body["history"]):
        assert [(line["status"], ids(line)) for line in history] == [
            ("reserved", (None, None, None, None, None)),
            ("payment_pending", ("stripe", order_id, None, None, "INR")),
            ("confirmed", ("stripe", order_id, order_id, None, "INR")),
            ("confirmed", ("stripe", order_id, order_id, None, "INR")),  # captured
            ("cancelled", (None, None, None, None, None)),  # decided by us: the refund's own line follows
            ("cancelled", ("stripe", order_id, order_id, refund_id, "INR")),
        ]


def test_a_superseded_order_is_named_on_its_own_lines(desk: Desk, gateway: FakeGateway) -> None:
    booking_id = desk.door.held()
    desk.door.credit(200_000)
    first = desk.door.start(booking_id).body["gateway_order_id"]
    second = desk.door.start(booking_id, wallet_apply_amount=200_000).body["gateway_order_id"]
    desk.door.cancel(booking_id)

    named = [line["gateway_order_id"] for line in desk.door.booking(booking_id)["history"] if "gateway" in line]

    assert named[:2] == [first, second]
    assert sorted(named[2:]) == sorted([first, second])  # each closed by a line of its own


def test_the_ledgers_line_of_a_top_up_names_its_payment_and_a_bookings_does_not(desk: Desk) -> None:
    started = desk.door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5_000}, key="fill").body
    order_id = started["gateway_order_id"]
    desk.door.gateway.authorise(order_id)
    proof = {"gateway_transaction_id": order_id}
    path = "POST /wallet/topups/{topup_id}/finalize"
    filled = desk.door.call(path, proof, topup_id=started["topup_id"]).body
    desk.paid()

    entries = desk.door.call("GET /wallet/entries").body["entries"]

    assert filled["gateway_transaction_id"] == order_id
    assert {line["reason"]: ids(line) for line in entries} == {
        "topup": ("stripe", order_id, order_id, None, "INR"),
        "Goodwill": (None, None, None, None, "INR"),
        "booking_payment": (None, None, None, None, "INR"),
    }


def test_a_row_of_the_operators_list_names_the_payment(desk: Desk, gateway: FakeGateway) -> None:
    booking_id = desk.paid_by_card()
    gateway.silent_before.add("refund")
    desk.done("cancel", booking_id, FULL)
    [order_id] = gateway.orders

    [row] = desk.door.call("GET /admin/payments", user=ADMIN, groups="[admin]").body["payments"]

    assert ids(row) == ("stripe", order_id, order_id, None, "INR")


@pytest.mark.parametrize("started", [False, True])
def test_a_booking_paid_at_the_desk_shows_no_card_figures(started: bool, desk: Desk, store: Store) -> None:
    """Also where an order was opened before: it is closed, and took nothing."""
    booking_id = desk.door.held()
    if started:
        desk.door.start(booking_id)
    answer = desk.door.confirm(booking_id).body

    assert (answer["final_amount"], answer["wallet_deducted"], answer["gateway_charged"]) == (STAY_TOTAL, 0, 0)
    for seen in (desk.door.booking(booking_id), desk.see(booking_id).body):
        assert (seen["payment_mode"], seen["payment"], seen["wallet_paid"]) == ("admin", None, 0)
        pricing = seen["pricing"]
        assert (pricing["total_payable"], pricing["cash_paid"]) == (STAY_TOTAL, STAY_TOTAL)
        assert (pricing["wallet_applied"], pricing["gateway_payable"]) == (0, 0)
    quoted = desk.door.call("GET /bookings/{booking_id}/pricing", booking_id=booking_id).body
    assert (quoted["cash_paid"], quoted["gateway_payable"]) == (STAY_TOTAL, 0)
    assert broken_in(store, desk.door.clock()) == []


def test_the_desk_sees_everything_of_a_booking(desk: Desk) -> None:
    booking_id = desk.paid_by_card(wallet=200_000)
    desk.paid("another")
    desk.at(CHECK_IN_DAY)
    desk.done("cancel", booking_id, FULL)

    seen = desk.see(booking_id).body

    guests = desk.door.booking(booking_id)
    assert {name: seen[name] for name in guests} == guests
    assert seen.keys() - guests.keys() >= {"user_id", "tasks", "entries"}
    assert (seen["user_id"], seen["tasks"]) == (ALICE, [])
    assert [(line["amount"], line["reason"], line["booking_id"]) for line in seen["entries"]] == [
        (-200_000, "booking_payment", booking_id),
        (200_000, "booking_refund", booking_id),
    ]
    assert seen["entries"][-1]["actor"] == f"admin {ADMIN}"
    assert [line["balance_after"] for line in seen["entries"]] == [0, 200_000]


def test_an_owner_reads_nothing_of_the_guests_wallet_but_what_the_booking_moved(desk: Desk) -> None:
    booking_id = desk.paid()
    desk.door.credit(7_000, key="another")

    [line] = desk.see(booking_id, THE_OWNER).body["entries"]

    assert (line["amount"], line["reason"]) == (-STAY_TOTAL, "booking_payment")
    assert line.keys().isdisjoint({"seq", "balance_after", "reverses"})
