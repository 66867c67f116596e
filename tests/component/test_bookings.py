"""A guest's bookings: timer, list and price."""

from typing import Any

import pytest

from holdfast.model.dates import millis
from holdfast.storage.base import PAGE_SIZE
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.builders import a_hold, a_promo, clock_at, everything, put_hold
from tests.kit.clock import NOW, FakeClock
from tests.kit.front_door import ALICE, BOB, STAY_TOTAL, FrontDoor

LAKE_VIEW_POLICY = [{"days_before": 7, "refund_percent": 100}, {"days_before": 2, "refund_percent": 50}]


class TestTimer:
    @pytest.mark.parametrize(
        ("passed", "left", "status"),
        [
            (0, 600, "reserved"),
            (0.001, 599, "reserved"),
            (1, 599, "reserved"),
            (599, 1, "reserved"),
            (599.999, 0, "reserved"),
            (600, 0, "expired"),
            (600.001, 0, "expired"),
            (86_400, 0, "expired"),
        ],
    )
    def test_counts_whole_seconds_down_to_the_deadline(
        self, front_door: FrontDoor, clock: FakeClock, passed: float, left: int, status: str
    ) -> None:
        booking_id = front_door.held()
        clock.advance(passed)

        booking = front_door.booking(booking_id)

        assert (booking["reservation_seconds_left"], booking["status"]) == (left, status)

    def test_is_the_same_before_and_after_the_sweep(self, front_door: FrontDoor, clock: FakeClock) -> None:
        booking_id = front_door.held()
        clock.advance(600)
        unswept = front_door.booking(booking_id)
        front_door.expire()
        swept = front_door.booking(booking_id)

        assert [unswept[part] for part in ("status", "reservation_seconds_left")] == ["expired", 0]
        assert [swept[part] for part in ("status", "reservation_seconds_left")] == ["expired", 0]
        assert [event["by"] for event in swept["history"]] == ["guest", "expire"]

    def test_no_later_step_moves_the_deadline(self, front_door: FrontDoor, clock: FakeClock) -> None:
        booking_id = front_door.held()
        deadline = front_door.booking(booking_id)["expires_at"]
        clock.advance(60)
        front_door.start(booking_id)
        pending = front_door.booking(booking_id)
        clock.advance(60)
        front_door.confirm(booking_id)
        paid = front_door.booking(booking_id)

        assert pending["expires_at"] == paid["expires_at"] == deadline
        assert (pending["status"], pending["reservation_seconds_left"]) == ("payment_pending", 540)
        assert (paid["status"], paid["reservation_seconds_left"]) == ("confirmed", 0)

    def test_shows_the_policy_the_booking_was_made_under(self, front_door: FrontDoor) -> None:
        assert front_door.booking(front_door.held())["cancellation_policy"] == LAKE_VIEW_POLICY


class TestList:
    def shown(self, front_door: FrontDoor, cursor: str | None = None, user: str = ALICE) -> Any:
        reply = front_door.call("GET /bookings", user=user, query={"cursor": cursor} if cursor else None)
        assert reply.status == 200, reply.body
        return reply.body

    def fill(self, store: Store, count: int, user_id: str = ALICE) -> list[str]:
        """That many bookings, cancelled one after the other; the newest first."""
        made = []
        for n in range(count):
            clock = clock_at(n)
            hold = a_hold(
                "bk_" + f"{n:026d}".translate(str.maketrans("01", "zy")),
                user_id,
                reserved_at_ms=int(clock().timestamp() * 1000),
            )
            held = put_hold(store, hold)
            store.commit(held, held.transitioned(held.status.CANCELLED, clock(), "guest"), now=clock())
            made.append(held.booking_id)
        return made[::-1]

    def test_is_empty_at_first(self, front_door: FrontDoor) -> None:
        assert self.shown(front_door) == {"bookings": [], "next_cursor": None}

    def test_shows_the_newest_first_each_as_it_is_now(self, front_door: FrontDoor, clock: FakeClock) -> None:
        old = front_door.held(key="old")
        clock.advance(400)
        new = front_door.held(key="new")
        clock.advance(300)

        shown = self.shown(front_door)["bookings"]

        assert [(b["booking_id"], b["status"], b["reservation_seconds_left"]) for b in shown] == [
            (new, "reserved", 300),
            (old, "expired", 0),
        ]

    def test_continues_from_its_cursor_to_the_end(self, front_door: FrontDoor, store: Store) -> None:
        made = self.fill(store, PAGE_SIZE + 3)
        self.fill(store, 0, BOB)

        first = self.shown(front_door)
        second = self.shown(front_door, first["next_cursor"])

        assert [b["booking_id"] for b in first["bookings"]] == made[:PAGE_SIZE]
        assert [b["booking_id"] for b in second["bookings"]] == made[PAGE_SIZE:]
        assert second["next_cursor"] is None

    def test_takes_a_cursor_only_of_a_booking_in_it_at_the_instant_it_was_reserved(self, front_door: FrontDoor) -> None:
        bobs, own = front_door.held(BOB), front_door.held()
        at_ms = millis(NOW)
        assert self.shown(front_door, f"{at_ms}.{own}") == {"bookings": [], "next_cursor": None}

        for cursor in (
            f"{at_ms}.{bobs}",
            f"{at_ms + 1}.{own}",
            f"{at_ms}.bk_{'a' * 26}",
            f"0{at_ms}.{own}",
            f"{at_ms}.{own}.{at_ms}",
            f"{at_ms}.x",
        ):
            reply = front_door.call("GET /bookings", query={"cursor": cursor})
            assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"cursor"}), cursor

    def test_shows_each_guest_their_own(self, front_door: FrontDoor) -> None:
        own, theirs = front_door.held(ALICE), front_door.held(BOB)

        assert [b["booking_id"] for b in self.shown(front_door)["bookings"]] == [own]
        assert [b["booking_id"] for b in self.shown(front_door, user=BOB)["bookings"]] == [theirs]


