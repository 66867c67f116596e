"""Saved queries over lines that the code really writes: each finds its fields there, and answers its question."""

import json
import re
from typing import Any

import pytest

from holdfast.logs import Tag
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.contract.insights import Line, answer, field, fields_of, passing
from tests.contract.openapi_examples import examples
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import BOB, STAY_TOTAL, FrontDoor, event
from tests.kit.log_capture import LogLines
from tests.kit.template import template

RESOURCES: dict[str, Any] = template()["Resources"]
QUERIES: dict[str, str] = {
    resource["Properties"]["Name"].partition("/")[2]: resource["Properties"]["QueryString"]
    for resource in RESOURCES.values()
    if resource["Type"] == "AWS::Logs::QueryDefinition"
}
OF_THE_LOGS = sorted(set(QUERIES) - {"Slowest requests"})  # which asks the access log

ENDINGS = {Tag.BOOKING_EXPIRED, Tag.BOOKING_CANCELLED}
PAID = {Tag.BOOKING_CONFIRMED, Tag.PAYMENT_FINALIZE_SUCCESS, Tag.PAYMENT_LATE_RESCUED, Tag.PAYMENT_FINALIZE_ERROR}
AT_THE_GATEWAY = {Tag.PAYMENT_CAPTURED, Tag.PAYMENT_VOIDED, Tag.PAYMENT_REFUNDED}

# Fields that only some of the lines have that a query takes up, and the tags whose lines must have them.
ON_SOME = {
    "Why did this booking end so": {
        "before.status": set(Tag) - {Tag.BOOKING_RESERVED, Tag.HOLD_RECLAIMED, Tag.PAYMENT_FINALIZE_ERROR},
        "after.status": set(Tag) - {Tag.PAYMENT_FINALIZE_ERROR},
        "by": ENDINGS | AT_THE_GATEWAY | {Tag.PAYMENT_FINALIZE_ERROR},
        "code": {Tag.PAYMENT_FINALIZE_ERROR},
        "payment_mode": PAID,
        "attempts": {Tag.SETTLE_FAILED},
    }
}
OF_A_BOOKING = set(Tag) - {Tag.BOOKING_CREATED, Tag.WALLET_CREDITED, Tag.WALLET_DEDUCTED}


def in_order(lines: LogLines) -> list[Line]:
    return [line | {"@timestamp": number} for number, line in enumerate(lines.all)]


def for_booking(query: str, booking_id: str) -> str:
    return query.replace('"bk_"', f'"{booking_id}"')


@pytest.fixture
def written(front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway, lines: LogLines) -> list[Line]:
    """The lines of every example, and of what can go wrong: refused, expired, reclaimed, lapsed, late."""
    examples(front_door, store)
    front_door.cancel(front_door.held(key="dropped"))
    lapsing = front_door.held(BOB, "lapsing")
    started = front_door.start(lapsing, BOB)
    gateway.authorise(started.body["gateway_order_id"])
    gateway.silent_before.add("capture")
    front_door.pay_by_card(lapsing, started, BOB)
    gateway.silent_before.clear()
    gateway.change(started.body["gateway_order_id"], state="voided")
    late = front_door.held(BOB, "late")
    order = front_door.start(late, BOB)
    gateway.authorise(order.body["gateway_order_id"])
    front_door.pay(front_door.held(BOB, "refused"), 1, BOB)
    clock.advance(600)
    front_door.held("carol", rooms=3, guests=3)
    clock.advance(600)
    front_door.expire()
    front_door.pay_by_card(late, order, BOB)
    front_door.start(front_door.held("carol", "left"), "carol")
    clock.advance(600)
    front_door.expire()
    front_door.context.seconds_left = 60
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)
    return in_order(lines)


def test_the_lines_are_of_every_tag_that_bookings_have(written: list[Line]) -> None:
    assert {line.get("tag") for line in written} >= OF_A_BOOKING


