"""What one guest can make us ask a gateway: a few times a minute, whatever is repeated, and to no guest's harm."""

from collections.abc import Callable
from itertools import cycle

import pytest

from holdfast.model.account import TopUpStatus
from holdfast.model.limits import GATEWAY_READ_DECAY_MS, MAX_GATEWAY_READS, MORE_GATEWAY_READS_TO_MOVE_ON
from holdfast.storage.store import Store
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ALICE, BOB, FrontDoor, Reply

MINUTE = 60
ASKS_A_MINUTE = (
    MAX_GATEWAY_READS + MORE_GATEWAY_READS_TO_MOVE_ON + MINUTE * 1000 // GATEWAY_READ_DECAY_MS
)  # at most: with a guest who came for the first time
LONGEST_WAIT = (MORE_GATEWAY_READS_TO_MOVE_ON + 1) * GATEWAY_READ_DECAY_MS // 1000
CALLS_OF_ONE = 5  # what one request may ask: its order, a new one, and three to close the one before
MONEY = {"gateway": "stripe", "amount": 50_000}

Act = Callable[[], Reply]


def asked(gateway: FakeGateway) -> int:
    return sum(gateway.calls.values())


def for_a_minute(act: Act, door: FrontDoor) -> list[Reply]:
    """As fast as the guest can for a moment, and then every other second."""
    replies = [act() for _ in range(2 * MAX_GATEWAY_READS)]
    for _ in range(MINUTE // 2):
        door.clock.advance(2)
        replies.append(act())
    return replies


def started(door: FrontDoor, key: str = "key-1") -> tuple[str, Reply]:
    booking_id = door.held(key=key)
    start = door.start(booking_id)
    assert start.status == 200, start.body
    return booking_id, start


def start_again(door: FrontDoor) -> Act:
    booking_id, _ = started(door)
    return lambda: door.start(booking_id)


def start_with_another_choice_each_time(door: FrontDoor) -> Act:
    door.credit(100_000)
    booking_id, _ = started(door)
    choices = iter(range(10**6))
    return lambda: door.start(booking_id, wallet_apply_amount=next(choices) % 3 * 1_000)


def start_in_vain(door: FrontDoor) -> Act:
    door.gateway.refuses.add("open_order")
    booking_id = door.held()
    return lambda: door.start(booking_id)


def start_at_a_gateway_that_is_silent(door: FrontDoor) -> Act:
    door.gateway.silent_after.add("open_order")
    booking_id = door.held()
    return lambda: door.start(booking_id)


def finalize_unpaid(door: FrontDoor) -> Act:
    booking_id, start = started(door)
    return lambda: door.pay_by_card(booking_id, start)


def finalize_and_start_in_turns_at_two_bookings(door: FrontDoor) -> Act:
    both = [started(door, key) for key in ("one", "two")]
    turns = cycle([(*one, pays) for one in both for pays in (True, False)])

    def act() -> Reply:
        booking_id, start, pays = next(turns)
        return door.pay_by_card(booking_id, start) if pays else door.start(booking_id)

    return act


def finalize_at_a_gateway_that_is_silent(door: FrontDoor) -> Act:
    booking_id, start = started(door)
    door.gateway.silent_before.add("fetch")
    return lambda: door.pay_by_card(booking_id, start)


def finalize_what_has_expired(door: FrontDoor) -> Act:
    booking_id, start = started(door)
    door.clock.advance(600)
    return lambda: door.pay_by_card(booking_id, start)


def finalize_what_was_swept(door: FrontDoor) -> Act:
    booking_id, start = started(door)
    door.clock.advance(600)
    door.expire()
    return lambda: door.pay_by_card(booking_id, start)


def finalize_what_was_cancelled(door: FrontDoor) -> Act:
    booking_id, start = started(door)
    door.gateway.silent_before.add("void")
    door.cancel(booking_id)
    return lambda: door.pay_by_card(booking_id, start)


def topped_up(door: FrontDoor) -> str:
    reply = door.call("POST /wallet/topups", MONEY, key="fill")
    assert reply.status == 201, reply.body
    topup_id: str = reply.body["topup_id"]
    return topup_id


def finalize_topup(door: FrontDoor, topup_id: str) -> Reply:
    proof = {"gateway_transaction_id": "pi_0001"}
    return door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=topup_id)


def start_a_topup_again(door: FrontDoor) -> Act:
    topped_up(door)
    return lambda: door.call("POST /wallet/topups", MONEY, key="fill")


def start_topups_in_vain(door: FrontDoor) -> Act:
    """By a guest who has no account yet."""
    door.gateway.refuses.add("open_order")
    keys = iter(range(10**6))
    return lambda: door.call("POST /wallet/topups", MONEY, key=f"fill-{next(keys)}")


def finalize_an_unpaid_topup(door: FrontDoor) -> Act:
    topup_id = topped_up(door)
    return lambda: finalize_topup(door, topup_id)


def finalize_a_closed_topup(door: FrontDoor) -> Act:
    topup_id = topped_up(door)
    door.clock.advance(3600)
    door.app("settle").lambda_handler({}, door.context)
    return lambda: finalize_topup(door, topup_id)


REPEATS = [
    start_again,
    start_with_another_choice_each_time,
    start_in_vain,
    start_at_a_gateway_that_is_silent,
    finalize_unpaid,
    finalize_and_start_in_turns_at_two_bookings,
    finalize_at_a_gateway_that_is_silent,
    finalize_what_has_expired,
    finalize_what_was_swept,
    finalize_what_was_cancelled,
    start_a_topup_again,
    start_topups_in_vain,
    finalize_an_unpaid_topup,
    finalize_a_closed_topup,
]


