"""How many top-ups one user may have that are not paid."""

from typing import Any

from holdfast.model.limits import (
    MAX_PENDING_TOPUPS,
)
from holdfast.payments.topup import LOOK_AGAIN_SECONDS
from holdfast.storage.store import Store
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE, BOB, FrontDoor, Reply, event


class TestTopUps:
    def start(self, front_door: FrontDoor, key: str, user: str = ALICE) -> Reply:
        return front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key=key, user=user)

    def start_all(self, front_door: FrontDoor) -> list[Any]:
        replies = [self.start(front_door, f"key-{n}") for n in range(MAX_PENDING_TOPUPS)]
        assert {reply.status for reply in replies} == {201}
        return [reply.body for reply in replies]

    def finish(self, front_door: FrontDoor, topup: Any) -> None:
        front_door.gateway.authorise(topup["gateway_order_id"])
        proof = {"gateway_transaction_id": topup["gateway_order_id"]}
        reply = front_door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=topup["topup_id"])
        assert reply.body["status"] == "credited"

    def test_five_that_are_not_paid_and_not_one_more(self, front_door: FrontDoor, store: Store) -> None:
        first, *_ = self.start_all(front_door)
        orders, before = len(front_door.gateway.orders), everything(store)

        reply = self.start(front_door, "once-more")

        assert (reply.status, reply.code) == (429, "too_many_topups")
        assert reply.headers["Retry-After"] == str(LOOK_AGAIN_SECONDS)
        assert (len(front_door.gateway.orders), everything(store)) == (orders, before)
        assert (self.start(front_door, "key-0").status, self.start(front_door, "key-0").body) == (200, first)
        assert self.start(front_door, "mine", user=BOB).status == 201

    def test_one_that_is_paid_makes_room_for_another(self, front_door: FrontDoor) -> None:
        first, *_ = self.start_all(front_door)
        self.finish(front_door, first)

        assert self.start(front_door, "once-more").status == 201
        self.finish(front_door, first)
        assert self.start(front_door, "and-again").code == "too_many_topups"

    def test_those_that_nobody_pays_make_room_when_they_are_closed(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        self.start_all(front_door)
        clock.advance(LOOK_AGAIN_SECONDS)
        front_door.context.seconds_left = 60
        front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)

        for n in range(MAX_PENDING_TOPUPS):
            assert self.start(front_door, f"new-{n}").status == 201
        assert self.start(front_door, "once-more").code == "too_many_topups"
