"""Requests to the desk with bad input, or by somebody who is not of its group: refused, and nothing moves."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.bad_input import SURROGATE, Bad
from tests.component.desk.desk import ACTIONS, AN_ADMIN, CHECK_IN_DAY, FULL, THE_OWNER, Caller, Desk
from tests.kit.builders import everything
from tests.kit.front_door import ALICE, FrontDoor, request_for

BAD_CANCELS = [
    Bad("no reason", {"reason": None}, "reason"),
    Bad("an empty reason", {"reason": ""}, "reason"),
    Bad("a blank reason", {"reason": "   "}, "reason"),
    Bad("a reason of two lines", {"reason": "a\n[BOOKING_CONFIRMED]"}, "reason"),
    Bad("a reason of 201 characters", {"reason": "a" * 201}, "reason"),
    Bad("half a character for a reason", {"reason": SURROGATE}, "reason"),
    Bad("a refund that is none", {"refund": "half"}, "refund"),
    Bad("a refund in capitals", {"refund": "FULL"}, "refund"),
    Bad("a refund that is a number", {"refund": 100}, "refund"),
    Bad("an amount for all of it", {"amount": 100}, "amount"),
    Bad("an amount by the policy", {"refund": "policy", "amount": 100}, "amount"),
    Bad("no amount", {"refund": "amount"}, "amount"),
    Bad("an amount of nothing", {"refund": "amount", "amount": None}, "amount"),
    Bad("less than nothing", {"refund": "amount", "amount": -1}, "amount"),
    Bad("an amount with a point", {"refund": "amount", "amount": 100.0}, "amount"),
    Bad("an amount as text", {"refund": "amount", "amount": "100"}, "amount"),
    Bad("a truth for an amount", {"refund": "amount", "amount": True}, "amount"),
    Bad("more than there is money", {"refund": "amount", "amount": 10**13}, "amount"),
    Bad("an actor of one's own", {"by": "admin somebody"}, "by"),
    Bad("a wallet of one's own", {"user_id": "victim"}, "user_id"),
]
BAD_STEPS = [
    ("check_in", Bad("an empty reason", {"reason": ""}, "reason")),
    ("check_in", Bad("a time of one's own", {"checked_in_at": "2026-12-10T06:30:00.000Z"}, "checked_in_at")),
    ("check_out", Bad("a reason that is a list", {"reason": ["a"]}, "reason")),
    ("check_out", Bad("a refund", {"refund": "full"}, "refund")),
    ("no_show", Bad("no reason", {"reason": None}, "reason")),
    ("no_show", Bad("a fee of one's own", {"amount": 1}, "amount")),
]
ROUTES = [("GET", ""), ("GET", "/{booking_id}"), *(("POST", f"/{{booking_id}}/{action}") for action in ACTIONS)]
GROUPS = ["", "[admins]", "[OWNER]", "[owners admin-owner]"]


def without_nothing(body: dict[str, Any]) -> dict[str, Any]:
    """A field that is None is left out, as JSON has both."""
    return {name: value for name, value in body.items() if value is not None or name == "amount"}


@pytest.mark.parametrize("caller", [AN_ADMIN, THE_OWNER], ids=["admin", "owner"])
@pytest.mark.parametrize("bad", BAD_CANCELS, ids=[bad.says for bad in BAD_CANCELS])
def test_a_cancel_with_bad_input_is_refused(bad: Bad, caller: Caller, desk: Desk, store: Store) -> None:
    booking_id = desk.paid()
    before = everything(store)

    reply = desk.act("cancel", booking_id, caller, without_nothing(FULL | bad.changes))

    assert (reply.status, reply.code) == (bad.status, bad.code)
    assert reply.fields == {bad.field}
    assert everything(store) == before


@pytest.mark.parametrize(("action", "bad"), BAD_STEPS, ids=[f"{action}: {bad.says}" for action, bad in BAD_STEPS])
def test_a_step_with_bad_input_is_refused(action: str, bad: Bad, desk: Desk, store: Store) -> None:
    booking_id = desk.paid()
    desk.at(CHECK_IN_DAY)
    before = everything(store)

    reply = desk.act(action, booking_id, body=without_nothing(ACTIONS[action] | bad.changes))

    assert (reply.status, reply.fields) == (bad.status, {bad.field})
    assert everything(store) == before


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("booking_id", ["x", "..%2fadmin", "bk_" + "A" * 26, "bk_" + "a" * 26 + "\n", "BOOKING#x"])
def test_an_id_that_is_none_is_not_found(action: str, booking_id: str, desk: Desk) -> None:
    assert desk.act(action, booking_id).status == 404


@pytest.mark.parametrize("groups", [*GROUPS, "[other]"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("caller", [AN_ADMIN, THE_OWNER], ids=["admin", "owner"])
def test_only_the_group_of_the_path_may_call_it(
    caller: Caller, method: str, path: str, groups: str, front_door: FrontDoor
) -> None:
    """An admin is no owner by that, and an owner no admin."""
    other = {"admin": "[owner]", "owner": "[admin]"}[caller.role]
    request = request_for(
        f"{method} /{caller.role}/bookings{path}",
        {},
        user=ALICE,
        groups=other if groups == "[other]" else groups,
        path={"booking_id": "bk_" + "a" * 26} if path else None,
    )

    reply = front_door.send(request)

    assert (reply.status, reply.code) == (403, "forbidden")