@pytest.mark.parametrize("repeated", REPEATS)
def test_what_is_repeated_for_minutes_asks_the_gateway_a_few_times_a_minute(
    repeated: Callable[[FrontDoor], Act], front_door: FrontDoor, gateway: FakeGateway
) -> None:
    front_door.context.seconds_left = 30
    act = repeated(front_door)
    for most in (ASKS_A_MINUTE, MINUTE * 1000 // GATEWAY_READ_DECAY_MS):  # in the second minute the guest is known
        before = asked(gateway)
        replies = for_a_minute(act, front_door)
        assert asked(gateway) - before <= most * CALLS_OF_ONE

        limited = [reply for reply in replies if reply.status == 429]
        assert {reply.code for reply in limited} <= {"too_many_calls"}
        seconds = {int(reply.headers["Retry-After"]) for reply in limited}
        assert seconds <= set(range(1, LONGEST_WAIT + 1))
        others = {reply.status for reply in replies} - {429}
        assert others <= {200, 402, 409, 410, 503}
        assert len(limited) >= len(replies) - most or others <= {409, 410}


@pytest.mark.parametrize("wait", [False, True])
def test_who_waits_as_long_as_is_said_is_answered(front_door: FrontDoor, wait: bool) -> None:
    act = start_again(front_door)
    while (reply := act()).status == 200:
        pass
    front_door.clock.advance(int(reply.headers["Retry-After"]) - (0 if wait else 1))

    assert act().status == (200 if wait else 429)
    assert act().status == 429


def test_a_payment_that_was_declined_again_and_again_confirms_once_it_is_made(front_door: FrontDoor) -> None:
    booking_id, start = started(front_door)
    while (reply := front_door.pay_by_card(booking_id, start)).status == 402:
        pass
    assert reply.code == "too_many_calls"
    front_door.gateway.authorise(start.body["gateway_order_id"])
    front_door.clock.advance(int(reply.headers["Retry-After"]))

    assert front_door.pay_by_card(booking_id, start).status == 200
    assert front_door.booking(booking_id)["status"] == "confirmed"


def test_a_payment_whose_answers_were_lost_is_found_without_the_guest(front_door: FrontDoor) -> None:
    """By its webhook, however often the guest was told to wait."""
    booking_id, start = started(front_door)
    order_id = start.body["gateway_order_id"]
    front_door.gateway.authorise(order_id)
    front_door.gateway.silent_before.add("fetch")
    while (reply := front_door.pay_by_card(booking_id, start)).status == 503:
        pass
    assert reply.code == "too_many_calls"
    front_door.gateway.silent_before.clear()

    assert front_door.call("POST /webhooks/{gateway}", raw=order_id, user=None, gateway="stripe").status == 200
    assert front_door.booking(booking_id)["status"] == "confirmed"
    assert front_door.pay_by_card(booking_id, start).status == 200


def test_a_late_payment_of_a_guest_who_must_wait_is_found_by_settle(front_door: FrontDoor) -> None:
    booking_id, start = started(front_door)
    while front_door.pay_by_card(booking_id, start).status == 402:
        pass
    front_door.clock.advance(600)
    front_door.gateway.authorise(start.body["gateway_order_id"])
    front_door.expire()
    front_door.context.seconds_left = 60

    front_door.app("settle").lambda_handler({}, front_door.context)

    assert front_door.booking(booking_id)["status"] == "confirmed"


def test_a_repeat_of_what_is_done_asks_nobody_and_is_never_refused(front_door: FrontDoor, gateway: FakeGateway) -> None:
    booking_id, start = started(front_door)
    gateway.authorise(start.body["gateway_order_id"])
    first = front_door.pay_by_card(booking_id, start)
    topup = front_door.call("POST /wallet/topups", MONEY, key="fill").body
    gateway.authorise(topup["gateway_order_id"])
    credited = finalize_topup(front_door, topup["topup_id"])
    assert credited.body["status"] == TopUpStatus.CREDITED
    before = asked(gateway)

    for _ in range(3 * MAX_GATEWAY_READS):
        assert front_door.pay_by_card(booking_id, start).body == first.body
        assert finalize_topup(front_door, topup["topup_id"]).body == credited.body

    assert asked(gateway) == before


def test_one_guest_keeps_no_other_from_the_gateway(front_door: FrontDoor) -> None:
    act = start_again(front_door)
    while act().status == 200:
        pass

    theirs = front_door.held(user=BOB)

    assert front_door.start(theirs, user=BOB).status == 200


def test_a_first_payment_is_not_counted_and_a_failed_one_is(front_door: FrontDoor, store: Store) -> None:
    booking_id, start = started(front_door)
    assert store.account(ALICE).gateway_reads == 0
    assert front_door.pay_by_card(booking_id, start).status == 402
    assert store.account(ALICE).gateway_reads == 1
    front_door.gateway.authorise(start.body["gateway_order_id"])
    assert front_door.pay_by_card(booking_id, start).status == 200

    assert store.account(ALICE).gateway_reads == 2


def test_a_wallet_pays_whatever_was_asked_of_a_gateway(front_door: FrontDoor) -> None:
    front_door.credit(1_575_000)
    act = start_again(front_door)
    while act().status == 200:
        pass
    other = front_door.held(key="other")

    assert front_door.pay(other, 1_575_000).status == 200
