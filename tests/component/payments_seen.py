"""What the payment tests look at, and the use cases themselves."""

from collections.abc import Callable
from typing import Any

from holdfast.engine import Engine
from holdfast.model.booking import Booking
from holdfast.model.stored_names import STORED_NAMES
from holdfast.payments.requests import PaymentRequest
from holdfast.payments.start import StartedPayment, start_payment
from holdfast.storage.items import PAYMENTS_DUE
from holdfast.storage.store import Store
from tests.kit.builders import clock_at, everything
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ALICE, Reply


def nothing_moves(store: Store, call: Callable[[], Reply]) -> Reply:
    """Nothing but the counts of promo codes that did not apply, and of what a gateway was asked in vain."""
    before = but_counts(store)
    reply = call()
    assert but_counts(store) == before
    return reply


def but_counts(store: Store) -> list[dict[str, Any]]:
    counts = {STORED_NAMES["Account"][name] for name in ("promo_attempts", "promo_attempts_since_ms")}
    counts |= {"gateway_reads", "gateway_reads_since_ms"}
    return [{name: item[name] for name in item if name not in counts} for item in everything(store)]


def due_now(store: Store) -> list[str]:
    """The bookings that the `due` index has for the gateways, at a time when all of it is due."""
    late = clock_at(10**7)()
    return [row.booking_id for shard in store.shards(PAYMENTS_DUE) for row in store.due(shard, late)[0]]


def stored(store: Store, booking_id: str) -> Booking:
    [booking] = store.bookings([booking_id])
    return booking


def start(booking_id: str, store: Store, gateway: FakeGateway, user_id: str = ALICE, **choice: Any) -> StartedPayment:
    return start_payment(
        booking_id,
        PaymentRequest(gateway="stripe", **choice),
        user_id=user_id,
        engine=Engine(store, {"stripe": gateway}, FakeClock()),
    )
