"""The metrics of each operation."""

import msgspec
import pytest

from holdfast.logs import metrics
from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, STAY_TOTAL, FrontDoor, event
from tests.kit.metrics_capture import written_metrics
from tests.kit.stand_in import delete_by_hand
from tests.kit.stream_events import deleted

SWEEP = {"HoldsExpired": [0], "RoomsReleased": [0], "ExpiryLag": [0], "SweepFailed": [0]}  # of nothing


class TestMetrics:
    def published(self, capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
        """What CloudWatch would read from the lines in its embedded format."""
        found: dict[str, list[float]] = {}
        for directive, line in written_metrics(capsys):
            assert directive["Namespace"] == "Holdfast"
            for metric in directive["Metrics"]:
                assert metric["Unit"] == ("Seconds" if metric["Name"] == "ExpiryLag" else "Count")
                value = line[metric["Name"]]
                found.setdefault(metric["Name"], []).extend(value if isinstance(value, list) else [value])
        return found

    def test_a_sweep_publishes_holds_rooms_and_lag(
        self, front_door: FrontDoor, clock: FakeClock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.held(rooms=2)
        front_door.held(BOB)
        clock.advance(607)
        front_door.expire()

        assert self.published(capsys) == SWEEP | {
            "HoldsExpired": [2],
            "RoomsReleased": [3],
            "ExpiryLag": [7],
        }

    def test_an_idle_sweep_publishes_that_nothing_was_released_or_is_late(
        self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.expire()

        assert self.published(capsys) == SWEEP

    def test_each_sweep_reports_a_hold_that_cannot_be_released_with_its_age(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.held()
        delete_by_hand(store.table, page_key("deluxe", "2026-12"))
        clock.advance(600)
        for lag in (3600, 3660):
            clock.advance(3600 if lag == 3600 else 60)
            front_door.expire()

            assert self.published(capsys) == SWEEP | {"ExpiryLag": [lag], "SweepFailed": [1]}

    def test_a_dry_run_publishes_no_figures(self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]) -> None:
        front_door.expire({"dry_run": True})

        assert self.published(capsys) == {}

    def test_a_round_of_settle_reports_that_nothing_is_stuck(
        self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.context.seconds_left = 60
        front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)

        cases = ("PaymentsUnmatched", "PaymentsRefundedOutside", "PaymentsDisputed", "PaymentsCapturedShort")
        assert self.published(capsys) == {name: [0] for name in ("RoundFailed", "PaymentsStuck", *cases)}

    def test_each_round_reports_a_stuck_top_up_until_it_is_credited(
        self, front_door: FrontDoor, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.context.seconds_left = 60
        started = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key="fill").body
        front_door.gateway.authorise(started["gateway_order_id"])
        topup = store.topup(started["topup_id"])
        assert topup
        store.commit_topup(topup, msgspec.structs.replace(topup, attempts=30, stuck=True))
        for _ in range(2):
            front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)

            assert self.published(capsys)["PaymentsStuck"] == [1]
        proof = {"gateway_transaction_id": started["gateway_order_id"]}
        front_door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=started["topup_id"])
        front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)

        assert self.published(capsys)["PaymentsStuck"] == [0]

    def test_a_reclaimed_hold_is_an_expired_one(
        self, front_door: FrontDoor, clock: FakeClock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.held(BOB, rooms=5, guests=5)
        clock.advance(600)
        front_door.held()

        assert self.published(capsys) == {"HoldsExpired": [1], "RoomsReleased": [5], "ExpiryLag": [0]}

    def test_so_is_one_that_ttl_deleted(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        record = deleted(store, front_door.held(rooms=2))
        clock.advance(2 * 3600)
        front_door.expire({"Records": [record, record]})

        assert self.published(capsys) == {"HoldsExpired": [1], "RoomsReleased": [2], "ExpiryLag": [6600]}

    def test_a_payment_publishes_success_and_the_wallets_share(
        self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.credit(STAY_TOTAL)
        by_wallet, by_admin = front_door.held(), front_door.held(key="admin")
        front_door.pay(by_wallet, 1)  # refused
        front_door.pay(by_wallet, STAY_TOTAL)
        front_door.pay(by_wallet, STAY_TOTAL)  # a replay
        front_door.confirm(by_admin)

        assert self.published(capsys) == {
            "CreditedByAdmins": [STAY_TOTAL],
            "PaymentSuccess": [0, 1, 1],
            "PaidByWallet": [1, 0],
        }

    def test_the_least_part_from_the_wallet_counts_as_paid_by_it(
        self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.credit(1)
        booking_id = front_door.held()
        started = front_door.start(booking_id, wallet_apply_amount=1)
        front_door.gateway.authorise(started.body["gateway_order_id"])
        front_door.pay_by_card(booking_id, started)

        assert self.published(capsys) == {"CreditedByAdmins": [1], "PaymentSuccess": [1], "PaidByWallet": [1]}

    def test_what_counts_nothing_publishes_nothing(
        self, front_door: FrontDoor, capsys: pytest.CaptureFixture[str]
    ) -> None:
        front_door.booking(front_door.held())

        assert self.published(capsys) == {}
        assert metrics.metric_set == {}
