"""The table of before reads as it was recorded, and keys that were used are still known."""

from collections import Counter
from typing import Any

import pytest

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.storage.store import Store
from tests.component.table_of_before.recorded import (
    BOOKINGS,
    DUMP,
    IDS,
    ITEMS,
    SEEN,
    SHARDS,
    THEN,
    UNREAD,
    WRITTEN_AGAIN,
    as_admin,
    broken,
    by_id,
    calendars,
    entries,
    kind,
    order_of,
    plain,
    settle,
    shown,
    still,
)
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ALICE, FrontDoor


def without_reads_at_gateways(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What repeats of top-ups count in the account."""
    counted = {"gateway_reads", "gateway_reads_since_ms"}
    return [{name: value for name, value in item.items() if name not in counted} for item in items]


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
            "USER ENTRY": sum(len(recorded["entries"]) for recorded in THEN["wallets"].values()),
        }

    @pytest.mark.parametrize("of", sorted({kind(item) for item in ITEMS} - UNREAD))
    def test_nothing_of_an_item_is_lost_when_it_is_written_again(self, of: str) -> None:
        """An attribute that is not known any more would be read as its default, and no check would say so."""
        items = [item for item in ITEMS if kind(item) == of]

        assert [plain(WRITTEN_AGAIN[of](item)) for item in items] == items

    def test_each_booking_is_shown_as_it_was(self, front_door: FrontDoor) -> None:
        for name, recorded in BOOKINGS.items():
            assert shown(front_door, name) == recorded["shown"], name

    def test_each_guest_finds_all_bookings_newest_first(self, front_door: FrontDoor) -> None:
        for user in THEN["wallets"]:
            own = [recorded["shown"] for recorded in BOOKINGS.values() if recorded["user_id"] == user]

            listed = [still(recorded) for recorded in front_door.call("GET /bookings", user=user).body["bookings"]]

            assert sorted(listed, key=by_id) == sorted(own, key=by_id)
            made = [recorded["reserved_at"] for recorded in listed]
            assert made == sorted((recorded["reserved_at"] for recorded in own), reverse=True)

    def test_wallets_and_ledgers_read_as_they_did(self, front_door: FrontDoor) -> None:
        for user, recorded in THEN["wallets"].items():
            assert front_door.call("GET /wallet", user=user).body == recorded["wallet"]
            ledger = front_door.call("GET /wallet/entries", user=user).body
            assert (entries(ledger["entries"]), ledger["next_cursor"]) == (recorded["entries"], None)

    @pytest.mark.parametrize("state", THEN["payments"])
    def test_operators_see_the_payments_that_they_saw(self, front_door: FrontDoor, state: str) -> None:
        """Each row says what it said, and more by now: whose it is, its payment, and the id of its case."""
        answer = as_admin(front_door, "GET /admin/payments", query={"state": state}).body
        then = THEN["payments"][state]

        assert answer["count"] == len({row.get("booking_id") or row.get("topup_id") or str(row) for row in then})
        added = {"case_id", "kind", "user_id", "gateway_transaction_id"}
        said = [{name: value for name, value in row.items() if name not in added} for row in answer["payments"]]
        assert sorted(said, key=str) == sorted(then, key=str)

    def test_the_catalog_reads_as_it_did(self, front_door: FrontDoor) -> None:
        for property_id, recorded in THEN["properties"].items():
            shown = front_door.call("GET /properties/{property_id}", user=None, property_id=property_id).body
            added = {"country": "IN", "day_ends_at": "04:00", "taxes_included": False}
            assert shown == recorded | added  # its room types among it
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

        assert audit(snapshot_of(left), now=SEEN, due_shards=SHARDS)


class TestKeysOfBefore:
    """What a guest, an admin or we ourselves sent before the deployment, and send again after it."""

    def test_a_hold_asked_for_again_is_the_same_booking(self, front_door: FrontDoor, store: Store) -> None:
        before = everything(store)
        for name, recorded in BOOKINGS.items():
            stay = {
                part: recorded["shown"][part] for part in ("room_type_id", "check_in", "check_out", "rooms", "guests")
            }

            again = front_door.hold(recorded["user_id"], recorded["key"], **stay)

            assert (again.status, still(again.body)) == (200, recorded["shown"]), name
        assert everything(store) == before

    def test_so_is_a_top_up(self, front_door: FrontDoor, store: Store) -> None:
        before = everything(store)
        for key, recorded in THEN["topups"].items():
            asked = {"gateway": recorded["gateway"], "amount": recorded["amount"]}

            again = front_door.call("POST /wallet/topups", asked, user=recorded["user_id"], key=key)

            same = (again.status, again.body["topup_id"], again.body["status"])
            assert same == (200, recorded["topup_id"], recorded["status"]), key
        assert without_reads_at_gateways(everything(store)) == before

    def test_so_is_a_credit(self, front_door: FrontDoor, store: Store) -> None:
        first, before = THEN["wallets"][ALICE]["entries"][-1], everything(store)

        again = front_door.credit(first["amount"], ALICE, "credit-alice")

        assert (again.status, entries([again.body])) == (200, [first])
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
