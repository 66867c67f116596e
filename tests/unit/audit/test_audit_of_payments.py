"""The auditor finds each broken invariant of payments, times, histories and log lines."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest

from holdfast.audit.money import policy_refund
from holdfast.model.booking import Event, PaymentMode, Status
from holdfast.model.cancellation import Cancellation, RefundChoice
from holdfast.model.case import CaseKind, booking_case
from holdfast.model.dates import millis
from holdfast.model.gateway_task import TaskAction
from holdfast.model.property import PolicyStep
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.refunds import refund
from holdfast.storage.items import case_item
from tests.kit.clock import NOW
from tests.kit.settled_table import (
    BOOKINGS,
    CARD,
    GONE,
    HELD,
    LATER,
    MIXED,
    NOW_MS,
    OVER,
    PENDING,
    TOTAL,
    WALLET,
    C,
    E,
    P,
    R,
    SettledTable,
    X,
    at_gateway,
    booking,
    due,
    line,
    order,
    settled_item,
)


class TestPayments:
    def test_a_booking_paid_by_two_payments(self, table: SettledTable) -> None:
        table.gateway_records.append(at_gateway("o6", CARD, captured=TOTAL))
        assert table.broken() == {"BOOK1", "PAY1"}

    def test_tenders_that_are_not_the_price(self, table: SettledTable) -> None:
        table.change(WALLET, wallet_paid=TOTAL - 1)
        assert "PAY2" in table.broken()

    def test_a_card_that_is_neither_charged_nor_due(self, table: SettledTable) -> None:
        table.change(CARD, payment=order("o2"))
        assert "PAY2" in table.broken()

    def test_a_capture_that_is_still_due_is_as_good_as_made(self, table: SettledTable) -> None:
        table.change(CARD, payment=order("o2"), tasks=(due(TaskAction.CAPTURE, "o2", TOTAL),))
        assert table.broken() == set()

    def test_a_booking_confirmed_without_a_price(self, table: SettledTable) -> None:
        table.change(CARD, quote=None)
        assert "PAY2" in table.broken()

    def test_an_admins_word_needs_no_tender(self, table: SettledTable) -> None:
        table.change(CARD, payment_mode=PaymentMode.ADMIN, payment=None)
        table.gateway_records = []
        assert table.broken() == set()

    def test_a_price_in_one_currency_paid_in_another(self, table: SettledTable) -> None:
        _, paid = table.gateway_records[1]
        table.gateway_records[1] = ("stripe", msgspec.structs.replace(paid, currency="USD"))
        assert table.broken() == {"PAY2"}

    def test_a_payment_of_an_expired_hold_that_nothing_refunds_is_reported(self, table: SettledTable) -> None:
        table.change(OVER, payment=order("o4", captured=TOTAL))
        assert table.broken() == {"PAY3"}
        table.change(OVER, payment=order("o4", captured=TOTAL), tasks=(due(TaskAction.VOID, "o4", TOTAL),))
        assert table.broken() == set()

    def test_a_cancelled_booking_that_kept_more_than_the_policy_says(self, table: SettledTable) -> None:
        table.change(MIXED, payment=order("o3", 500_000, captured=500_000, refunded=0))
        assert table.broken() == {"PAY3", "BOOK1"}

    def test_a_wallet_refund_that_differs_from_the_policy_is_reported(self, table: SettledTable) -> None:
        table.change(MIXED, wallet_refunded=25_000)
        assert "PAY3" in table.broken()

    @pytest.mark.parametrize("wallet", [0, 1, 25_001, 525_000 // 3])
    @pytest.mark.parametrize("percent", [0, 1, 33, 50, 100])
    def test_the_policys_share_is_what_the_price_list_says(self, wallet: int, percent: int) -> None:
        """Two ways of reckoning, which share no line."""
        for ahead, steps in product(
            range(9), [(), ((7, percent),), ((7, 100), (2, percent)), ((2, percent), (7, 100))]
        ):
            policy = tuple(PolicyStep(*step) for step in steps)
            day = BOOKINGS[MIXED].check_in - timedelta(days=ahead)
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            cancelled = booking(
                "bk_any",
                *(Status.RESERVED, Status.CONFIRMED, Status.CANCELLED),
                payment=order("o9", TOTAL - wallet),
                payment_mode=PaymentMode.WALLET_PARTIAL,
                wallet_paid=wallet,
                cancellation_policy=policy,
            )
            history = (*cancelled.history[:2], msgspec.structs.replace(cancelled.history[2], at_ms=millis(at)))
            by_the_list = refund(cancelled, at, "INR")

            assert policy_refund(msgspec.structs.replace(cancelled, history=history), "INR") == (
                by_the_list.wallet,
                by_the_list.gateway,
            )

    def test_more_refunded_than_captured(self, table: SettledTable) -> None:
        table.change(MIXED, payment=order("o3", 500_000, captured=500_000, refunded=500_001))
        assert "PAY4" in table.broken()

    def test_more_refunded_than_was_paid_is_reported(self, table: SettledTable) -> None:
        table.change(WALLET, wallet_refunded=TOTAL + 1)
        assert "PAY4" in table.broken()

    def test_more_refunded_than_captured_in_the_gateway_records_is_reported(self, table: SettledTable) -> None:
        table.gateway_records[3] = at_gateway("o4", OVER, refunded=1)
        assert "PAY4" in table.broken()

    @pytest.mark.parametrize(
        ("position", "payment"),
        [
            pytest.param(1, at_gateway("o2", CARD), id="a confirmed booking without its money"),
            pytest.param(3, at_gateway("o4", OVER, captured=TOTAL), id="money kept without a room"),
            pytest.param(3, at_gateway("o4", OVER, state=PaymentState.AUTHORISED), id="a hold on a card for nothing"),
            pytest.param(2, at_gateway("o3", MIXED, captured=500_000), id="a refund that never went"),
            pytest.param(4, at_gateway("o5", "tu_one"), id="a credit without its money"),
            pytest.param(0, at_gateway("o9", "bk_unknown", captured=1), id="money of nobody that we know"),
        ],
    )
    def test_the_gateway_records_are_compared_with_ours(self, table: SettledTable, position: int, payment: Any) -> None:
        table.gateway_records[position] = payment
        assert table.broken() == {"BOOK1"}

    def test_a_payment_of_a_live_hold_is_left_alone(self, table: SettledTable) -> None:
        table.gateway_records[0] = at_gateway("o1", PENDING, state=PaymentState.AUTHORISED)
        assert table.broken() == set()

    def test_a_payment_recorded_for_an_operator_is_left_alone(self, table: SettledTable) -> None:
        table.put({"pk": "UNMATCHED", "sk": "stripe#o9"})
        table.gateway_records.append(at_gateway("o9", "bk_unknown", captured=1))
        assert table.broken() == set()


class TestTime:
    def test_confirmed_after_the_deadline(self, table: SettledTable) -> None:
        late = booking(WALLET, R, C, late=True)
        table.change(WALLET, history=late.history, reserved_at_ms=late.reserved_at_ms, expires_at_ms=late.expires_at_ms)
        assert table.broken(lines=None) == {"TIME1"}

    def test_a_tagged_late_payment_may_confirm_late(self, table: SettledTable) -> None:
        late = booking(WALLET, R, C, late=True)
        history = (late.history[0], msgspec.structs.replace(late.history[1], late=True))
        table.change(WALLET, history=history, reserved_at_ms=late.reserved_at_ms, expires_at_ms=late.expires_at_ms)
        assert table.broken() == {"LOG1"}
        table.lines.append(line("PAYMENT_LATE_RESCUED", WALLET, 2))
        assert table.broken() == set()

    def test_a_late_payment_by_a_clock_that_is_behind_has_its_line(self, table: SettledTable) -> None:
        """Another clock had expired the hold; this one stands before the deadline."""
        behind = booking(WALLET, R, C)
        history = (behind.history[0], msgspec.structs.replace(behind.history[1], late=True))
        table.change(WALLET, history=history)
        table.lines.append(line("PAYMENT_LATE_RESCUED", WALLET, 2))
        assert table.broken() == set()

    def test_expired_before_the_deadline(self, table: SettledTable) -> None:
        early = booking(OVER, R, P, E, E, quote=BOOKINGS[OVER].quote, payment=BOOKINGS[OVER].payment)
        table.put(settled_item(early))
        assert table.broken() == {"TIME1"}

    def test_a_hold_that_no_sweep_took_up(self, table: SettledTable) -> None:
        assert table.broken(now=LATER) == {"TIME2"}
        assert table.broken(now=LATER, sweeping=False) == set()

    def test_ninety_seconds_late_is_in_time(self, table: SettledTable) -> None:
        until = datetime.fromtimestamp(BOOKINGS[HELD].expires_at_ms / 1000 + 90, UTC)
        assert table.broken(now=until) == set()


class TestStories:
    @pytest.mark.parametrize(
        "statuses",
        [(R, X, C), (R, E, X), (R, C, P), (R, C, E), (R, P, R), (R, X, E)],
        ids=" to ".join,
    )
    def test_an_unknown_transition_is_reported(self, table: SettledTable, statuses: tuple[Status, ...]) -> None:
        table.put(settled_item(booking("bk_odd", *statuses)))
        assert "ST1" in table.broken()

    def test_a_change_without_a_history_line(self, table: SettledTable) -> None:
        table.change(GONE, version=3)
        assert table.broken() == {"ST1"}

    def test_a_state_that_the_history_does_not_show_is_reported(self, table: SettledTable) -> None:
        table.change(GONE, status=E)
        assert "ST1" in table.broken()

    def test_a_story_that_does_not_begin_with_a_hold(self, table: SettledTable) -> None:
        table.change(GONE, history=(Event(status=X, at_ms=NOW_MS, by="guest"),), version=1)
        assert "ST1" in table.broken()


class TestLines:
    def test_a_transition_without_its_line(self, table: SettledTable) -> None:
        table.lines.pop()
        assert table.broken() == {"LOG1"}
        assert table.broken(lines_complete=False) == set()

    def test_a_repeated_line_is_reported(self, table: SettledTable) -> None:
        table.lines.append(table.lines[0])
        assert table.broken(lines_complete=False) == {"LOG1"}

    def test_a_line_for_what_did_not_happen(self, table: SettledTable) -> None:
        table.lines.append(line("BOOKING_CONFIRMED", HELD, 2))
        assert table.broken() == {"LOG1"}

    def test_a_wallet_entry_without_its_line_is_reported(self, table: SettledTable) -> None:
        table.lines = [logged for logged in table.lines if logged["tag"] != "WALLET_DEDUCTED"]
        assert table.broken() == {"LOG1"}
        assert table.broken(lines_complete=False) == set()

    @pytest.mark.parametrize("tag", ["PAYMENT_CAPTURED", "PAYMENT_VOIDED", "PAYMENT_REFUNDED"])
    def test_a_repeated_money_line_is_reported(self, table: SettledTable, tag: str) -> None:
        table.lines.append(line(tag, CARD, 4))
        assert table.broken() == set()
        table.lines.append(line(tag, CARD, 4))
        assert table.broken(lines_complete=False) == {"LOG1"}

    def test_a_wallet_line_without_its_entry_is_reported(self, table: SettledTable) -> None:
        table.lines.append({"tag": "WALLET_CREDITED", "user_id": "alice", "after": {"seq": 99}})
        assert table.broken() == {"LOG1"}

    @pytest.mark.parametrize(
        "text",
        [
            "alice@example.com",
            "4242 4242 4242 4242",
            "+919876543210",
            "Bearer abc",
            "eyJhbGciOiJIUzI1NiJ9.e30.x",
            "pi_0001_secret_made_up",
            "whsec_0123456789",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ],
    )
    def test_a_secret_or_personal_data_anywhere_in_a_line(self, table: SettledTable, text: str) -> None:
        table.lines.append({"tag": "SETTLE_FAILED", "facts": {"said": ["why", text]}})
        assert table.broken() == {"LOG1"}

    def test_ids_amounts_and_instants_are_no_secrets(self, table: SettledTable) -> None:
        facts = {"booking_id": HELD, "amount": 10**12, "at": millis(NOW), "message": "[X] 2026-11-22T10:30:00.250Z"}
        table.lines.append({"tag": "PAYMENT_CAPTURED", "after": {"version": 4}, **facts})
        assert table.broken() == set()


def test_a_full_refund_that_is_not_back_is_reported(table: SettledTable) -> None:
    made = Cancellation(choice=RefundChoice.FULL)
    table.change(
        MIXED, cancellation=made, wallet_refunded=0, payment=order("o3", 500_000, captured=500_000, refunded=0)
    )
    assert "PAY3" in table.broken()


def test_a_stay_of_which_the_card_paid_nothing_needs_a_case(table: SettledTable) -> None:
    table.change(CARD, payment=order("o2", voided=True))
    assert "PAY2" in table.broken()


def test_cash_that_was_given_back_is_a_part_of_what_was_paid(table: SettledTable) -> None:
    made = Cancellation(choice=RefundChoice.POLICY, wallet=12_500, gateway=250_000, cash=1, kept_price=TOTAL - 262_500)
    table.change(MIXED, cancellation=made)
    assert "PAY4" in table.broken()


def test_cash_that_only_a_case_knows_of_is_reported(table: SettledTable) -> None:
    kept = {"kept_price": 250_000, "kept_tax": 12_500}
    table.change(MIXED, cancellation=Cancellation(choice=RefundChoice.POLICY, wallet=12_500, gateway=250_000, **kept))
    assert table.broken() == set()
    case = booking_case(BOOKINGS[MIXED], CaseKind.CASH_OWED, MIXED, now=NOW, amount=100, state="owed")
    table.put(case_item(case))
    assert table.broken() == {"CASH1"}
