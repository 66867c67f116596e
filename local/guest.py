"""A guest of the walkthrough: talks to the API over HTTP, and to the gateways as a browser would."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import Any

import httpx

from holdfast.model.limits import MAX_MONTHS_AHEAD
from local.stack import Stack
from local.tools import LocalError
from local.users import access_token

ANSWER_SECONDS = 60
BUSY_TRIES = 5  # a guest repeats what was answered 503
DAYS_IN_MONTH = 31  # at most
CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}


class NotAsPromised(LocalError):
    """The engine broke a promise; the message says which."""


@dataclass(frozen=True)
class Order:
    """A held room and the gateway order opened for it."""

    booking_id: str
    gateway: str
    order_id: str
    amount: int
    wallet_applied: int
    expires_at: datetime

    @property
    def path(self) -> str:
        return f"/bookings/{self.booking_id}"

    def finalize_body(self, proof: dict[str, str]) -> dict[str, Any]:
        mode = "wallet_partial" if self.wallet_applied else "gateway_only"
        return {"payment_mode": mode, "wallet_applied": self.wallet_applied, "gateway_amount": self.amount, **proof}


class Guest:
    def __init__(self, stack: Stack, http: httpx.Client, name: str, *groups: str) -> None:
        self.stack = stack
        self._http = http
        self._token = access_token(stack, name, groups)

    def call(self, method: str, path: str, body: Any = None, key: str = "", **query: Any) -> httpx.Response:
        """One request, repeated while the engine says it is busy."""
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
        url = self.stack.api_url + path
        tries = 0
        while True:
            answer = self._http.request(method, url, json=body, params=query, headers=headers)
            tries += 1
            if answer.status_code != 503 or tries == BUSY_TRIES:
                return answer
            time.sleep(tries)

    def get(self, path: str, **query: Any) -> Any:
        return self._expect(200, self.call("GET", path, **query))

    def post(self, path: str, body: Any, *, key: str = "", wanted: int = 200) -> Any:
        return self._expect(wanted, self.call("POST", path, body, key))

    def balance(self) -> int:
        balance: int = self.get("/wallet")["balance"]
        return balance

    def free_night(self, room_type_id: str, days_ahead: int) -> tuple[date, int]:
        """The first night from then on that has a room free, and how many are."""
        first = datetime.now(UTC).date() + timedelta(days=days_ahead)
        months = [f"{first + timedelta(days=DAYS_IN_MONTH * count):%Y-%m}" for count in range(MAX_MONTHS_AHEAD - 1)]
        for month in months:
            for night in self.get(f"/room-types/{room_type_id}/calendar", month=month)["nights"]:
                if night["rooms_free"] > 0 and night["date"] >= first.isoformat():
                    return date.fromisoformat(night["date"]), night["rooms_free"]
        raise LocalError(f"{room_type_id} is sold out in every month")

    def hold(self, room_type_id: str, night: date, rooms: int = 1) -> Any:
        stay = {"check_in": f"{night}", "check_out": f"{night + timedelta(days=1)}", "rooms": rooms, "guests": rooms}
        return self.post("/bookings", {"room_type_id": room_type_id, **stay}, key=token_hex(16), wanted=201)

    def order(self, gateway: str, room_type_id: str, night: date, wallet: int = 0) -> Order:
        """Holds a room for that night and opens a gateway order for what the wallet does not pay."""
        booking = self.hold(room_type_id, night)
        asked = {"gateway": gateway} | ({"wallet_apply_amount": wallet} if wallet else {})
        started = self.post(f"/bookings/{booking['booking_id']}/payment", asked)
        return Order(
            booking["booking_id"],
            gateway,
            started["gateway_order_id"],
            started["amount"],
            started["pricing"]["wallet_applied"],
            datetime.fromisoformat(booking["expires_at"]),
        )

    def authorise(self, gateway: str, order_id: str) -> dict[str, str]:
        """Pays at the gateway, and returns the proof that its page hands to ours."""
        if gateway == "razorpay":
            proof = self._at(f"{self.stack.razorpay_url}/_test/orders/{order_id}/authorize", json={})
            names = ("razorpay_payment_id", "razorpay_signature")
            return dict(zip(("gateway_transaction_id", "gateway_signature"), map(proof.get, names), strict=True))
        method = self._at_stripe("payment_methods", type="card", **CARD)
        self._at_stripe(f"payment_intents/{order_id}", payment_method=method["id"])
        self._at_stripe(f"payment_intents/{order_id}/confirm")
        return {"gateway_transaction_id": order_id}

    def finalize(self, order: Order, proof: dict[str, str]) -> Any:
        return self.post(f"{order.path}/finalize", order.finalize_body(proof))

    def _at_stripe(self, path: str, **fields: str) -> Any:
        return self._at(f"{self.stack.stripe_url}/v1/{path}", data=fields, auth=(self.stack.stripe_key, ""))

    def _at(self, url: str, **request: Any) -> Any:
        answer = self._http.post(url, **request)
        if answer.is_error:
            raise LocalError(f"the local gateway refused {url}: {answer.text}")
        return answer.json()

    @staticmethod
    def _expect(wanted: int, answer: httpx.Response) -> Any:
        if answer.status_code != wanted:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise NotAsPromised(f"{asked} answered {answer.status_code} instead of {wanted}: {answer.text}")
        return answer.json()
