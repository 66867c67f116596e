"""Every action of the desk, and the guest's own cancel, in every state of a booking, by everybody who may try."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from holdfast.storage.store import Store
from tests.component.desk.desk import ACTIONS, AN_ADMIN, ANOTHER_OWNER, STATES, THE_OWNER, Caller, Desk
from tests.kit.auditing import broken_in
from tests.kit.builders import everything
from tests.kit.log_capture import LogLines

MISSING = "bk_" + "a" * 26
NO_STAY = (409, "stay_conflict")
OVER = (410, "hold_expired")
DONE = (200, "")
SAME = (200, "nothing to do")  # it is so already

# For each state: cancel (with all of the money), check_in, check_out, no_show; and the guest's own cancel.
EXPECTED: dict[str, tuple[tuple[int, str], ...]] = {
    "reserved": (DONE, NO_STAY, NO_STAY, NO_STAY, DONE),
    "payment pending": (DONE, NO_STAY, NO_STAY, NO_STAY, DONE),
    "overdue": (OVER, NO_STAY, NO_STAY, NO_STAY, OVER),
    "expired": (OVER, NO_STAY, NO_STAY, NO_STAY, OVER),
    "cancelled hold": (SAME, NO_STAY, NO_STAY, NO_STAY, SAME),
    "cancelled": (SAME, NO_STAY, NO_STAY, NO_STAY, SAME),
    "confirmed, the day before": (DONE, NO_STAY, NO_STAY, NO_STAY, DONE),
    "confirmed, check-in day": (DONE, DONE, NO_STAY, DONE, DONE),
    "confirmed, last night": (DONE, DONE, NO_STAY, DONE, (409, "not_cancellable")),
    "confirmed, check-out day": (DONE, NO_STAY, NO_STAY, NO_STAY, (409, "not_cancellable")),
    "checked in": (DONE, SAME, DONE, NO_STAY, (409, "not_cancellable")),
    "checked out": (DONE, SAME, SAME, NO_STAY, (409, "not_cancellable")),
    "no-show": (DONE, DONE, NO_STAY, SAME, (409, "not_cancellable")),
    "no-show that came": (DONE, SAME, DONE, NO_STAY, (409, "not_cancellable")),
}
TAGS = {
    "cancel": "BOOKING_CANCELLED",
    "check_in": "BOOKING_CHECKED_IN",
    "check_out": "BOOKING_CHECKED_OUT",
    "no_show": "BOOKING_NO_SHOW",
}


class Case(NamedTuple):
    state: str
    action: str
    expected: tuple[int, str]


CASES = [
    Case(state, action, expected)
    for state, row in EXPECTED.items()
    for action, expected in zip(ACTIONS, row, strict=False)
]
NAMES = [f"{case.action}: {case.state}" for case in CASES]


def test_the_table_has_every_state() -> None:
    assert EXPECTED.keys() == STATES.keys()


@pytest.mark.parametrize("caller", [AN_ADMIN, THE_OWNER], ids=["admin", "owner"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_desk(case: Case, caller: Caller, desk: Desk, store: Store, lines: LogLines) -> None:
    booking_id = STATES[case.state](desk)
    before = everything(store)
    lines.clear()

    reply = desk.act(case.action, booking_id, caller)

    status, outcome = case.expected
    assert reply.status == status, reply.body
    if status != 200:
        assert reply.code == outcome
    if case.expected is not DONE:
        assert everything(store) == before
        assert lines.tags == []
        return
    last = reply.body["history"][-1] if case.state != "payment pending" else reply.body["history"][-2]
    assert (last["by"], last["note"].partition(":")[0]) == (caller.actor, ACTIONS[case.action]["reason"])
    assert last.get("stay") == {"check_in": "checked_in", "check_out": "checked_out"}.get(
        case.action, "no_show" if case.action == "no_show" else None
    )
    assert lines.tags.count(TAGS[case.action]) == 1
    line = lines.of(TAGS[case.action])
    assert (line["by"], line["booking_id"], line["rooms"]) == (caller.actor, booking_id, 1)
    assert broken_in(store, desk.door.clock()) == []
    _assert_a_repeat_changes_nothing(case, caller, reply.body, desk, store, lines)


def _assert_a_repeat_changes_nothing(
    case: Case, caller: Caller, first: Any, desk: Desk, store: Store, lines: LogLines
) -> None:
    before = everything(store)
    lines.clear()

    again = desk.act(case.action, first["booking_id"], caller)

    assert (again.status, again.body) == (200, first)
    assert everything(store) == before
    assert lines.tags == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", [*ACTIONS, "see"])
def test_somebody_elses_property_reads_as_a_missing_booking(
    state: str, action: str, desk: Desk, store: Store, lines: LogLines
) -> None:
    booking_id = STATES[state](desk)
    before = everything(store)
    lines.clear()

    def tried(of: str) -> Any:
        reply = desk.see(of, ANOTHER_OWNER) if action == "see" else desk.act(action, of, ANOTHER_OWNER)
        assert (reply.status, reply.code) == (404, "not_found")
        return reply.body | {"instance": ""}

    assert tried(booking_id) == tried(MISSING)
    assert everything(store) == before
    assert lines.tags == []


@pytest.mark.parametrize("state", STATES)
def test_the_guests_own_cancel(state: str, desk: Desk, store: Store, lines: LogLines) -> None:
    """After check-in only the desk ends a stay, and a no-show keeps its money; the preview says so beforehand."""
    booking_id = STATES[state](desk)
    before = everything(store)
    lines.clear()
    shown = desk.door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body

    reply = desk.door.cancel(booking_id)

    expected = EXPECTED[state][-1]
    assert reply.status == expected[0]
    assert shown["cancellable"] is (expected is DONE)
    if expected[0] != 200:
        assert reply.code == expected[1]
        assert shown["now"]["refund_amount"] == 0
    assert (everything(store) == before) is (expected is not DONE)
    assert lines.tags.count("BOOKING_CANCELLED") == (expected is DONE)


@pytest.mark.parametrize("action", [*ACTIONS, "see"])
def test_a_booking_that_is_not_there(action: str, desk: Desk) -> None:
    reply = desk.see(MISSING) if action == "see" else desk.act(action, MISSING)

    assert (reply.status, reply.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("confirmed, check-in day", None),
        ("checked in", {"checked_in_at": "2026-12-10T06:30:00.000Z"}),
        ("checked out", {"checked_in_at": "2026-12-10T06:30:00.000Z", "checked_out_at": "2026-12-10T06:30:00.000Z"}),
        ("no-show", {"no_show": True}),
        ("no-show that came", {"checked_in_at": "2026-12-10T06:30:00.000Z"}),
    ],
)
def test_guest_and_desk_see_the_stay(state: str, shown: dict[str, Any] | None, desk: Desk) -> None:
    booking_id = STATES[state](desk)

    assert desk.door.booking(booking_id).get("stay") == shown
    assert desk.see(booking_id).body.get("stay") == shown


def test_a_no_show_keeps_its_rooms_and_its_money(desk: Desk, store: Store) -> None:
    booking_id = STATES["confirmed, check-in day"](desk)
    before = desk.door.free()

    seen = desk.done("no_show", booking_id)

    assert (seen["status"], seen["wallet_paid"], seen["wallet_refunded"]) == ("confirmed", 1_575_000, 0)
    assert desk.door.free() == before


def test_a_check_in_needs_no_reason_and_no_body(desk: Desk) -> None:
    booking_id = STATES["confirmed, check-in day"](desk)

    reply = desk.door.call(
        "POST /admin/bookings/{booking_id}/check_in", user=AN_ADMIN.user, groups="[admin]", booking_id=booking_id
    )

    assert reply.status == 200
    assert "note" not in reply.body["history"][-1]


@pytest.mark.parametrize("action", ["check_in", "no_show"])
@pytest.mark.parametrize(
    ("now", "status"),
    [
        (datetime(2026, 12, 9, 22, 29, 59, tzinfo=UTC), 409),  # 03:59:59 at the property: still the day before
        (datetime(2026, 12, 9, 22, 30, tzinfo=UTC), 200),
        (datetime(2026, 12, 12, 22, 29, 59, tzinfo=UTC), 200),  # 03:59:59 of the last night
        (datetime(2026, 12, 12, 22, 30, tzinfo=UTC), 409),
    ],
    ids=["before it", "as it begins", "before check-out day", "as that begins"],
)
def test_the_hotels_day_decides_and_not_the_date(action: str, now: datetime, status: int, desk: Desk) -> None:
    """It ends at 04:00 at this property."""
    booking_id = desk.paid()
    desk.at(now)

    assert desk.act(action, booking_id).status == status
