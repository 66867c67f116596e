"""The table as the code of 22 November 2026 wrote it is read, shown, paid, swept and settled by the code of today.

A deployment changes the code and not the table: what lies there was written under older names. So the table is not made
by today's code here, but loaded from `tests/data`, as DynamoDB keeps it; beside it is what was answered about it then,
and what the gateways' books and idempotency keys were. Neither file is ever made anew: a later table gets its own.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import Broken, snapshot_of
from holdfast.model.promo import Promo
from holdfast.payments.gateways.protocol import GatewayPayment, PaymentState
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import (
    Item,
    account_item,
    account_of,
    booking_item,
    booking_of,
    entry_item,
    entry_of,
    orphan_item,
    orphan_of,
    page_item,
    page_of,
    promo_item,
    promo_of,
    property_item,
    property_of,
    redemption_item,
    redemption_of,
    room_type_item,
    room_type_of,
    topup_item,
    topup_of,
)
from holdfast.storage.marshal import from_wire
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.builders import everything, free
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE, BOB, FrontDoor, Reply, event
from tests.kit.template import ROOT

DUMP: list[dict[str, Any]] = json.loads((ROOT / "tests/data/table_2026-11-22.json").read_text())
ITEMS: list[Item] = [from_wire(item) for item in DUMP]
THEN: dict[str, Any] = json.loads((ROOT / "tests/data/table_2026-11-22.expected.json").read_text())
BOOKINGS: dict[str, Any] = THEN["bookings"]
IDS: dict[str, str] = {name: record["shown"]["booking_id"] for name, record in BOOKINGS.items()}
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


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SEEN)


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    """The table of then, in the place of the tests' own hotel."""
    for item in DUMP:
        table.client.put_item(TableName=table.name, Item=item)
    return CatalogStore(table)


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway(orders=books_of("stripe"))


@pytest.fixture
def razorpay() -> FakeGateway:
    return FakeGateway(name="razorpay", closes_orders=False, orders=books_of("razorpay"))


@pytest.fixture
def front_door(front_door: FrontDoor, gateway: FakeGateway, razorpay: FakeGateway) -> FrontDoor:
    """With both gateways, and time enough for a round of settle."""
    front_door.gateways = {"stripe": gateway, "razorpay": razorpay}
    front_door.context.seconds_left = 60
    return front_door


def books_of(gateway: str) -> dict[str, GatewayPayment]:
    return {record["order_id"]: msgspec.convert(record, GatewayPayment) for record in THEN["books"][gateway]}


def settle(front_door: FrontDoor) -> Any:
    return front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)


def order_of(name: str) -> str:
    order_id: str = BOOKINGS[name]["shown"]["payment"]["gateway_order_id"]
    return order_id


def shown(front_door: FrontDoor, name: str) -> dict[str, Any]:
    """What its guest sees of the booking, but for what moves with the clock."""
    return still(front_door.booking(IDS[name], BOOKINGS[name]["user_id"]))


def still(answer: dict[str, Any]) -> dict[str, Any]:
    return {part: value for part, value in answer.items() if part not in {"server_time", "reservation_seconds_left"}}


def as_admin(front_door: FrontDoor, route: str, body: Any = None, **asked: Any) -> Reply:
    return front_door.call(route, body, user=ADMIN, groups="[admin]", **asked)


def broken(store: Store, clock: FakeClock, *gateways: FakeGateway) -> list[Broken]:
    gateway_records = [(gateway.name, order) for gateway in gateways for order in gateway.orders.values()]
    return audit(store.table.scan(), now=clock(), due_shards=SHARDS, gateway_records=gateway_records)


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


# What the model makes of an item, and the item that it makes of that. A city's pointer names a property, a credit's
# record an entry: no model reads them.
WRITTEN_AGAIN: dict[str, Callable[[Item], Item]] = {
    "BOOKING": lambda item: booking_item(booking_of(item), SHARDS),
    "ROOM": lambda item: page_item(page_of(item)),
    "USER ACCOUNT": lambda item: account_item(account_of(user_of(item), item)),
    "USER ENTRY": lambda item: entry_item(entry_of(item)),
    "TOPUP": lambda item: topup_item(topup_of(item), SHARDS),
    "PROMO PROMO": promo_again,
    "PROMO USER": lambda item: redemption_item(redemption_of(item["code"], user_of(item), item)),
    "PROPERTY PROPERTY": lambda item: property_item(property_of(item)),
    "PROPERTY ROOMTYPE": lambda item: room_type_item(room_type_of(item)),
    "UNMATCHED": lambda item: orphan_item(orphan_of(item)),
}
UNREAD = {"CATALOG", "USER CREDIT"}


