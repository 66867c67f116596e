"""The hotel with one gateway in memory: brings a booking or a top-up into a state, lets others act, and looks at it."""

from datetime import timedelta
from typing import Any

from holdfast.model.booking import Booking
from holdfast.storage.store import Store
from tests.kit.apps import FUNCTIONS
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE, FrontDoor, event

TOPUP = 500_000
PART = 400_000


class Desk:
    def __init__(self, door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway) -> None:
        self.door, self.store, self.clock, self.gateway = door, store, clock, gateway
        self.booking_id = ""
        self.order_id = ""
        self.started: Any = None
        door.context.seconds_left = 60
        for function in FUNCTIONS:
            door.use_store(function, store)

    # States of a booking

    def started_payment(self) -> None:
        self.booking_id = self.door.held()
        self.started = self.door.start(self.booking_id)
        self.order_id = self.started.body["gateway_order_id"]

    def authorised(self) -> None:
        self.started_payment()
        self.gateway.authorise(self.order_id)

    def capture_due(self) -> None:
        self.authorised()
        self.gateway.silent_before.add("capture")
        assert self.finalize().status == 200
        self.gateway.silent_before.clear()

    def captured(self) -> None:
        self.authorised()
        assert self.finalize().status == 200

    def refund_due(self) -> None:
        """Cancelled at half price, five days before arrival, and the gateway does not answer."""
        self.captured()
        self.clock.advance(timedelta(days=13).total_seconds())
        self.gateway.silent_before.add("refund")
        assert self.cancel().status == 200
        self.gateway.silent_before.clear()

    def refunded(self) -> None:
        self.refund_due()
        self.come_to_rest()

    def expired_unpaid(self) -> None:
        self.started_payment()
        self.clock.advance(600)
        self.door.expire()

    def given_back(self) -> None:
        """Paid too late, when others have the rooms."""
        self.expired_unpaid()
        self.door.held("someone-else", "other", rooms=5, guests=5)
        self.gateway.authorise(self.order_id)
        self.gateway.capture_outside(self.order_id)
        self.deliver()
        self.come_to_rest()

    # States of a top-up

    def topup_started(self) -> None:
        body = {"gateway": "stripe", "amount": TOPUP}
        self.started = self.door.call("POST /wallet/topups", body, key="fill")
        self.order_id = self.started.body["gateway_order_id"]

    def topup_authorised(self) -> None:
        self.topup_started()
        self.gateway.authorise(self.order_id)

    def topup_credited(self) -> None:
        self.topup_authorised()
        assert self.finalize_topup().status == 200

    def topup_spent(self) -> None:
        self.topup_credited()
        booking_id = self.door.held(check_in="2026-12-10", check_out="2026-12-11", guests=1)
        assert self.door.pay(booking_id, 525_000 - 25_000, gateway_amount=0).status in {200, 409}

    def topup_closed(self) -> None:
        self.topup_started()
        self.clock.advance(1_000)
        self.settle()

    # What guests, admins and the scheduler do

    def finalize(self) -> Any:
        return self.door.pay_by_card(self.booking_id, self.started)

    def finalize_topup(self) -> Any:
        proof = {"gateway_transaction_id": self.order_id}
        return self.door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=self.started.body["topup_id"])

    def cancel(self) -> Any:
        return self.door.cancel(self.booking_id)

    def preview(self) -> Any:
        return self.door.call("GET /bookings/{booking_id}/cancellation", booking_id=self.booking_id).body

    def settle(self) -> Any:
        return self.door.app("settle").lambda_handler(event("scheduled"), self.door.context)

    def retry(self) -> Any:
        route = "POST /admin/bookings/{booking_id}/settle"
        return self.as_admin(route, {"reason": "to be sure"}, booking_id=self.booking_id)

    def retry_topup(self) -> Any:
        route = "POST /admin/topups/{topup_id}/settle"
        return self.as_admin(route, {"reason": "to be sure"}, topup_id=self.started.body["topup_id"])

    def as_admin(self, route: str, body: Any = None, **more: Any) -> Any:
        return self.door.call(route, body, user=ADMIN, groups="[admin]", **more)

    def credit(self, amount: int, currency: str) -> Any:
        body = {"amount": amount, "reason": "Goodwill", "currency": currency}
        return self.as_admin("POST /admin/wallets/{user_id}/credits", body, user_id=ALICE, key=f"credit-{amount}")

    def deliver(self) -> Any:
        return self.door.call("POST /webhooks/{gateway}", raw=self.order_id, user=None, gateway="stripe")

    def nothing(self) -> None:
        """The next thing is the scheduler's."""

    def come_to_rest(self) -> None:
        for _ in range(3):
            self.clock.advance(4_000)
            self.door.expire()
            self.settle()

    # What is there to see

    @property
    def booking(self) -> Booking:
        found = self.store.booking(self.booking_id)
        assert found is not None
        return found

    @property
    def order(self) -> Any:
        return self.gateway.orders[self.order_id]

    def notes(self, by: str = "gateway stripe") -> list[str | None]:
        return [line.note for line in self.booking.history if line.by == by]

    def cases(self, kind: str) -> list[tuple[str, int]]:
        answer = self.as_admin("GET /admin/payments", query={"state": kind})
        assert answer.status == 200
        assert answer.body["count"] == len(answer.body["payments"])
        return [(row["state"], row["amount"]) for row in answer.body["payments"]]

    def balance(self) -> int:
        return self.store.account(ALICE).balance

    def broken(self) -> list[str]:
        records = [(self.gateway.name, order) for order in self.gateway.orders.values()]
        alone = broken_in(self.store, self.clock())
        return alone + broken_in(self.store, self.clock(), gateway_records=records)
