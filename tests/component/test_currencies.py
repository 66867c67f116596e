"""Hotels that sell in other currencies: the whole way from search to a paid booking, and what is said on it."""

from datetime import date
from typing import Any

import msgspec
import pytest

from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.payments_seen import nothing_moves
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE, FrontDoor, Reply
from tests.kit.hotel import MONTHS, add_property, add_room_type, months_for

VAT = TaxTable(names=("VAT",), periods=(TaxPeriod(date(2000, 1, 1), (TaxSlab(None, 1000, (1000,)),)),))


def open_inn(hotel: CatalogStore, currency: str, price: int) -> None:
    inn = Property(
        property_id="inn", name="Inn", city="Inn", timezone="UTC", country="JP", currency=currency, taxes=VAT
    )
    room = RoomType(
        room_type_id="inn-room", property_id="inn", name="Room", base_price=price, total_rooms=3, max_guests=2
    )
    add_property(hotel, inn)
    add_room_type(hotel, room, months_for(inn, room, MONTHS[:2]))


def credit(front_door: FrontDoor, amount: int, **more: Any) -> Reply:
    return front_door.call(
        "POST /admin/wallets/{user_id}/credits",
        {"amount": amount, "reason": "Opening"} | more,
        user=ADMIN,
        groups="[admin]",
        key=f"credit-{amount}",
        user_id=ALICE,
    )


def held(front_door: FrontDoor) -> str:
    return front_door.held(room_type_id="inn-room", check_out="2026-12-11")


@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [("JPY", 10_010, 11_011), ("ISK", 20_000, 22_000), ("KWD", 25_004, 27_500), ("EUR", 9999, 10_999)],
)
def test_a_stay_is_searched_held_and_paid_in_its_currency(
    front_door: FrontDoor, hotel: CatalogStore, currency: str, price: int, total: int
) -> None:
    open_inn(hotel, currency, price)
    query = {"city": "Inn", "check_in": "2026-12-10", "check_out": "2026-12-11"}
    [inn] = front_door.call("GET /properties", user=None, query=query).body["properties"]
    booking_id = held(front_door)
    start = front_door.start(booking_id)
    front_door.gateway.authorise(start.body["gateway_order_id"])
    paid = front_door.pay_by_card(booking_id, start)

    assert inn["room_types"][0]["pricing"]["total_payable"] == total
    assert (start.body["amount"], start.body["currency"]) == (total, currency)
    assert (paid.body["status"], paid.body["gateway_charged"]) == ("success", total)
    assert front_door.gateway.orders[start.body["gateway_order_id"]].captured == total


class TestPromos:
    def quoted(self, front_door: FrontDoor, booking_id: str, code: str) -> Reply:
        return front_door.call("GET /bookings/{booking_id}/pricing", query={"promo_code": code}, booking_id=booking_id)

    @pytest.mark.parametrize(
        ("promo", "applies"),
        [
            ({"kind": PromoKind.FLAT, "amount": 50_000}, False),  # rupees, as no currency is named
            ({"kind": PromoKind.FLAT, "amount": 50, "currency": "EUR"}, True),
            ({"kind": PromoKind.FLAT, "amount": 50, "currency": "GBP"}, False),
            ({"kind": PromoKind.PERCENT, "percent_bp": 1000}, True),
            ({"kind": PromoKind.PERCENT, "percent_bp": 1000, "max_discount": 10}, False),
            ({"kind": PromoKind.PERCENT, "percent_bp": 1000, "min_amount": 10}, False),
            ({"kind": PromoKind.PERCENT, "percent_bp": 1000, "max_discount": 10, "currency": "EUR"}, True),
        ],
    )
    def test_an_amount_is_taken_off_prices_of_its_currency_only(
        self, front_door: FrontDoor, hotel: CatalogStore, promo: dict[str, Any], applies: bool
    ) -> None:
        open_inn(hotel, "EUR", 10_000)
        hotel.add_promo(msgspec.convert({"code": "CODE"} | promo, Promo))

        booking_id = held(front_door)
        reply = self.quoted(front_door, booking_id, "CODE")

        assert reply.status == (200 if applies else 422)
        if not applies:
            assert reply.code == "promo_invalid"
            started = front_door.start(booking_id, promo_code="CODE")
            assert started.code == "promo_invalid"
            assert started.body["detail"].endswith("this one is in EUR.")


