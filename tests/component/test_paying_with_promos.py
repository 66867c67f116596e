"""Promos in payments."""

import pytest

from holdfast.errors import PromoExhausted
from holdfast.model.dates import millis
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from tests.component.payments_seen import nothing_moves, start
from tests.kit.builders import a_promo
from tests.kit.clock import NOW, FakeClock
from tests.kit.flaky_client import flaky_store
from tests.kit.front_door import ALICE, BOB, FrontDoor, Reply
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import delete_by_hand


class TestPromo:
    @staticmethod
    def quoted(front_door: FrontDoor, booking_id: str) -> Reply:
        query = {"promo_code": "TEN"}
        return front_door.call("GET /bookings/{booking_id}/pricing", query=query, booking_id=booking_id)

    def claims(self, store: Store, user_id: str = ALICE) -> tuple[int, set[str]]:
        context = store.booking_context("none", user_id, promo_code="TEN")
        assert context.promo
        assert context.redemption
        return context.promo.claimed, set(context.redemption.bookings)

    def test_is_redeemed_at_the_start_and_kept_by_the_payment(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(2_000_000)
        booking_id = front_door.held()
        assert self.claims(store) == (0, set())

        front_door.start(booking_id, promo_code="ten")
        assert self.claims(store) == (1, {booking_id})
        reply = front_door.pay(booking_id, 1_417_500, promo_code="TEN")

        assert (reply.status, reply.body["final_amount"]) == (200, 1_417_500)
        assert self.claims(store) == (1, {booking_id})

    def test_can_be_redeemed_by_the_payment_itself(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        front_door.credit(2_000_000)
        booking_id = front_door.held()

        assert front_door.pay(booking_id, 1_417_500, promo_code="TEN").status == 200
        assert self.claims(store) == (1, {booking_id})
        assert front_door.booking(booking_id)["pricing"]["promo_discount"] == 150_000

    @pytest.mark.parametrize("end", ["cancel", "expire"])
    def test_is_returned_when_the_hold_ends(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store, end: str
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN")
        if end == "cancel":
            front_door.cancel(booking_id)
        else:
            clock.advance(600)
            front_door.expire()

        assert self.claims(store) == (0, set())
        again = front_door.held(key="again")
        assert front_door.start(again, promo_code="TEN").status == 200

    def test_is_exhausted_for_all_and_for_one_user(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=2, per_user_limit=1))
        front_door.start(front_door.held(), promo_code="TEN")
        second = front_door.held(key="second")
        twice = nothing_moves(store, lambda: front_door.start(second, promo_code="TEN"))
        front_door.start(front_door.held(BOB), BOB, promo_code="TEN")
        carols = front_door.held("carol")
        third = nothing_moves(store, lambda: front_door.start(carols, "carol", promo_code="TEN"))

        for reply in (twice, third):
            assert (reply.status, reply.code) == (409, "promo_exhausted")

    @pytest.mark.parametrize("revived", [True, False])
    @pytest.mark.parametrize("by", ["start", "finalize"])
    def test_that_the_guests_own_due_hold_still_claims_is_free(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store, by: str, *, revived: bool
    ) -> None:
        """Once unswept, it counts as expired for its guest's promo as well; what is quoted is what is charged."""
        hotel.add_promo(a_promo(usage_limit=1, per_user_limit=1))
        front_door.credit(2_000_000)
        old = front_door.held()
        front_door.start(old, promo_code="TEN")
        clock.advance(600)
        new = front_door.revive(old).body["booking_id"] if revived else front_door.held(key="new")

        quoted = nothing_moves(store, lambda: self.quoted(front_door, new))
        assert (quoted.status, quoted.body["total_payable"]) == (200, 1_417_500)
        if by == "start":
            reply = front_door.start(new, promo_code="TEN")
        else:
            reply = front_door.pay(new, 1_417_500, promo_code="TEN")

        assert reply.status == 200
        assert self.claims(store) == (1, {new})
        assert [line["status"] for line in front_door.booking(old)["history"]][-1] == "expired"

    def test_that_a_due_hold_claims_which_cannot_be_released_is_exhausted(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store, lines: LogLines
    ) -> None:
        """One look is enough: another would meet the same hold."""
        hotel.add_promo(a_promo(per_user_limit=1))
        front_door.start(front_door.held(room_type_id="suite"), promo_code="TEN")
        delete_by_hand(store.table, page_key("suite", "2026-12"))
        clock.advance(600)
        new = front_door.held(key="new")

        assert front_door.start(new, promo_code="TEN").code == "promo_exhausted"
        assert sum(line["level"] == "ERROR" for line in lines.all) == 1

    def test_that_a_live_hold_of_the_guest_claims_is_not(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store
    ) -> None:
        hotel.add_promo(a_promo(per_user_limit=1))
        old = front_door.held()
        front_door.start(old, promo_code="TEN")
        clock.advance(599)
        new = front_door.held(key="new")

        assert self.quoted(front_door, new).code == "promo_invalid"
        assert front_door.start(new, promo_code="TEN").code == "promo_exhausted"
        assert self.claims(store) == (1, {old})

    def test_stays_as_it_was_fixed_when_its_terms_run_out(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock
    ) -> None:
        hotel.add_promo(a_promo(ends_at_ms=millis(NOW) + 60_000))
        front_door.credit(2_000_000)
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN")
        clock.advance(61)

        assert front_door.pay(booking_id, 1_417_500, promo_code="TEN").status == 200

    def test_that_is_unknown_changes_nothing(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()

        reply = nothing_moves(store, lambda: front_door.start(booking_id, promo_code="NONE"))

        assert (reply.status, reply.code) == (422, "promo_invalid")

    def test_the_last_use_lost_between_read_and_write_is_answered(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        booking_id, bobs = front_door.held(), front_door.held(BOB)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: start(bobs, store, front_door.gateway, BOB, promo_code="TEN"))

        with pytest.raises(PromoExhausted):
            start(booking_id, troubled, front_door.gateway, promo_code="TEN")

        assert self.claims(store, BOB) == (1, {bobs})