class TestPricing:
    def price(self, front_door: FrontDoor, booking_id: str, **query: str) -> Any:
        reply = front_door.call("GET /bookings/{booking_id}/pricing", query=query or None, booking_id=booking_id)
        assert reply.status == 200, reply.body
        return reply.body

    def test_adds_up_with_its_lines(self, front_door: FrontDoor) -> None:
        priced = self.price(front_door, front_door.held(rooms=2))

        assert {name: priced[name] for name in priced if name != "lines"} == {
            "base_amount": 3_000_000,
            "promo_discount": 0,
            "subtotal_after_promo": 3_000_000,
            "gst_amount": 150_000,
            "taxes": [
                {"name": "CGST", "rate_bp": 250, "amount": 75_000},
                {"name": "SGST", "rate_bp": 250, "amount": 75_000},
            ],
            "total_payable": 3_150_000,
            "wallet_applied": 0,
            "gateway_payable": 3_150_000,
            "currency": "INR",
            "promo_code": None,
        }
        assert priced["lines"][3] == {
            "night": "2026-12-11",
            "room": 2,
            "price": 500_000,
            "discount": 0,
            "taxable": 500_000,
            "tax_rate_bp": 500,
            "tax": 25_000,
            "gst_rate_bp": 500,
            "cgst": 12_500,
            "sgst": 12_500,
        }

    def test_takes_a_promo_in_any_case_and_no_more_wallet_than_there_is(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(100_000)
        booking_id = front_door.held()
        before = everything(store)

        priced = self.price(front_door, booking_id, promo_code="ten", wallet_apply_amount="999999999")

        assert (priced["promo_code"], priced["promo_discount"]) == ("TEN", 150_000)
        assert priced["total_payable"] == 1_417_500
        assert (priced["wallet_applied"], priced["gateway_payable"]) == (100_000, 1_317_500)
        assert everything(store) == before  # a quote claims nothing

    def test_without_a_choice_it_is_the_quote_that_the_payment_fixed(
        self, front_door: FrontDoor, hotel: CatalogStore
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(100_000)
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN", wallet_apply_amount=50_000)

        fixed = self.price(front_door, booking_id)
        other = self.price(front_door, booking_id, wallet_apply_amount="0")

        assert (fixed["promo_code"], fixed["wallet_applied"], fixed["total_payable"]) == ("TEN", 50_000, 1_417_500)
        assert (other["promo_code"], other["wallet_applied"], other["total_payable"]) == (None, 0, STAY_TOTAL)

    def test_a_paid_booking_always_shows_what_was_paid(self, front_door: FrontDoor) -> None:
        booking_id = front_door.held()
        front_door.credit(STAY_TOTAL)
        front_door.pay(booking_id, STAY_TOTAL)

        assert self.price(front_door, booking_id, wallet_apply_amount="1")["wallet_applied"] == STAY_TOTAL

    @pytest.mark.parametrize(
        ("terms", "status", "code"),
        [
            ({"code": "OTHER"}, 422, "promo_invalid"),
            ({"ends_at_ms": 1_700_000_000_000}, 422, "promo_invalid"),
            ({"starts_at_ms": 1_900_000_000_000}, 422, "promo_invalid"),
            ({"min_amount": 1_500_001}, 422, "promo_invalid"),
            ({"usage_limit": 0}, 422, "promo_invalid"),
            ({"per_user_limit": 0}, 422, "promo_invalid"),
        ],
    )
    def test_a_promo_that_does_not_apply_is_named(
        self, front_door: FrontDoor, hotel: CatalogStore, terms: dict[str, Any], status: int, code: str
    ) -> None:
        hotel.add_promo(a_promo(**terms))

        reply = front_door.call(
            "GET /bookings/{booking_id}/pricing", query={"promo_code": "TEN"}, booking_id=front_door.held()
        )

        assert (reply.status, reply.code) == (status, code)
