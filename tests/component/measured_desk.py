"""A guest's calls with their round trips and write units, at a room type with one price or with all that rates have."""

from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from holdfast.bookings.requests import PartyEntry, PricingQuery, ReserveRequest
from holdfast.bookings.reserve import reserve
from holdfast.engine import Engine
from holdfast.model.booking import Booking
from holdfast.model.property import ChildBand, Occupancy, PolicyStep, Property, RatePlan, RoomType
from holdfast.model.rates import NightRules
from holdfast.payments.finalize import finalize
from holdfast.payments.quotes import price
from holdfast.payments.requests import FinalizeRequest, PaymentRequest
from holdfast.payments.start import start_payment
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from holdfast.storage.store import Store
from tests.kit.builders import clock_at
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ADMIN, ALICE
from tests.kit.hotel import KOLKATA

ROOM_TYPE = "lake-view-deluxe"
PROPERTY: Property = KOLKATA
DELUXE = RoomType(
    room_type_id=ROOM_TYPE,
    property_id="lake-view",
    name="Deluxe",
    base_price=849_900,
    discounted_price=749_900,
    total_rooms=40,
    max_guests=3,
)
RULES = NightRules(min_stay_arrival=1, min_stay_through=1, max_stay=30)
WITH_EVERYTHING = msgspec.structs.replace(
    DELUXE,
    max_guests=4,
    plans=tuple(
        RatePlan(
            plan_id=f"half-board-{n}",
            name=f"Half board {n}",
            percent_bp=-333 * n,
            amount=100,
            meal=120_000,
            cancellation_policy=(PolicyStep(14, 100), PolicyStep(7, 50)),
            min_stay=1,
            max_stay=30,
            book_from_days=540,
            book_until_days=0,
        )
        for n in range(6)
    ),
    occupancy=Occupancy(
        base_adults=2,
        max_adults=3,
        max_children=2,
        max_guests=4,
        extra_adult=150_000,
        single_discount=50_000,
        child_bands=(ChildBand(2, 0), ChildBand(5, 40_000), ChildBand(12, 90_000)),
    ),
)
FAMILY = PartyEntry(adults=2, children=(4, 11))
FIRST = date(2026, 12, 1)


class Measured(NamedTuple):
    operation: str
    nights: int
    round_trips: int
    units: int
    largest: int  # bytes of the largest item written

    def __str__(self) -> str:
        return f"{self.operation:<22}{self.nights:>7}{self.round_trips:>13}{self.units:>13}{self.largest:>16}"


class Desk:
    """Does one thing at a time, and measures it."""

    def __init__(self, store: Store, recorder: DynamoDBRecorder, figures: list[Measured], room_type: RoomType) -> None:
        self.store, self.recorder, self.figures, self.room_type = store, recorder, figures, room_type
        self.gateway = FakeGateway()

    def measured(self, operation: str, nights: int) -> Measured:
        sizes = [write.size for write in self.recorder.written]
        kind = f"{operation}{' *' if self.room_type.plans else ''}"
        found = Measured(kind, nights, len(self.recorder.requests), self.recorder.units, max(sizes, default=0))
        self.figures.append(found)
        return found

    def hold(
        self, nights: int, first: date = FIRST, key: str = "b7f6c2d0-5f0e-4a53-9f5b-0d9a2f6f6a10", rooms: int = 2
    ) -> Booking:
        plans = self.room_type.plans
        request = ReserveRequest(
            room_type_id=ROOM_TYPE,
            check_in=first,
            check_out=first + timedelta(days=nights),
            rooms=rooms,
            plan_id=plans[-1].plan_id if plans else None,
            occupancy=(FAMILY,) * rooms if plans else None,
            guests=None if plans else rooms * 2,
        )
        self.recorder.clear()
        booking, created = reserve(
            request, user_id=ALICE, key=key, hold_seconds=600, engine=Engine(self.store, {}, FakeClock())
        )
        assert created
        return booking

    def credit(self, amount: int) -> None:
        credit(
            ALICE,
            CreditRequest(amount=amount, reason="Goodwill"),
            key="ticket-4711",
            admin_id=ADMIN,
            engine=Engine(self.store, {}, FakeClock()),
        )

    def start(self, booking: Booking, wallet: int = 0) -> str:
        opened = start_payment(
            booking.booking_id,
            PaymentRequest(gateway="stripe", wallet_apply_amount=wallet),
            user_id=ALICE,
            engine=Engine(self.store, {"stripe": self.gateway}, clock_at(60)),
        )
        return self.gateway.authorise(opened.order.order_id if opened.order else "")

    def finalize(self, booking: Booking, **request: Any) -> None:
        self.recorder.clear()
        finalize(
            booking.booking_id,
            FinalizeRequest(**request),
            user_id=ALICE,
            engine=Engine(self.store, {"stripe": self.gateway}, clock_at(120)),
        )

    def total(self, booking: Booking) -> int:
        query = PricingQuery()
        return price(booking.booking_id, query, user_id=ALICE, engine=Engine(self.store, {}, FakeClock())).total_payable