@pytest.mark.parametrize("name", OF_THE_LOGS)
def test_every_line_that_a_query_selects_has_the_fields_it_asks_for(name: str, written: list[Line]) -> None:
    query, on_some = QUERIES[name], ON_SOME.get(name, {})
    ids = {line["booking_id"] for line in written if line.get("tag") == Tag.BOOKING_RESERVED}
    ours = [line for line in written if line.get("tag") in OF_A_BOOKING]
    found = [line for one in {for_booking(query, booking_id) for booking_id in ids} for line in passing(one, ours)]

    assert found
    assert fields_of(query) >= set(on_some)
    for line in found:
        needed = {name_ for name_ in fields_of(query) if line["tag"] in on_some.get(name_, OF_A_BOOKING)}
        assert {name_ for name_ in needed if field(line, name_, None) is None} == set(), line


class TestAnHour:
    """Five bookings: one paid from the wallet after a refusal, one at the desk, one dropped, two expired."""

    @pytest.fixture(autouse=True)
    def _an_hour(self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, lines: LogLines) -> None:
        front_door.credit(STAY_TOTAL)
        paid = front_door.held(key="paid")
        front_door.pay(paid, 1)
        front_door.pay(paid, STAY_TOTAL)
        front_door.confirm(front_door.held(key="desk"))
        front_door.cancel(front_door.held(key="dropped"))
        self.left = front_door.held(key="left", rooms=2)
        clock.advance(4)
        front_door.held(BOB, room_type_id="suite")
        clock.advance(603)
        front_door.expire()
        self.lines = in_order(lines)

    def answer(self, name: str) -> list[Line]:
        return answer(for_booking(QUERIES[name], self.left), self.lines)

    def test_why_a_booking_ended(self) -> None:
        reserved, expired = self.answer("Why did this booking end so")

        assert (reserved["tag"], reserved["after.status"]) == ("BOOKING_RESERVED", "reserved")
        assert (expired["tag"], expired["before.status"], expired["after.status"], expired["by"]) == (
            "BOOKING_EXPIRED",
            "reserved",
            "expired",
            "expire",
        )

    def test_payments_that_failed(self) -> None:
        assert self.answer("Payment failures by reason") == [
            {"code": "price_changed", "payment_mode": "wallet_only", "failures": 1}
        ]

    def test_the_rate_of_expiry(self) -> None:
        [row] = self.answer("Expiry rate")

        assert row["expired_percent"] == 40

    def test_the_share_of_the_wallet(self) -> None:
        [row] = self.answer("Wallet share")

        assert (row["wallet_percent"], row["from_wallets"], row["confirmed"]) == (50, STAY_TOTAL, 2)

    def test_the_accuracy_of_the_timer(self) -> None:
        [row] = self.answer("Timer accuracy")

        assert (row["p50"], row["p99"], row["worst"]) == (3, 7, 7)

    def test_rooms_released(self) -> None:
        assert {row["tag"]: row["rooms_released"] for row in self.answer("Rooms released an hour")} == {
            "BOOKING_EXPIRED": 3,
            "BOOKING_CANCELLED": 1,
        }


def test_the_slowest_requests() -> None:
    """Over lines of the access log, as its format has them; the service sorts texts of digits as numbers."""
    access_log = json.loads(RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"])
    query = QUERIES["Slowest requests"]
    lines = [access_log | {"@timestamp": 0, "latencyMs": number, "requestId": str(number)} for number in range(60)]

    assert fields_of(query) <= {*access_log, "@timestamp"}
    assert [row["requestId"] for row in answer(query, lines)] == [str(number) for number in range(59, 9, -1)]


def test_a_query_names_tags_that_there_are() -> None:
    named = {tag for query in QUERIES.values() for tag in re.findall(r'"([A-Z]+_[A-Z_]+)"', query)}

    assert named
    assert named <= set(Tag)


def test_each_question_has_a_query() -> None:
    assert set(QUERIES) == {
        "Why did this booking end so",
        "Payment failures by reason",
        "Expiry rate",
        "Wallet share",
        "Timer accuracy",
        "Rooms released an hour",
        "Slowest requests",
    }
