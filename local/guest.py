"""A guest of the walkthrough, who uses the API over HTTP and the gateways as a browser does."""

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

RESPONSE_SECONDS = 60
MAX_ATTEMPTS = 5  # a guest repeats a request that was answered 503
DAYS_IN_MONTH = 31  # at most
CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}


class BrokenPromise(LocalError):
    """The engine does not keep a promise; the message says which."""


@dataclass(frozen=True)
class Order:
    """A held room and the gateway order that pays for it."""

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
        """Sends a request, and repeats it while the engine answers that it is busy."""
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
        url = self.stack.api_url + path
        attempts = 0
        while True:
            response = self._http.request(method, url, json=body, params=query, headers=headers)
            attempts += 1
            if response.status_code != 503 or attempts == MAX_ATTEMPTS:
                return response
            time.sleep(attempts)

    def get(self, path: str, **query: Any) -> Any:
        return self._expect(200, self.call("GET", path, **query))

    def post(self, path: str, body: Any, *, key: str = "", status: int = 200) -> Any:
        return self._expect(status, self.call("POST", path, body, key))

    def balance(self) -> int:
        balance: int = self.get("/wallet")["balance"]
        return balance

    def free_night(self, room_type_id: str, days_ahead: int) -> tuple[date, int]:
        """The first night with a free room, at least so many days ahead, and its number of free rooms."""
        first = datetime.now(UTC).date() + timedelta(days=days_ahead)
        months = [f"{first + timedelta(days=DAYS_IN_MONTH * count):%Y-%m}" for count in range(MAX_MONTHS_AHEAD - 1)]
        for month in months:
            for night in self.get(f"/room-types/{room_type_id}/calendar", month=month)["nights"]:
                if night["rooms_free"] > 0 and night["date"] >= first.isoformat():
                    return date.fromisoformat(night["date"]), night["rooms_free"]
        raise LocalError(f"{room_type_id} is sold out in every month: start again by `make down` and `make run`")

    def hold(self, room_type_id: str, night: date, rooms: int = 1) -> Any:
        stay = {"check_in": f"{night}", "check_out": f"{night + timedelta(days=1)}", "rooms": rooms, "guests": rooms}
        return self.post("/bookings", {"room_type_id": room_type_id, **stay}, key=token_hex(16), status=201)

    def order(self, gateway: str, room_type_id: str, night: date, wallet: int = 0) -> Order:
        """Holds a room for that night, and opens a gateway order for the part that the wallet does not pay."""
        booking = self.hold(room_type_id, night)
        body = {"gateway": gateway} | ({"wallet_apply_amount": wallet} if wallet else {})
        started = self.post(f"/bookings/{booking['booking_id']}/payment", body)
        return Order(
            booking["booking_id"],
            gateway,
            started["gateway_order_id"],
            started["amount"],
            started["pricing"]["wallet_applied"],
            datetime.fromisoformat(booking["expires_at"]),
        )

    def authorise(self, gateway: str, order_id: str) -> dict[str, str]:
        """Authorises the payment at the gateway; returns the proof that its page gives to the browser."""
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
        response = self._http.post(url, **request)
        if response.is_error:
            raise LocalError(f"the local gateway refused {url}: {response.text}")
        return response.json()

    @staticmethod
    def _expect(status: int, response: httpx.Response) -> Any:
        if response.status_code != status:
            request = f"{response.request.method} {response.request.url.path}"
            raise BrokenPromise(f"{request} answered {response.status_code} instead of {status}: {response.text}")
        return response.json()