class TestReading:
    def test_the_dump_has_every_kind_of_item(self) -> None:
        assert Counter(kind(item) for item in ITEMS) == {
            "BOOKING": len(BOOKINGS),
            "ROOM": 6,
            "CATALOG": 2,
            "PROPERTY PROPERTY": 2,
            "PROPERTY ROOMTYPE": 3,
            "PROMO PROMO": 2,
            "PROMO USER": 4,
            "TOPUP": len(THEN["topups"]),
            "UNMATCHED": 2,
            "USER ACCOUNT": len(THEN["wallets"]),
            "USER CREDIT": 2,
            "USER ENTRY": sum(len(record["entries"]) for record in THEN["wallets"].values()),
        }

    @pytest.mark.parametrize("of", sorted({kind(item) for item in ITEMS} - UNREAD))
    def test_nothing_of_an_item_is_lost_when_it_is_written_again(self, of: str) -> None:
        """An attribute that is not known any more would be read as its default, and no check would say so."""
        items = [item for item in ITEMS if kind(item) == of]

        assert [plain(WRITTEN_AGAIN[of](item)) for item in items] == items

    def test_each_booking_is_shown_as_it_was(self, front_door: FrontDoor) -> None:
        for name, record in BOOKINGS.items():
            assert shown(front_door, name) == record["shown"], name

    def test_each_guest_finds_all_bookings_newest_first(self, front_door: FrontDoor) -> None:
        for user in THEN["wallets"]:
            own = [record["shown"] for record in BOOKINGS.values() if record["user_id"] == user]

            listed = [still(record) for record in front_door.call("GET /bookings", user=user).body["bookings"]]

            assert sorted(listed, key=by_id) == sorted(own, key=by_id)
            made = [record["reserved_at"] for record in listed]
            assert made == sorted((record["reserved_at"] for record in own), reverse=True)

    def test_wallets_and_ledgers_read_as_they_did(self, front_door: FrontDoor) -> None:
        for user, record in THEN["wallets"].items():
            assert front_door.call("GET /wallet", user=user).body == record["wallet"]
            ledger = front_door.call("GET /wallet/entries", user=user).body
            assert ledger == {"entries": record["entries"], "next_cursor": None}

    @pytest.mark.parametrize("state", THEN["payments"])
    def test_operators_see_the_payments_that_they_saw(self, front_door: FrontDoor, state: str) -> None:
        listed = as_admin(front_door, "GET /admin/payments", query={"state": state}).body["payments"]

        assert sorted(listed, key=str) == sorted(THEN["payments"][state], key=str)

    def test_the_catalog_reads_as_it_did(self, front_door: FrontDoor) -> None:
        for property_id, record in THEN["properties"].items():
            assert (
                front_door.call("GET /properties/{property_id}", user=None, property_id=property_id).body == record
            )  # its room types among it
        assert calendars(front_door) == THEN["calendars"]

    @pytest.mark.parametrize(("city", "property_id"), [("udaipur", "lake-view"), ("MUMBAI", "harbour")])
    def test_search_finds_the_hotel_of_a_city(self, front_door: FrontDoor, city: str, property_id: str) -> None:
        found = front_door.call("GET /properties", user=None, query={"city": city}).body["properties"]

        assert [place["property_id"] for place in found] == [property_id]

    def test_the_auditor_finds_nothing_broken(
        self, front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        assert len(everything(store)) == len(DUMP)
        assert broken(store, clock, gateway, razorpay) == []

    @pytest.mark.parametrize("missing", ["ROOM#deluxe", "BOOKING#", "PROMO#TEN", "USER#", "TOPUP#"])
    def test_the_auditor_tells_when_items_are_missing(self, missing: str) -> None:
        left = [item for item in ITEMS if not item["pk"].startswith(missing)]

        assert audit(left, now=SEEN, due_shards=SHARDS)


class TestKeysOfBefore:
    """What a guest, an admin or we ourselves sent before the deployment, and send again after it."""

    def test_a_hold_asked_for_again_is_the_same_booking(self, front_door: FrontDoor, store: Store) -> None:
        before = everything(store)
        for name, record in BOOKINGS.items():
            stay = {
                part: record["shown"][part] for part in ("room_type_id", "check_in", "check_out", "rooms", "guests")
            }

            again = front_door.hold(record["user_id"], record["key"], **stay)

            assert (again.status, still(again.body)) == (200, record["shown"]), name
        assert everything(store) == before

    def test_so_is_a_top_up(self, front_door: FrontDoor, store: Store) -> None:
        before = everything(store)
        for key, record in THEN["topups"].items():
            asked = {"gateway": record["gateway"], "amount": record["amount"]}

            again = front_door.call("POST /wallet/topups", asked, user=record["user_id"], key=key)

            same = (again.status, again.body["topup_id"], again.body["status"])
            assert same == (200, record["topup_id"], record["status"]), key
        assert everything(store) == before

    def test_so_is_a_credit(self, front_door: FrontDoor, store: Store) -> None:
        first, before = THEN["wallets"][ALICE]["entries"][-1], everything(store)

        again = front_door.credit(first["amount"], ALICE, "credit-alice")

        assert (again.status, again.body) == (200, first)
        assert everything(store) == before

    def test_a_payment_started_again_keeps_its_order(self, front_door: FrontDoor, gateway: FakeGateway) -> None:
        again = front_door.start(IDS["payment_pending"], promo_code="TEN", wallet_apply_amount=100_000)

        assert again.body["gateway_order_id"] == order_of("payment_pending")
        assert gateway.calls["open_order"] == 0

    def test_what_is_due_is_asked_for_under_the_keys_that_were_used(
        self, front_door: FrontDoor, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        """A call whose answer the code of then did not live to hear is repeated, and not done twice."""
        front_door.expire()
        settle(front_door)

        assert sorted(gateway._done) == THEN["keys"]["stripe"]
        assert sorted(razorpay._done) == THEN["keys"]["razorpay"] == []


class TestSweeping:
    def test_a_due_hold_is_swept_and_its_rooms_return(self, front_door: FrontDoor, store: Store) -> None:
        """Anybody sees them as free from the deadline on; the page has them back with the sweep."""
        before, claimed = free(store), promo(store, "TEN").claimed

        assert front_door.expire()["expired"] == 2

        assert free(store) == before | {5: before[5] + 3 + 1, 6: before[6] + 3}
        assert calendars(front_door) == THEN["calendars"]
        assert promo(store, "TEN").claimed == claimed - 1
        for name in ("due_reserved", "due_payment_pending"):
            record = shown(front_door, name)
            assert (record["status"], record["history"][-1]["by"]) == ("expired", "expire")
            assert record["version"] == BOOKINGS[name]["shown"]["version"] + 1

    def test_no_other_booking_is_touched(self, front_door: FrontDoor) -> None:
        front_door.expire()

        for name, record in BOOKINGS.items():
            if not name.startswith("due_"):
                assert shown(front_door, name) == record["shown"]

    def test_a_hold_that_ttl_deletes_gives_its_rooms_back(
        self, front_door: FrontDoor, store: Store, clock: FakeClock
    ) -> None:
        """The stream's record is the item as the code of then wrote it."""
        [image] = [item for item in DUMP if item["pk"]["S"] == f"BOOKING#{IDS['due_reserved']}"]
        key = {part: image[part] for part in ("pk", "sk")}
        store.table.client.delete_item(TableName=store.table.name, Key=key)
        record = event("ttl_deletion")["Records"][0]
        record["dynamodb"] |= {"Keys": key, "OldImage": image}
        clock.advance(3_600)
        before = free(store)

        assert front_door.expire({"Records": [record]}) == {"batchItemFailures": []}

        assert shown(front_door, "due_reserved")["history"][-1]["by"] == "ttl"
        assert free(store) == before | {5: before[5] + 3, 6: before[6] + 3}

    def test_a_buyer_reclaims_the_rooms_of_a_due_hold(self, front_door: FrontDoor, store: Store) -> None:
        assert free(store)[5] == 1

        front_door.held(GRACE, check_in="2026-12-05", check_out="2026-12-06", rooms=5, guests=5)

        assert shown(front_door, "due_reserved")["history"][-1]["by"] == "reclaim"


class TestSettling:
    @pytest.fixture
    def settled(self, front_door: FrontDoor) -> Any:
        front_door.expire()
        return settle(front_door)

    def test_a_round_does_all_that_is_due(self, settled: Any) -> None:
        summary = {part: settled[part] for part in ("settled", "waiting", "failed", "remaining", "stuck", "unmatched")}

        # Five of bookings, one of them of a hold just swept, and a top-up.
        assert summary == {"settled": 6, "waiting": 0, "failed": 0, "remaining": 0, "stuck": 2, "unmatched": 2}

    @pytest.mark.parametrize(
        ("name", "captured", "refunded", "voided"),
        [
            ("confirmed_capture_due", 1_050_000, 0, False),
            ("cancelled_refund_due", 950_000, 475_000, False),
            ("expired_void_due", 0, 0, True),
            ("expired_giving_back", 0, 0, True),
            ("due_payment_pending", 0, 0, True),
        ],
    )
    def test_captures_refunds_and_voids_are_carried_out(
        self,
        settled: Any,
        front_door: FrontDoor,
        store: Store,
        gateway: FakeGateway,
        name: str,
        captured: int,
        refunded: int,
        voided: bool,
    ) -> None:
        order, booking, record = gateway.orders[order_of(name)], store.booking(IDS[name]), shown(front_door, name)
        assert booking
        assert booking.payment

        assert (order.captured, order.refunded, order.state is PaymentState.VOIDED) == (captured, refunded, voided)
        assert (booking.payment.captured, booking.payment.refunded, booking.payment.voided, booking.tasks) == (
            captured,
            refunded,
            voided,
            (),
        )
        assert (record["status"], record["history"][-1]["by"]) == (BOOKINGS[name]["shown"]["status"], "settle")

    def test_a_top_up_that_was_paid_is_credited(
        self, settled: Any, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        [newest, *older] = front_door.call("GET /wallet/entries").body["entries"]

        assert (newest["amount"], newest["reason"], newest["actor"]) == (120_000, "topup", "stripe")
        assert newest["seq"] == older[0]["seq"] + 1
        assert older == THEN["wallets"][ALICE]["entries"]
        assert store.account(ALICE).pending_topups == 0
        assert gateway.calls["capture"] == 2  # the booking's and this

    def test_what_is_stuck_waits_for_an_admin(
        self, settled: Any, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        name, topup = "cancelled_refund_stuck", THEN["topups"]["topup-stuck"]
        assert gateway.orders[order_of(name)].refunded == 0
        assert shown(front_door, name) == BOOKINGS[name]["shown"]
        reason = {"reason": "The gateway is well again"}

        refunded = as_admin(front_door, "POST /admin/bookings/{booking_id}/settle", reason, booking_id=IDS[name])
        closed = as_admin(front_door, "POST /admin/topups/{topup_id}/settle", reason, topup_id=topup["topup_id"])

        assert (refunded.status, refunded.body["payment"]["refunded"]) == (200, 1_050_000)
        assert gateway.orders[order_of(name)].refunded == 1_050_000
        assert (closed.status, closed.body["status"]) == (200, "closed")
        assert store.account(BOB).pending_topups == 0
        assert as_admin(front_door, "GET /admin/payments", query={"state": "stuck"}).body["payments"] == []

    def test_late_money_still_buys_the_rooms(
        self, front_door: FrontDoor, gateway: FakeGateway, clock: FakeClock
    ) -> None:
        gateway.authorise(order_of("expired_void_due"))

        settle(front_door)

        record = shown(front_door, "expired_void_due")
        assert (record["status"], record["payment"]["captured"]) == ("confirmed", 1_050_000)
        assert front_door.free()[28] == THEN["calendars"]["deluxe"]["2026-12"][27]["rooms_free"] - 1

    def test_the_auditor_finds_nothing_broken_after(
        self,
        settled: Any,
        front_door: FrontDoor,
        store: Store,
        clock: FakeClock,
        gateway: FakeGateway,
        razorpay: FakeGateway,
    ) -> None:
        assert broken(store, clock, gateway, razorpay) == []

    def test_nor_when_all_has_come_to_rest(
        self, front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        clock.advance(3_600)
        front_door.expire()
        settle(front_door)
        for booking_id, booking in snapshot_of(store.table.scan()).bookings.items():
            if booking.tasks:
                reason = {"reason": "The gateway is well again"}
                as_admin(front_door, "POST /admin/bookings/{booking_id}/settle", reason, booking_id=booking_id)

        view = snapshot_of(store.table.scan())
        assert Counter(booking.status for booking in view.bookings.values()) == {
            "confirmed": sum(record["shown"]["status"] == "confirmed" for record in BOOKINGS.values()),
            "cancelled": sum(record["shown"]["status"] == "cancelled" for record in BOOKINGS.values()),
            "expired": sum(record["shown"]["status"] not in {"confirmed", "cancelled"} for record in BOOKINGS.values()),
        }
        assert [booking_id for booking_id, booking in view.bookings.items() if booking.tasks] == []
        assert broken(store, clock, gateway, razorpay) == []


class TestPaying:
    def test_a_new_booking_is_held_and_paid_from_the_wallet(self, front_door: FrontDoor, store: Store) -> None:
        before = store.account(ALICE)

        booking_id = front_door.held(key="new", **A_NIGHT)
        held = store.account(ALICE)
        paid = front_door.pay(booking_id, 525_000)

        assert (paid.status, front_door.booking(booking_id)["status"]) == (200, "confirmed")
        gone = IDS["due_payment_pending"]  # past its deadline, so its room counts as let go
        live = {IDS[name] for name in ("reserved", "payment_pending", "payment_pending_giving_back")}
        assert set(before.live_holds) == set(before.held_rooms) == {*live, gone}
        assert (set(held.live_holds), set(held.held_rooms)) == ({*live, booking_id}, {*live, booking_id})
        assert (before.abandoned_rooms, held.abandoned_rooms) == (2, 3)
        after = store.account(ALICE)
        assert (after.balance, after.seq) == (before.balance - 525_000, before.seq + 1)
        assert set(after.live_holds) == set(after.held_rooms) == live

    def test_a_payment_that_was_started_is_finished_by_card_and_wallet(
        self, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        gateway.authorise(order_of("payment_pending"))

        reply = front_door.pay(
            IDS["payment_pending"],
            100_000,
            payment_mode="wallet_partial",
            gateway_amount=845_000,
            gateway_transaction_id=order_of("payment_pending"),
        )

        assert reply.status == 200, reply.body
        record = shown(front_door, "payment_pending")
        assert (record["status"], record["payment"]["captured"], record["wallet_paid"]) == (
            "confirmed",
            845_000,
            100_000,
        )
        assert record["pricing"] == BOOKINGS["payment_pending"]["shown"]["pricing"]
        assert promo(store, "TEN").claimed == 3

    def test_one_that_was_started_anew_closes_its_first_order(
        self, front_door: FrontDoor, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        name, first = "payment_pending_restarted", "pi_0019"
        assert gateway.orders[first].reference == IDS[name]
        transaction_id = razorpay.authorise(order_of(name))

        reply = front_door.pay(
            IDS[name],
            0,
            BOB,
            payment_mode="gateway_only",
            gateway_amount=1_062_000,
            gateway_transaction_id=transaction_id,
            gateway_signature="signed",
        )

        assert reply.status == 200, reply.body
        assert razorpay.orders[order_of(name)].captured == 1_062_000
        assert gateway.orders[first].state is PaymentState.VOIDED

    def test_one_without_an_order_is_finished_from_the_wallet(self, front_door: FrontDoor) -> None:
        assert front_door.pay(IDS["payment_pending_no_order"], 210_000, BOB).status == 200

    def test_an_order_whose_money_is_being_given_back_buys_nothing(
        self, front_door: FrontDoor, gateway: FakeGateway
    ) -> None:
        name = "payment_pending_giving_back"
        gateway.change(order_of(name), amount=525_000)  # so that nothing but what the booking remembers is against it
        by_card: dict[str, Any] = {
            "payment_mode": "gateway_only",
            "gateway_amount": 525_000,
            "gateway_transaction_id": order_of(name),
        }

        refused = front_door.pay(IDS[name], 0, **by_card)
        anew = front_door.start(IDS[name])

        assert (refused.code, "being given back" in refused.body["detail"]) == ("payment_declined", True)
        assert (anew.status, anew.body["gateway_order_id"] != order_of(name)) == (200, True)

    @pytest.mark.parametrize(
        ("name", "wallet", "card"),
        [
            ("confirmed_wallet", 1_575_000, 0),
            ("confirmed_wallet_started", 2_835_000, 0),
            ("confirmed_card", 0, 3_150_000),
            ("confirmed_card_promo", 0, 997_500),
            ("confirmed_both", 300_000, 1_824_000),
            ("confirmed_late", 0, 1_050_000),
        ],
    )
    def test_a_paid_booking_is_cancelled_by_the_policy_of_then(
        self,
        front_door: FrontDoor,
        gateway: FakeGateway,
        razorpay: FakeGateway,
        name: str,
        wallet: int,
        card: int,
    ) -> None:
        user = BOOKINGS[name]["user_id"]
        balance = front_door.call("GET /wallet", user=user).body["balance"]

        record = front_door.cancel(IDS[name], user).body

        assert (record["status"], record["wallet_refunded"]) == ("cancelled", wallet)
        assert front_door.call("GET /wallet", user=user).body["balance"] == balance + wallet
        if card:
            orders = gateway.orders | razorpay.orders
            assert (record["payment"]["refunded"], orders[order_of(name)].refunded) == (card, card)


class TestLimits:
    """An account that stands at a limit goes on standing there, and no longer than it would have."""

    @pytest.mark.parametrize(
        ("user", "detail"), [(CAROL, "5 live holds"), (DAVE, "hold 9 room(s)"), (ERIN, "let 54 room(s) go unpaid")]
    )
    def test_no_more_holds(self, front_door: FrontDoor, user: str, detail: str) -> None:
        refused = front_door.hold(user, "new", **CABIN_NIGHT)

        assert (refused.status, refused.code) == (429, "too_many_holds")
        assert detail in refused.body["detail"]

    @pytest.mark.parametrize(("user", "name"), [(CAROL, "at_limit_live_3"), (DAVE, "at_limit_rooms")])
    def test_a_hold_let_go_makes_room_for_another(self, front_door: FrontDoor, user: str, name: str) -> None:
        assert front_door.cancel(IDS[name], user).status == 200

        assert front_door.hold(user, "new", **CABIN_NIGHT).status == 201

    def test_rooms_let_go_are_forgotten_in_their_time(self, front_door: FrontDoor, clock: FakeClock) -> None:
        clock.now = NOW - timedelta(minutes=2) + timedelta(minutes=5 * 30)  # five of them, counted from the first one
        clock.advance(-1)
        assert front_door.hold(ERIN, "new", **CABIN_NIGHT).code == "too_many_holds"
        clock.advance(1)
        assert front_door.hold(ERIN, "new", **CABIN_NIGHT).status == 201

    def test_no_more_tries_of_promo_codes_for_a_minute(self, front_door: FrontDoor, clock: FakeClock) -> None:
        def price() -> Reply:
            asked = {"promo_code": "TEN"}
            booking_id = IDS["at_limit_tries"]
            return front_door.call("GET /bookings/{booking_id}/pricing", user=FRANK, query=asked, booking_id=booking_id)

        assert price().code == "too_many_tries"
        clock.now = NOW + timedelta(seconds=50)
        assert price().status == 200

    def test_no_more_top_ups_until_some_are_closed(self, front_door: FrontDoor, clock: FakeClock) -> None:
        def top_up() -> Reply:
            return front_door.call(
                "POST /wallet/topups", {"gateway": "stripe", "amount": 5_000}, user=GRACE, key="one-more"
            )

        assert top_up().code == "too_many_topups"
        clock.advance(900)
        settle(front_door)
        assert top_up().status == 201

    def test_a_promo_that_is_used_up_stays_so(self, front_door: FrontDoor) -> None:
        assert front_door.start(IDS["reserved"], promo_code="ONCE").code == "promo_exhausted"

    def test_a_use_of_a_promo_that_came_back_can_be_had_again(self, front_door: FrontDoor, store: Store) -> None:
        """Its claim is still there, of no booking."""
        front_door.cancel(IDS["at_limit_rooms"], DAVE)
        booking_id = front_door.held(DAVE, "new", **CABIN_NIGHT)

        assert front_door.start(booking_id, DAVE, promo_code="TEN").status == 200
        claim = store.booking_context(booking_id, DAVE, promo_code="TEN").redemption
        assert (claim and set(claim.bookings)) == {booking_id}


def by_id(answer: dict[str, Any]) -> Any:
    return answer["booking_id"]


def plain(item: Item) -> Item:
    """As DynamoDB gives it back: lists for tuples, and texts for the names of a map."""
    made: Item = msgspec.json.decode(msgspec.json.encode(item))
    return made
