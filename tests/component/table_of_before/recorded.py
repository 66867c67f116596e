"""The table as the code of 22 November 2026 wrote it is read, shown, paid, swept and settled by the code of today.

A deployment changes the code and not the table: what lies there was written under older names. So the table is not made
by today's code here, but loaded from `tests/data`, as DynamoDB keeps it; next to it is what was answered about it then,
and what the gateways' records and idempotency keys were. Neither file is ever rewritten: a later table gets its own.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import Broken, snapshot_of
from holdfast.model.limits import EXPIRED_HOLD_DAYS
from holdfast.model.promo import Promo
from holdfast.payments.gateways.protocol import GatewayPayment
from holdfast.storage.items import (
    Item,
    account_item,
    account_of,
    booking_item,
    booking_of,
    entry_item,
    entry_of,
    orphan_of,
    page_item,
    page_of,
    promo_item,
    promo_of,
    rates_item,
    rates_of,
    redemption_item,
    redemption_of,
    topup_item,
    topup_of,
)
from holdfast.storage.marshal import from_wire
from holdfast.storage.property_items import property_item, property_of, room_type_item, room_type_of
from holdfast.storage.store import Store
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, FrontDoor, Reply, event
from tests.kit.template import ROOT

DUMP: list[dict[str, Any]] = json.loads((ROOT / "tests/data/table_2026-11-22.json").read_text())
ITEMS: list[Item] = [from_wire(item) for item in DUMP]
THEN: dict[str, Any] = json.loads((ROOT / "tests/data/table_2026-11-22.expected.json").read_text())
BOOKINGS: dict[str, Any] = THEN["bookings"]
# What answers say now, and did not say then.
BOOKINGS["cancelled_refund_due"]["shown"]["refund_pending"] = 475_000
BOOKINGS["cancelled_refund_stuck"]["shown"]["refund_pending"] = 1_050_000
for _recorded in BOOKINGS.values():
    if _recorded["shown"]["payment_mode"] == "admin":
        _recorded["shown"]["pricing"] |= {
            "gateway_payable": 0,
            "cash_paid": _recorded["shown"]["pricing"]["total_payable"],
        }
IDS: dict[str, str] = {name: recorded["shown"]["booking_id"] for name, recorded in BOOKINGS.items()}
SEEN = NOW + timedelta(seconds=30)  # the last write was at NOW - 10 s, and what was answered was asked for at SEEN
SHARDS = 8
CAROL, DAVE, ERIN, FRANK, GRACE = (
    BOOKINGS["at_limit_live_1"]["user_id"],
    BOOKINGS["at_limit_rooms"]["user_id"],
    BOOKINGS["at_limit_let_go_1"]["user_id"],
    BOOKINGS["at_limit_tries"]["user_id"],
    THEN["topups"]["topup-limit-1"]["user_id"],
)
A_NIGHT: dict[str, Any] = {
    "room_type_id": "deluxe",
    "check_in": "2026-12-03",
    "check_out": "2026-12-04",
    "rooms": 1,
    "guests": 1,
}
CABIN_NIGHT = A_NIGHT | {"room_type_id": "cabin"}


def orders_then(gateway: str) -> dict[str, GatewayPayment]:
    return {recorded["order_id"]: msgspec.convert(recorded, GatewayPayment) for recorded in THEN["books"][gateway]}


def settle(front_door: FrontDoor) -> Any:
    return front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)


def order_of(name: str) -> str:
    order_id: str = BOOKINGS[name]["shown"]["payment"]["gateway_order_id"]
    return order_id


def shown(front_door: FrontDoor, name: str) -> dict[str, Any]:
    """What its guest sees of the booking, but for what moves with the clock."""
    return still(front_door.booking(IDS[name], BOOKINGS[name]["user_id"]))


def still(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what moves with the clock, and without what an answer of that time did not have."""
    known = {part: seen for part, seen in answer.items() if part not in {"server_time", "reservation_seconds_left"}}
    return known | {"pricing": as_then(answer["pricing"])}


def as_then(pricing: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {part: seen for part, seen in line.items() if part not in {"tax", "tax_rate_bp"}} for line in pricing["lines"]
    ]
    return {part: seen for part, seen in pricing.items() if part != "taxes"} | {"lines": lines}


