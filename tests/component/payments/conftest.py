"""A small hotel on the strict stand-in for DynamoDB, and the local gateways over real HTTP."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from holdfast.model.rates import open_month
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import page_item, rates_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from local.gateways.razorpay import LocalRazorpay
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import (
    KEY_ID,
    KEY_SECRET,
    OLD_WEBHOOK_SECRET,
    STRIPE_KEY,
    WEBHOOK_SECRET,
    RazorpayDriver,
    StripeDriver,
)
from tests.kit.hotel import DELUXE, KOLKATA, add_property, add_room_type
from tests.kit.localstripe import running
from tests.kit.payment_scenario import PaymentScenario, table_over
from tests.kit.stand_in import stand_in
from tests.simulation.dynamodb import StandIn

ON_SALE = {"2026-11": range(22, 26), "2026-12": range(30, 32), "2027-01": range(4, 6)}
TOWER = msgspec.structs.replace(DELUXE, room_type_id="tower", name="Tower", total_rooms=1)


class OneAtATime:
    """A client whose calls never overlap: the stand-in knows no threads, so these take turns here."""

    def __init__(self, client: StandIn) -> None:
        self._client = client
        self._turn = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def taking_turns(**arguments: Any) -> Any:
            with self._turn:
                return call(**arguments)

        return taking_turns


@pytest.fixture
def table() -> Table:
    return table_over(OneAtATime(stand_in()))


@pytest.fixture
def store(table: Table) -> Store:
    """Five Deluxe rooms and one Tower, on sale on the nights that the tests book. Write ids as in production: threads
    share them."""
    catalog = CatalogStore(table)
    add_property(catalog, KOLKATA)
    for room_type in (DELUXE, TOWER):
        add_room_type(catalog, room_type, [])
        for month, days in ON_SALE.items():
            rooms = dict.fromkeys(days, room_type.total_rooms)
            page, rates = open_month(KOLKATA, room_type, month)
            page = msgspec.structs.replace(page, on_sale=rooms, free=dict(rooms))
            table.put(put_action(table.name, page_item(page)))
            table.put(put_action(table.name, rates_item(rates)))
    return Store(table)


@pytest.fixture
def razorpay() -> Iterator[LocalRazorpay]:
    """Keeps its webhooks to itself: the tests deliver them."""
    with LocalRazorpay(key_id=KEY_ID, key_secret=KEY_SECRET) as running_razorpay:
        running_razorpay.play("webhooks", hold=True)
        yield running_razorpay


@pytest.fixture
def razorpay_gateway(razorpay: LocalRazorpay) -> Iterator[RazorpayGateway]:
    gateway = RazorpayGateway(KEY_ID, KEY_SECRET, (WEBHOOK_SECRET, OLD_WEBHOOK_SECRET), razorpay.url)
    yield gateway
    gateway._session.close()


@pytest.fixture
def scenario(
    store: Store, clock: FakeClock, razorpay: LocalRazorpay, razorpay_gateway: RazorpayGateway
) -> PaymentScenario:
    """The hotel with Razorpay."""
    return PaymentScenario(store, clock, RazorpayDriver(razorpay), {"razorpay": razorpay_gateway})


@pytest.fixture
def driver(scenario: PaymentScenario) -> RazorpayDriver:
    assert isinstance(scenario.driver, RazorpayDriver)
    return scenario.driver


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    """The address of localstripe; it is started for the first test that wants it."""
    with running() as url:
        yield url


@pytest.fixture
def stripe_gateway(localstripe: str) -> StripeGateway:
    return StripeGateway(STRIPE_KEY, (WEBHOOK_SECRET, OLD_WEBHOOK_SECRET), localstripe)


@pytest.fixture
def stripe_scenario(store: Store, clock: FakeClock, localstripe: str, stripe_gateway: StripeGateway) -> PaymentScenario:
    """The hotel with Stripe."""
    return PaymentScenario(store, clock, StripeDriver(localstripe), {"stripe": stripe_gateway}, run=uuid4().hex)
