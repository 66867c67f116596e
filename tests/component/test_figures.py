"""The five figures and the proof: what the hourly audit leaves in the table, and what admins and anyone read of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from holdfast.audit.figures import figures_by_day
from holdfast.audit.record import record_audit
from holdfast.audit.table import Audited, audit_table
from holdfast.model.dates import millis
from holdfast.model.limits import EXPIRED_HOLD_DAYS
from holdfast.storage.items import booking_key
from holdfast.storage.store import Store
from holdfast.storage.verdicts import FIGURES, VerdictStore
from tests.component.test_proof import proof
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, STAY_TOTAL, FrontDoor, Reply

DAY = date(2026, 11, 22)  # the clock's


def figures(front_door: FrontDoor, first: str = "", last: str = "") -> Reply:
    query = {name: day for name, day in (("from", first), ("to", last)) if day}
    return front_door.call("GET /admin/figures", user=ADMIN, groups="[admin]", query=query)


def of_day(front_door: FrontDoor, day: date = DAY) -> Any:
    [shown] = figures(front_door, str(day), str(day)).body["days"]
    return shown["figures"]


def a_busy_day(front_door: FrontDoor, clock: FakeClock) -> None:
    """One hold expires 30 s late, one guest drops a payment, one pays by wallet, one by card, one is paid in cash."""
    front_door.credit(STAY_TOTAL)
    front_door.pay(front_door.held(key="wallet", rooms=1), STAY_TOTAL)
    card = front_door.held(key="card")
    started = front_door.start(card)
    front_door.gateway.authorise(started.body["gateway_order_id"])
    assert front_door.pay_by_card(card, started).status == 200
    front_door.confirm(front_door.held(key="cash"))
    dropped = front_door.held(key="dropped")
    front_door.start(dropped)
    front_door.cancel(dropped)
    front_door.held("bob", "late", rooms=2, guests=2)
    clock.advance(630)
    front_door.expire()


class TestFigures:
    def test_a_day_s_holds_and_payments_are_counted(
        self, front_door: FrontDoor, clock: FakeClock, audited: Callable[[], Audited]
    ) -> None:
        a_busy_day(front_door, clock)
        audited()

        assert of_day(front_door) == {
            "reserved": 5,
            "ended": 5,
            "expired": 1,
            "paid": 3,
            "unpaid": 1,
            "started": 4,
            "paid_by_wallet": 1,
            "rooms_released": 2,
            "expiry_rate_bp": 2000,
            "payment_success_bp": 7500,
            "wallet_share_bp": 3333,
            "lag_ms": 30_000,
            "longest_lag_ms": 30_000,
        }

    def test_nothing_is_counted_twice_however_often_audits_run(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, audited: Callable[[], Audited]
    ) -> None:
        a_busy_day(front_door, clock)
        audited()
        before = of_day(front_door)
        audited()
        clock.advance(60)
        audited()

        assert of_day(front_door) == before
        assert len([item for item in store.table.scan() if item["pk"] == FIGURES]) == 1

    def test_an_audit_that_ends_after_a_later_one_changes_nothing(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        slow = audit_table(store, clock=clock)
        clock.advance(60)
        front_door.held()
        record_audit(audit_table(store, clock=clock), store=store)
        checked_at = proof(front_door).body["checked_at"]
        record_audit(slow, store=store)

        assert of_day(front_door)["reserved"] == 1
        assert proof(front_door).body["checked_at"] == checked_at

    def test_days_that_no_audit_saw_are_made_up_for_by_the_next(
        self, front_door: FrontDoor, clock: FakeClock, audited: Callable[[], Audited]
    ) -> None:
        audited()
        front_door.held(key="first")
        clock.advance(86_400)
        front_door.held(key="second")
        clock.advance(2 * 86_400)
        audited()

        shown = figures(front_door, "2026-11-21", "2026-11-26").body
        assert [(day["date"][-2:], day["figures"] and day["figures"]["reserved"]) for day in shown["days"]] == [
            ("21", None),
            ("22", 1),
            ("23", 1),
            ("24", 0),
            ("25", 0),
            ("26", None),
        ]
        assert (shown["total"]["reserved"], shown["counted_at"]) == (2, "2026-11-25T06:30:00.000Z")

    def test_a_day_that_was_counted_wrong_is_counted_right_by_the_next(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, audited: Callable[[], Audited]
    ) -> None:
        front_door.held()
        [wrong] = figures_by_day({}, clock())
        VerdictStore(store.table).keep_figures(wrong)
        clock.advance(5 * 86_400)
        audited()

        assert of_day(front_door)["reserved"] == 1

    def test_a_day_whose_expired_holds_are_deleted_stands_as_it_was_counted(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, audited: Callable[[], Audited]
    ) -> None:
        booking_id = front_door.held()
        clock.advance(600)
        front_door.expire()
        audited()
        before = of_day(front_door)
        clock.advance(EXPIRED_HOLD_DAYS * 86_400)
        store.table.delete(booking_key(booking_id))  # as TTL does from now on
        audited()

        assert before["expired"] == 1
        assert of_day(front_door) == before

    def test_a_day_that_stays_the_same_is_written_no_more(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, audited: Callable[[], Audited]
    ) -> None:
        audited()
        clock.advance(3 * 86_400)
        audited()
        clock.advance(3600)
        audited()
        counted_at = [day.counted_at_ms for day in VerdictStore(store.table).figures(DAY, DAY + timedelta(days=3))]

        hour_ago, now = millis(clock() - timedelta(hours=1)), millis(clock())
        assert counted_at == [millis(datetime(2026, 11, 22, 6, 30, tzinfo=UTC)), hour_ago, now, now]

    def test_shares_of_nothing_are_absent(self, front_door: FrontDoor, audited: Callable[[], Audited]) -> None:
        audited()
        shown = of_day(front_door)

        assert {
            name: shown[name] for name in ("expiry_rate_bp", "payment_success_bp", "wallet_share_bp", "lag_ms")
        } == {
            "expiry_rate_bp": None,
            "payment_success_bp": None,
            "wallet_share_bp": None,
            "lag_ms": None,
        }

    def test_without_days_the_last_thirty_are_shown(self, front_door: FrontDoor) -> None:
        days = figures(front_door).body["days"]
        assert (days[0]["date"], days[-1]["date"], len(days)) == ("2026-10-24", "2026-11-22", 30)

    def test_a_quarter_is_shown_and_not_a_day_more(self, front_door: FrontDoor) -> None:
        assert len(figures(front_door, "2026-09-01", "2026-12-01").body["days"]) == 92
        refused = figures(front_door, "2026-08-31", "2026-12-01")
        assert (refused.status, refused.code, refused.fields) == (422, "invalid_request", {"from"})
        assert refused.body["detail"] == "from: asks for 93 days up to 2026-12-01; at most 92 are shown"

    @pytest.mark.parametrize(
        ("first", "last", "field"),
        [
            ("2026-11-22", "2026-11-21", "from"),
            ("2026-11-31", "", "from"),
            ("", "tomorrow", "to"),
            ("", "0001-01-01", "to"),
            ("2019-12-31", "", "from"),
            ("", "2200-01-01", "to"),
        ],
    )
    def test_a_wrong_day_is_named(self, front_door: FrontDoor, first: str, last: str, field: str) -> None:
        refused = figures(front_door, first, last)
        assert (refused.status, refused.code, refused.fields) == (422, "invalid_request", {field})

    def test_the_first_day_there_is_is_shown(self, front_door: FrontDoor) -> None:
        days = figures(front_door, last="2020-01-02").body["days"]
        assert [day["date"] for day in days] == ["2020-01-01", "2020-01-02"]