def entries(ledger: Any) -> list[dict[str, Any]]:
    """The lines of a ledger, without their currency, which they say only now."""
    assert {line["currency"] for line in ledger} <= {"INR"}
    return [{name: value for name, value in line.items() if name != "currency"} for line in ledger]


def as_admin(front_door: FrontDoor, route: str, body: Any = None, **asked: Any) -> Reply:
    return front_door.call(route, body, user=ADMIN, groups="[admin]", **asked)


def broken(store: Store, clock: FakeClock, *gateways: FakeGateway) -> list[Broken]:
    gateway_records = [(gateway.name, order) for gateway in gateways for order in gateway.orders.values()]
    return audit(snapshot_of(store.table.scan()), now=clock(), due_shards=SHARDS, gateway_records=gateway_records)


def calendars(front_door: FrontDoor) -> dict[str, Any]:
    """Every night on sale, as anyone sees it, by room type and month."""
    return {
        room_type_id: {
            month: front_door.call(
                "GET /room-types/{room_type_id}/calendar", user=None, query={"month": month}, room_type_id=room_type_id
            ).body["nights"]
            for month in months
        }
        for room_type_id, months in THEN["calendars"].items()
    }


def promo(store: Store, code: str) -> Promo:
    found = store.booking_context("none", "nobody", promo_code=code).promo
    assert found is not None
    return found


def kind(item: Item) -> str:
    """What the first parts of its key say that it is."""
    pk, sk = item["pk"].partition("#")[0], item["sk"].partition("#")[0]
    return pk if pk in {"BOOKING", "TOPUP", "ROOM", "CATALOG", "UNMATCHED"} else f"{pk} {sk}"


def user_of(item: Item) -> str:
    user_id: str = item["user_id"]
    return user_id


def promo_again(item: Item) -> Item:
    found = promo_of(item)
    assert found is not None
    return promo_item(found)


def booking_again(item: Item) -> Item:
    """Then, only a confirmed booking had the key of its property's index; now every one gets it when it is written.

    And an expired hold without an order stayed as long as a booking; now it stays a week.
    """
    made = booking_item(booking_of(item), SHARDS)
    assert made["property_id"] == item["property"]
    if item["status"] == "expired" and made["ttl"] == item["history"][-1]["at"] // 1000 + EXPIRED_HOLD_DAYS * 86_400:
        made["ttl"] = item["ttl"]
    return made if "property_id" in item else {name: value for name, value in made.items() if name != "property_id"}


# What the model makes of an item, and the item that it makes of that. A city's pointer names a property, a credit's
# record an entry: no model reads them.
def month_again(item: Item) -> Item:
    """A page of then has in one item what a page and its rates have now."""
    page, rates = page_item(page_of(item)), rates_item(rates_of(item))
    own = {"room_type_id": page["pk"].removeprefix("ROOM#"), "month": page["sk"].removeprefix("MONTH#")}
    return {"price": {}, **rates, **page, **own}


WRITTEN_AGAIN: dict[str, Callable[[Item], Item]] = {
    "BOOKING": booking_again,
    "ROOM": month_again,
    "USER ACCOUNT": lambda item: account_item(account_of(user_of(item), item)),
    "USER ENTRY": lambda item: entry_item(entry_of(item)),
    "TOPUP": lambda item: topup_item(topup_of(item), SHARDS),
    "PROMO PROMO": promo_again,
    "PROMO USER": lambda item: redemption_item(redemption_of(item["code"], user_of(item), item)),
    "PROPERTY PROPERTY": lambda item: property_item(property_of(item)),
    "PROPERTY ROOMTYPE": lambda item: room_type_item(room_type_of(item)),
    "UNMATCHED": lambda item: {"pk": item["pk"], "sk": item["sk"], **msgspec.to_builtins(orphan_of(item))},
}
UNREAD = {"CATALOG", "USER CREDIT"}


def by_id(answer: dict[str, Any]) -> Any:
    return answer["booking_id"]


def plain(item: Item) -> Item:
    """As DynamoDB gives it back: lists for tuples, and texts for the names of a map.

    A list with a name for each place has got places since; they are empty in what was written then.
    """
    made: Item = msgspec.json.decode(msgspec.json.encode(item))
    for step in made.get("cancellation_policy", []):
        assert step.pop() is None
    for _, slabs in made.get("tax_table") or []:
        assert [slab.pop() for slab in slabs] == [[]] * len(slabs)
    return made
