"""What the last audit proved, as guests and admins see it."""

from collections.abc import Callable

import pytest

from holdfast.audit.record import verdict_of
from holdfast.audit.snapshot import Broken
from holdfast.audit.table import Audited, audit_table
from holdfast.model.verdict import FINDING_LENGTH, FINDINGS_KEPT, INVARIANTS
from holdfast.storage.items import page_key
from holdfast.storage.marshal import set_action
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, STAY_TOTAL, FrontDoor, Reply
from tests.kit.template import ROOT


def proof(front_door: FrontDoor) -> Reply:
    return front_door.call("GET /proof", user=None)


class TestProof:
    def test_before_the_first_audit_it_says_that_there_is_none(self, front_door: FrontDoor) -> None:
        assert proof(front_door).body == {"verdict": "none"}

    def test_it_says_what_was_looked_at_and_when(
        self, front_door: FrontDoor, clock: FakeClock, audited: Callable[[], Audited]
    ) -> None:
        front_door.credit(STAY_TOTAL)
        front_door.pay(front_door.held(rooms=1), STAY_TOTAL)
        front_door.held(key="unpaid")
        audited()
        clock.advance(90)
        shown = proof(front_door)

        assert (shown.headers["Cache-Control"], shown.headers["Vary"]) == ("public, max-age=60", "Origin")
        assert (shown.body["verdict"], shown.body["age_seconds"]) == ("holds", 90)
        assert shown.body["checked_at"] == "2026-11-22T06:30:00.000Z"
        assert "overdue" not in shown.body
        assert [promise["violations"] for promise in shown.body["promises"]] == [0, 0, 0, 0]
        assert shown.body["checked"] == {
            "rooms": 7,  # five Deluxe rooms and two Suites
            "nights": 2 * (30 + 31 + 31),
            "bookings": 2,
            "payments": 1,
            "entries": 2,
        }

    def test_a_broken_invariant_is_counted_for_its_promise_and_shown_to_admins_alone(
        self, front_door: FrontDoor, table: Table, audited: Callable[[], Audited]
    ) -> None:
        front_door.held()
        spoil(table)
        audited()
        seen = proof(front_door).body
        admins = front_door.call("GET /admin/proof", user=ADMIN, groups="[admin]")

        assert seen["verdict"] == "broken"
        assert {one["promise"]: one["violations"] for one in seen["promises"]} == {
            "no_room_sold_twice": 2,
            "no_guest_charged_twice": 0,
            "no_money_without_a_room": 0,
            "books_agree": 0,
        }
        assert "findings" not in seen
        assert "deluxe" not in str(seen)
        assert [found["invariant"] for found in admins.body["findings"]] == ["INV1", "INV3"]
        assert admins.headers["Cache-Control"] == "no-store"
        assert {name: admins.body[name] for name in seen} == seen

    def test_an_old_verdict_says_that_it_is_overdue(
        self, front_door: FrontDoor, clock: FakeClock, audited: Callable[[], Audited]
    ) -> None:
        audited()
        clock.advance(2 * 3600)
        assert "overdue" not in proof(front_door).body
        clock.advance(1)
        assert proof(front_door).body["overdue"] is True

    def test_of_many_findings_the_first_are_kept(self, store: Store, clock: FakeClock) -> None:
        found = audit_table(store, clock=clock)
        many = verdict_of(found._replace(broken=[Broken("INV1", "too long " * 100, ())] * 50))

        assert (len(many.findings), many.violations) == (FINDINGS_KEPT, {"INV1": 50})
        assert all(len(finding.text) <= FINDING_LENGTH for finding in many.findings)

    @pytest.mark.parametrize("route", ["GET /admin/figures", "GET /admin/proof"])
    def test_only_admins_see_more(self, front_door: FrontDoor, route: str) -> None:
        assert front_door.call(route, user=ALICE).code == "forbidden"
        assert front_door.call(route, user=ALICE, groups="[owner]").code == "forbidden"
        assert front_door.call(route, user=None).code == "unauthenticated"


def test_each_invariant_that_the_function_checks_belongs_to_one_promise() -> None:
    """Those that need the gateways' records or the log are checked by the command and the tests."""
    rows = (ROOT / "docs" / "reliability.md").read_text().splitlines()
    named = [row.split("|")[1].strip() for row in rows if row.startswith("| ") and row.count("|") == 4]
    described = {name for name in named if name[-1:].isdigit()}
    listed = [invariant for invariants in INVARIANTS.values() for invariant in invariants]

    assert sorted(listed) == sorted(set(listed)) == sorted(described - {"BOOK1", "LOG1"})


def spoil(table: Table) -> None:
    """A room free on one of the nights that a hold has it for."""
    key = page_key("deluxe", "2026-12")
    page = table.get([key])[key]
    changed = set_action(table.name, key, {"free": page["free"] | {"10": 5}}, "attribute_exists(pk)")
    table.transact([changed])
