"""The lines of each operation, and what no line says."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.logs import Tag
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, BOB, STAY_TOTAL, FrontDoor, request_for
from tests.kit.log_capture import LogLines
from tests.kit.stream_events import deleted

TAGS = """
    BOOKING_CREATED BOOKING_RESERVED BOOKING_CONFIRMED BOOKING_EXPIRED BOOKING_CANCELLED PAYMENT_FINALIZE_SUCCESS
    PAYMENT_FINALIZE_ERROR WALLET_DEDUCTED WALLET_CREDITED HOLD_RECLAIMED PAYMENT_LATE_RESCUED PAYMENT_VOIDED
    PAYMENT_CAPTURED PAYMENT_REFUNDED SETTLE_FAILED BOOKING_CHECKED_IN BOOKING_CHECKED_OUT BOOKING_NO_SHOW
""".split()


CONFIRMED = ["BOOKING_CONFIRMED", "PAYMENT_FINALIZE_SUCCESS"]


def test_the_tags_are_closed() -> None:
    assert sorted(Tag) == sorted(TAGS)


class TestLines:
    def during(self, lines: LogLines, act: Callable[[], Any]) -> list[str]:
        """The tags of the lines that one act writes."""
        lines.clear()
        act()
        for line in lines.tagged:
            assert line["tag"] in TAGS
            assert line["message"].startswith(f"[{line['tag']}] ")
        return lines.tags

    def test_of_a_hold(self, front_door: FrontDoor, lines: LogLines) -> None:
        assert self.during(lines, front_door.hold) == ["BOOKING_RESERVED"]
        line = lines.of("BOOKING_RESERVED")
        assert (line["user_id"], line["room_type_id"], line["rooms"], line["amount"], line["currency"]) == (
            ALICE,
            "deluxe",
            1,
            1_500_000,
            "INR",
        )
        assert line["booking_id"].startswith("bk_")
        assert (line.get("before"), line["after"]) == (None, {"status": "reserved", "version": 1})
        assert line["level"] == "INFO"
        assert line["correlation_id"] == request_for("POST /bookings")["requestContext"]["requestId"]
        assert self.during(lines, front_door.hold) == []  # a replay changes nothing, and says nothing

    def test_of_a_refused_hold(self, front_door: FrontDoor, lines: LogLines) -> None:
        assert self.during(lines, lambda: front_door.hold(rooms=9)) == []

    def test_of_reads(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock) -> None:
        booking_id = front_door.held()
        clock.advance(600)

        def read() -> None:
            front_door.booking(booking_id)
            front_door.call("GET /bookings")
            front_door.call("GET /bookings/{booking_id}/pricing", booking_id=booking_id)
            front_door.free()

        assert self.during(lines, read) == []

    def test_of_a_wallet_payment(self, front_door: FrontDoor, lines: LogLines) -> None:
        assert self.during(lines, lambda: front_door.credit(2_000_000)) == ["WALLET_CREDITED"]
        assert lines.of("WALLET_CREDITED")["amount"] == 2_000_000
        assert lines.of("WALLET_CREDITED")["after"] == {"balance": 2_000_000, "seq": 1}
        assert self.during(lines, lambda: front_door.credit(2_000_000)) == []

        booking_id = front_door.held()
        written = self.during(lines, lambda: front_door.pay(booking_id, STAY_TOTAL))
        assert sorted(written) == sorted([*CONFIRMED, "WALLET_DEDUCTED"])
        confirmed = lines.of("BOOKING_CONFIRMED")
        assert (confirmed["before"], confirmed["after"]) == (
            {"status": "reserved", "version": 1},
            {"status": "confirmed", "version": 2},
        )
        assert (confirmed["total_payable"], confirmed["wallet_deducted"]) == (STAY_TOTAL, STAY_TOTAL)
        deducted = lines.of("WALLET_DEDUCTED")
        assert (deducted["amount"], deducted["booking_id"], deducted["after"]["balance"]) == (
            STAY_TOTAL,
            booking_id,
            425_000,
        )
        assert self.during(lines, lambda: front_door.pay(booking_id, STAY_TOTAL)) == []

    def test_of_a_card_payment(self, front_door: FrontDoor, lines: LogLines) -> None:
        front_door.credit(100_000)
        booking_id = front_door.held()
        started = front_door.start(booking_id, wallet_apply_amount=100_000)
        front_door.gateway.authorise(started.body["gateway_order_id"])

        written = self.during(lines, lambda: front_door.pay_by_card(booking_id, started))

        assert sorted(written) == sorted([*CONFIRMED, "WALLET_DEDUCTED", "PAYMENT_CAPTURED"])
        assert lines.of("PAYMENT_CAPTURED")["amount"] == STAY_TOTAL - 100_000
        assert self.during(lines, lambda: front_door.pay_by_card(booking_id, started)) == []

    def test_of_an_admins_confirmation(self, front_door: FrontDoor, lines: LogLines) -> None:
        booking_id = front_door.held()

        assert sorted(self.during(lines, lambda: front_door.confirm(booking_id))) == sorted(CONFIRMED)
        assert self.during(lines, lambda: front_door.confirm(booking_id)) == []

    @pytest.mark.parametrize("amount", [STAY_TOTAL, 1])
    def test_of_a_refused_payment(self, front_door: FrontDoor, lines: LogLines, amount: int) -> None:
        booking_id = front_door.held()

        assert self.during(lines, lambda: front_door.pay(booking_id, amount)) == ["PAYMENT_FINALIZE_ERROR"]
        line = lines.of("PAYMENT_FINALIZE_ERROR")
        assert (line["booking_id"], line["user_id"], line["payment_mode"]) == (booking_id, ALICE, "wallet_only")
        assert line["code"] in {"insufficient_wallet", "price_changed"}
        assert line["level"] == "WARNING"

    def test_of_a_cancel(self, front_door: FrontDoor, lines: LogLines) -> None:
        booking_id = front_door.held()

        assert self.during(lines, lambda: front_door.cancel(booking_id)) == ["BOOKING_CANCELLED"]
        assert self.during(lines, lambda: front_door.cancel(booking_id)) == []

    def test_of_a_cancel_with_an_open_order(self, front_door: FrontDoor, lines: LogLines) -> None:
        booking_id = front_door.held()
        front_door.start(booking_id)

        written = self.during(lines, lambda: front_door.cancel(booking_id))

        assert written == ["BOOKING_CANCELLED", "PAYMENT_VOIDED"]

    def test_of_a_sweep(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock) -> None:
        booking_ids = {front_door.held(), front_door.held(BOB)}
        clock.advance(601.5)

        assert self.during(lines, front_door.expire) == ["BOOKING_EXPIRED"] * 2
        assert {line["booking_id"] for line in lines.tagged} == booking_ids
        assert {(line["lag_seconds"], line["by"]) for line in lines.tagged} == {(1.5, "expire")}
        assert self.during(lines, front_door.expire) == []

    def test_of_the_sweeps_own_summary(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock) -> None:
        front_door.held()
        clock.advance(600)
        answer = front_door.expire()

        [summary] = [line for line in lines.all if "lag_seconds_max" in line]
        assert {name: summary[name] for name in answer} == answer

    def test_of_a_dry_run(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock) -> None:
        front_door.held()
        clock.advance(600)

        assert self.during(lines, lambda: front_door.expire({"dry_run": True})) == []

    def test_of_a_reclaim(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock) -> None:
        stale = front_door.held(BOB, rooms=5, guests=5)
        clock.advance(600)

        written = self.during(lines, front_door.hold)

        assert sorted(written) == ["BOOKING_EXPIRED", "BOOKING_RESERVED", "HOLD_RECLAIMED"]
        assert lines.of("HOLD_RECLAIMED")["booking_id"] == lines.of("BOOKING_EXPIRED")["booking_id"] == stale
        assert lines.of("HOLD_RECLAIMED")["buyer"] == lines.of("BOOKING_RESERVED")["booking_id"]
        assert lines.of("BOOKING_EXPIRED")["by"] == "reclaim"

    def test_of_a_deletion_by_ttl(self, front_door: FrontDoor, lines: LogLines, clock: FakeClock, store: Store) -> None:
        record = deleted(store, front_door.held())
        clock.advance(2 * 3600)

        assert self.during(lines, lambda: front_door.expire({"Records": [record]})) == ["BOOKING_EXPIRED"]
        assert self.during(lines, lambda: front_door.expire({"Records": [record]})) == []


def test_no_line_and_no_answer_carries_a_secret_or_a_persons_data(
    front_door: FrontDoor,
    hotel: CatalogStore,
    clock: FakeClock,
    lines: LogLines,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A whole life of bookings, by a caller whose every private part is marked."""
    hotel.add_promo(a_promo())
    private = [
        "alice@example.com",
        "+91 98765 43210",
        "SIGNATURE-MARK",
        "e30.c2lnbmF0dXJl",
        "_secret_made_up",
        "203.0.113.24",
    ]
    front_door.call(
        "POST /admin/wallets/{user_id}/credits",
        {"amount": 5_000_000, "reason": "alice@example.com called from +91 98765 43210"},
        user=ADMIN,
        groups="[admin]",
        key="k",
        user_id=ALICE,
    )
    booking_id = front_door.held()
    started = front_door.start(booking_id, promo_code="TEN", wallet_apply_amount=100_000)
    signed = {"gateway_signature": "SIGNATURE-MARK"}
    front_door.pay_by_card(booking_id, started, **signed)  # not authorised yet
    front_door.gateway.authorise(started.body["gateway_order_id"])
    front_door.gateway.refuses.add("capture")
    front_door.pay_by_card(booking_id, started, **signed)
    second = front_door.held(key="second")
    front_door.confirm(second, "alice@example.com paid in cash, phone +91 98765 43210")
    front_door.cancel(front_door.held(key="third"))
    front_door.held(key="fourth", rooms=3, guests=3)
    front_door.hold(room_type_id="alice@example.com")
    clock.advance(600)
    front_door.held(BOB, rooms=3, guests=3)
    front_door.expire()

    text = lines.text.getvalue() + capsys.readouterr().out
    assert len(lines.tagged) > 10
    assert [mark for mark in private if mark in text] == []
    assert not re.search(r"[\w.]+@[\w.]+\.\w+", text)
