"""Round trips to DynamoDB and units of each operation, beside the naive engine's.

Usage: uv run python -m bench.operations

The same HTTP requests go through the handlers of both, each on a table of its own in moto. Requests are counted at the
SDK's hook, units by AWS's published rules (`tests/kit/capacity.py`). A stay is of two rooms, and of three nights where
nothing else is said. Not counted: calls of the gateways; the queries by which a scheduled run finds what is due, which
all that is due shares (ours one a shard, the naive engine's one in all). A dash: the naive engine has none such.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from bench.sides import CHAMBRE, DELUXE, Side, Spent, a_guest, both_sides

FIRST = date(2026, 12, 1)
OVER_NEW_YEAR = date(2026, 12, 31)
WALLET = 12_345
HOLDS = 25
TOGETHER = f"expire one of {HOLDS} holds of one room type"
Prepared = Callable[[], object]


class Guest:
    """One guest of one engine, with a hold or without."""

    def __init__(self, side: Side, nights: int = 3, first: date = FIRST, room_type_id: str = "") -> None:
        self.side, self.door, self.user = side, side.door, a_guest()
        self.stay = {
            "room_type_id": room_type_id or DELUXE.room_type_id,
            "check_in": first.isoformat(),
            "check_out": (first + timedelta(days=nights)).isoformat(),
            "rooms": 2,
            "guests": 4,
        }
        self.booking_id = ""
        self.total = 0

    def reserve(self) -> Any:
        reply = self.door.call("POST /bookings", self.stay, user=self.user, key="b7f6c2d0-5f0e-4a53-9f5b-0d9a2f6f6a10")
        assert reply.status in {200, 201}, reply.body
        self.booking_id = reply.body["booking_id"]
        self.total = (reply.body.get("pricing") or reply.body)["total_payable"]

    def get(self, route: str, **query: str) -> Any:
        reply = self.door.call(route, user=self.user, query=query or None, booking_id=self.booking_id)
        assert reply.status == 200, reply.body
        return reply.body

    def start(self, wallet: int = 0) -> Any:
        body: dict[str, Any] = {"gateway": "stripe"} | ({"wallet_apply_amount": wallet} if wallet else {})
        reply = self.door.call("POST /bookings/{booking_id}/payment", body, user=self.user, booking_id=self.booking_id)
        assert reply.status == 200, reply.body
        return reply.body["gateway_order_id"]

    def finalize(self, wallet: int, transaction: str | None = None) -> None:
        mode = ("wallet_partial" if wallet else "gateway_only") if transaction else "wallet_only"
        body = {"payment_mode": mode, "wallet_applied": wallet, "gateway_amount": self.total - wallet}
        if transaction:
            body["gateway_transaction_id"] = transaction
        reply = self.door.call("POST /bookings/{booking_id}/finalize", body, user=self.user, booking_id=self.booking_id)
        assert reply.status == 200, reply.body

    def cancel(self) -> None:
        reply = self.door.call("POST /bookings/{booking_id}/cancel", user=self.user, booking_id=self.booking_id)
        assert reply.status == 200, reply.body

    def search(self) -> None:
        asked = {"city": "Udaipur", "check_in": "2026-12-10", "check_out": "2026-12-13", "rooms": "1", "guests": "1"}
        reply = self.door.call("GET /properties", user=None, query=asked)
        assert reply.status == 200, reply.body


def holding(side: Side, nights: int = 3, first: date = FIRST, room_type_id: str = "", wallet: int = 0) -> Guest:
    guest = Guest(side, nights, first, room_type_id)
    guest.reserve()
    if wallet:
        guest.door.credit(wallet if wallet > 1 else guest.total, guest.user)
    return guest


def reading(side: Side, route: str, nights: int = 3) -> Prepared:
    guest = holding(side, nights)
    return lambda: guest.get(route)


def pay_by_wallet(guest: Guest) -> Prepared:
    return lambda: guest.finalize(guest.total)


def pay_by_card(guest: Guest, wallet: int = 0) -> Prepared:
    transaction = guest.door.gateway.authorise(guest.start(wallet))
    return lambda: guest.finalize(wallet, transaction)


def paid(guest: Guest) -> Guest:
    pay_by_card(guest, WALLET)()
    return guest


def expiring(side: Side, first: date = FIRST, holds: int = 1, nights: int = 3) -> Prepared:
    side.door.clock.advance(601)
    side.sweep()  # what others left is not counted
    for _ in range(holds):
        holding(side, nights, first)
    side.door.clock.advance(601)
    return side.sweep


def settling(side: Side) -> Prepared:
    """The capture that finalize could not make, an hour later."""
    side.door.context.seconds_left = 60
    side.door.clock.advance(3600)
    side.sweep()
    side.settle()  # what others left is not counted
    pay = pay_by_card(holding(side))
    side.door.gateway.refuses.add("capture")
    pay()
    side.door.gateway.refuses.clear()
    side.door.clock.advance(3600)
    return side.settle


OPERATIONS: dict[str, Callable[[Side], Prepared]] = {
    "reserve, 1 night": lambda side: Guest(side, 1).reserve,
    "reserve, 7 nights": lambda side: Guest(side, 7).reserve,
    "reserve, 30 nights": lambda side: Guest(side, 30).reserve,
    "reserve, 2 nights in two months": lambda side: Guest(side, 2, OVER_NEW_YEAR).reserve,
    "reserve, 30 nights in two months": lambda side: Guest(side, 30, OVER_NEW_YEAR).reserve,
    "read the timer": lambda side: reading(side, "GET /bookings/{booking_id}"),
    "quote": lambda side: reading(side, "GET /bookings/{booking_id}/pricing"),
    "list a guest's bookings": lambda side: reading(side, "GET /bookings"),
    "start a payment": lambda side: holding(side).start,
    "finalize by wallet": lambda side: pay_by_wallet(holding(side, wallet=1)),
    "finalize by card, with capture": lambda side: pay_by_card(holding(side)),
    "finalize by both": lambda side: pay_by_card(holding(side, wallet=WALLET), WALLET),
    "finalize by both, 30 nights, own taxes": lambda side: pay_by_card(
        holding(side, 30, FIRST, CHAMBRE.room_type_id, WALLET), WALLET
    ),
    "cancel a hold": lambda side: holding(side).cancel,
    "cancel a booking paid by both": lambda side: paid(holding(side, wallet=WALLET)).cancel,
    "expire one hold": expiring,
    "expire one hold in two months": lambda side: expiring(side, OVER_NEW_YEAR),
    TOGETHER: lambda side: expiring(side, holds=HOLDS),
    "settle one capture": settling,
    "search a city of one hotel": lambda side: Guest(side).search,
}
SCHEDULED = {name for name in OPERATIONS if name.startswith(("expire", "settle"))}
OURS_ALONE = {"settle one capture"}


def measured() -> Iterator[tuple[str, Spent, Spent | None]]:
    """Each operation, ours and the naive engine's."""
    with both_sides() as (ours, naive):
        for name, prepare in OPERATIONS.items():
            yield name, spent(ours, name, prepare), None if name in OURS_ALONE else spent(naive, name, prepare)


def spent(side: Side, name: str, prepare: Callable[[Side], Prepared]) -> Spent:
    found = side.spent(prepare(side), leaving_out="Query" if name in SCHEDULED else "")
    return found.shared_by(HOLDS) if name == TOGETHER else found


def main() -> int:
    console = sys.stdout
    print(f"{'':40}{'round trips':^20}{'write units':^20}{'read units':^20}".rstrip())
    print(f"{'operation':40}" + f"{'ours':>6}{'naive':>7}{'ratio':>7}" * 3)
    for name, ours, naive in measured():
        print(
            f"{name:40}" + "".join(map(cells, ours[:3], naive[:3] if naive else (None,) * 3)), file=console, flush=True
        )
    return 0


def cells(ours: float, naive: float | None) -> str:
    if naive is None:
        return f"{ours:6g}{'-':>7}{'-':>7}"
    return f"{ours:6g}{naive:7g}" + (f"{ours / naive:7.2f}" if naive else f"{'-':>7}")


if __name__ == "__main__":
    raise SystemExit(main())