class TestWallet:
    def test_it_says_its_currency_and_pays_nothing_in_another(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        open_inn(hotel, "EUR", 10_000)
        front_door.credit(5_000_000)
        booking_id = held(front_door)

        quoted = front_door.call(
            "GET /bookings/{booking_id}/pricing", query={"wallet_apply_amount": "500"}, booking_id=booking_id
        ).body
        refused = front_door.pay(booking_id, 11_000)

        assert (quoted["wallet_applied"], quoted["gateway_payable"]) == (0, 11_000)
        assert quoted["wallet_note"] == "The wallet is in INR and cannot pay a price in EUR."
        assert (refused.status, refused.code) == (409, "insufficient_wallet")
        assert refused.body["detail"] == "The wallet is in INR and cannot pay a price in EUR."
        assert (refused.body["balance"], refused.body["currency"]) == (5_000_000, "INR")

    def test_its_first_entry_sets_its_currency(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        open_inn(hotel, "EUR", 10_000)
        booking_id = held(front_door)  # the account exists, and has no entry yet

        assert credit(front_door, 11_000, currency="EUR").status == 201
        assert front_door.call("GET /wallet").body == {"user_id": ALICE, "balance": 11_000, "currency": "EUR"}
        assert front_door.pay(booking_id, 11_000).status == 200

    @pytest.mark.parametrize(
        ("currency", "field"), [("USD", "currency"), ("XXX", "currency"), ("KPW", "currency"), ("usd", "currency")]
    )
    def test_no_later_entry_changes_it(self, front_door: FrontDoor, store: Store, currency: str, field: str) -> None:
        front_door.credit(1000)

        reply = nothing_moves(store, lambda: credit(front_door, 2000, currency=currency))

        assert (reply.status, reply.fields) == (422, {field})

    def test_amounts_go_in_the_steps_of_the_currency(self, front_door: FrontDoor) -> None:
        assert credit(front_door, 1005, currency="KWD").fields == {"amount"}
        assert credit(front_door, 1010, currency="KWD").status == 201


class TestTooSmall:
    def test_the_quote_takes_less_from_the_wallet(self, front_door: FrontDoor) -> None:
        front_door.credit(1_575_000)
        start = front_door.start(front_door.held(), wallet_apply_amount=1_574_950)

        assert start.body["pricing"]["wallet_applied"] == 1_574_900
        note = "The wallet pays a little less, so that the 1.00 INR left can be charged to a card."
        assert start.body["pricing"]["wallet_note"] == note
        assert start.body["amount"] == 100

    @pytest.mark.parametrize(("price", "total"), [(40, 44), (1, 1)])
    @pytest.mark.parametrize(("gateway", "smallest"), [("stripe", 50), ("razorpay", 100)])
    def test_a_total_below_it_is_refused_with_both_numbers(
        self,
        front_door: FrontDoor,
        hotel: CatalogStore,
        store: Store,
        gateway: str,
        smallest: int,
        price: int,
        total: int,
    ) -> None:
        open_inn(hotel, "INR", price)
        front_door.gateways = {gateway: FakeGateway(name=gateway)}
        booking_id = held(front_door)

        reply = nothing_moves(store, lambda: front_door.start(booking_id, gateway=gateway))

        assert (reply.status, reply.code) == (409, "amount_too_small")
        assert (reply.body["amount"], reply.body["smallest"], reply.body["currency"]) == (total, smallest, "INR")
        assert f"0.{total:02} INR is left to pay" in reply.body["detail"]
        front_door.credit(total)
        assert front_door.pay(booking_id, total).status == 200

    def test_a_top_up_below_it_is_refused(self, front_door: FrontDoor) -> None:
        credit(front_door, 10_000, currency="HUF")
        reply = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 17_400}, key="top-up")

        assert (reply.status, reply.code) == (409, "amount_too_small")
        assert (reply.body["amount"], reply.body["smallest"], reply.body["currency"]) == (17_400, 17_500, "HUF")

    @pytest.mark.parametrize(
        ("currency", "name", "amount", "field"),
        [("ISK", "razorpay", 50_000, "gateway"), ("MGA", "stripe", 1_000_050, "amount")],
    )
    def test_a_top_up_that_the_gateway_would_not_charge_is_refused(
        self, front_door: FrontDoor, currency: str, name: str, amount: int, field: str
    ) -> None:
        credit(front_door, 10_000, currency=currency)
        front_door.gateways = {name: FakeGateway(name=name)}
        reply = front_door.call("POST /wallet/topups", {"gateway": name, "amount": amount}, key="top-up")

        assert (reply.status, reply.fields) == (422, {field})

    def test_a_gateway_that_does_not_take_the_currency_is_named(
        self, front_door: FrontDoor, hotel: CatalogStore
    ) -> None:
        open_inn(hotel, "ISK", 20_000)
        front_door.gateways = {name: FakeGateway(name=name) for name in ("stripe", "razorpay")}
        booking_id = held(front_door)

        assert front_door.start(booking_id, gateway="razorpay").fields == {"gateway"}
        assert front_door.start(booking_id, gateway="stripe").status == 200
