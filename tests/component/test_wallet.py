"""The wallet: balance, ledger, and credits that happen once for each key."""

from typing import Any

import pytest

from holdfast.storage.base import PAGE_SIZE
from holdfast.storage.store import Store
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.flaky_client import LOST_ANSWER, flaky_store
from tests.kit.front_door import ADMIN, ALICE, BOB, STAY_TOTAL, FrontDoor, Reply


def credit(front_door: FrontDoor, key: str | None = "k", admin: str = ADMIN, **changes: Any) -> Reply:
    body = {"amount": 500, "reason": "Goodwill for a noisy room"} | changes
    return front_door.call(
        "POST /admin/wallets/{user_id}/credits", body, user=admin, groups="[owner admin]", key=key, user_id=ALICE
    )


def wallet(front_door: FrontDoor, user: str = ALICE) -> Any:
    reply = front_door.call("GET /wallet", user=user)
    assert reply.status == 200
    return reply.body


def entries(front_door: FrontDoor, cursor: str | None = None, user: str = ALICE) -> Any:
    reply = front_door.call("GET /wallet/entries", user=user, query={"cursor": cursor} if cursor else None)
    assert reply.status == 200, reply.body
    return reply.body


def test_a_wallet_that_nobody_filled_is_empty(front_door: FrontDoor) -> None:
    assert wallet(front_door) == {"user_id": ALICE, "balance": 0, "currency": "INR"}
    assert entries(front_door) == {"entries": [], "next_cursor": None}


def test_a_credit_is_a_line_of_the_ledger_with_who_why_and_the_balance_after(
    front_door: FrontDoor, clock: FakeClock
) -> None:
    first = credit(front_door, "one")
    clock.advance(1)
    second = credit(front_door, "two", amount=700, reason="Sorry again")

    assert (first.status, second.status) == (201, 201)
    assert wallet(front_door)["balance"] == 1200
    assert entries(front_door)["entries"] == [
        {
            "seq": 2,
            "amount": 700,
            "balance_after": 1200,
            "reason": "Sorry again",
            "actor": f"admin {ADMIN}",
            "booking_id": None,
            "at": "2026-11-22T06:30:01.000Z",
            "currency": "INR",
        },
        {
            "seq": 1,
            "amount": 500,
            "balance_after": 500,
            "reason": "Goodwill for a noisy room",
            "actor": f"admin {ADMIN}",
            "booking_id": None,
            "at": "2026-11-22T06:30:00.000Z",
            "currency": "INR",
        },
    ]


def test_the_same_credit_again_is_answered_and_not_given(front_door: FrontDoor, store: Store) -> None:
    first = credit(front_door)
    before = everything(store)

    again = credit(front_door)

    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert everything(store) == before


@pytest.mark.parametrize("change", [{"amount": 501}, {"reason": "Something else"}])
def test_another_credit_under_the_same_key_is_refused(
    front_door: FrontDoor, store: Store, change: dict[str, Any]
) -> None:
    credit(front_door)
    before = everything(store)

    reply = credit(front_door, **change)

    assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert everything(store) == before


def test_a_credit_needs_a_key(front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    assert (credit(front_door, None).status, credit(front_door, None).code) == (400, "idempotency_key_required")
    assert everything(store) == before


def test_a_credit_whose_answer_was_lost_is_given_once(front_door: FrontDoor, store: Store) -> None:
    troubled, client, _ = flaky_store(store)
    client.after("transact_write_items", LOST_ANSWER)
    front_door.use_store("wallet", troubled)

    assert credit(front_door).status == 201
    assert wallet(front_door)["balance"] == 500


def test_two_credits_at_once_are_both_given(front_door: FrontDoor, store: Store) -> None:
    troubled, client, _ = flaky_store(store)
    front_door.use_store("wallet", troubled)
    client.before("transact_write_items", lambda: credit(front_door, "other", amount=7))

    assert credit(front_door).status == 201
    assert [entry["balance_after"] for entry in entries(front_door)["entries"]] == [507, 7]


def test_a_wallet_does_not_overflow(front_door: FrontDoor, store: Store) -> None:
    most = 10**12
    assert credit(front_door, "all", amount=most).status == 201
    before = everything(store)

    reply = credit(front_door, "more", amount=1)

    assert (reply.status, reply.fields) == (422, {"amount"})
    assert everything(store) == before


def test_a_payment_is_a_line_too_and_the_balance_is_the_sum_of_the_lines(front_door: FrontDoor) -> None:
    front_door.credit(2_000_000)
    booking_id = front_door.held()
    front_door.pay(booking_id, STAY_TOTAL)

    lines = entries(front_door)["entries"]

    assert (lines[0]["amount"], lines[0]["balance_after"]) == (-STAY_TOTAL, 2_000_000 - STAY_TOTAL)
    assert (lines[0]["reason"], lines[0]["booking_id"], lines[0]["actor"]) == ("booking_payment", booking_id, "guest")
    assert sum(line["amount"] for line in lines) == wallet(front_door)["balance"]


def test_the_ledger_continues_from_its_cursor_to_the_end(front_door: FrontDoor) -> None:
    for n in range(PAGE_SIZE + 2):
        credit(front_door, f"key-{n}", amount=n + 1)

    first = entries(front_door)
    second = entries(front_door, first["next_cursor"])

    assert [line["seq"] for line in first["entries"]] == list(range(PAGE_SIZE + 2, 2, -1))
    assert [line["seq"] for line in second["entries"]] == [2, 1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["0", "2", "01", "9" * 10, "9" * 64])
def test_a_cursor_beyond_ones_own_ledger_is_refused(front_door: FrontDoor, cursor: str) -> None:
    front_door.credit(5, BOB)
    front_door.credit(5, BOB, key="credit-2")
    credit(front_door)

    reply = front_door.call("GET /wallet/entries", query={"cursor": cursor})

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"cursor"})
    assert entries(front_door, "1") == {"entries": [], "next_cursor": None}


def test_everyone_sees_their_own_wallet(front_door: FrontDoor) -> None:
    credit(front_door)

    assert wallet(front_door, BOB)["balance"] == 0
    assert entries(front_door, user=BOB)["entries"] == []
