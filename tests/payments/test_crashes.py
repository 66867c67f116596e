"""A crash or a lost answer at every call of every flow, and after it only what production does by itself.

Each flow is run once undisturbed, to count the calls that leave the engine: DynamoDB's and the gateway's, each HTTP
request by itself. Then it is run again for each of them, in a new house, with the trouble at that call. At the end there
is one payment at most, no money kept without a room, and every wallet agrees with its ledger. A crash at a read leaves
what a crash before the next write leaves, so the process dies before and after each write.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, cast

import pytest
from moto import mock_aws

from holdfast.catalog_store import CatalogStore
from holdfast.errors import BookingError
from holdfast.logs import metrics
from holdfast.payments import Gateway
from holdfast.razorpay_gateway import RazorpayGateway
from holdfast.store import Store
from holdfast.stripe_gateway import StripeGateway
from holdfast.table import Table, connect
from local.razorpay import LocalRazorpay
from tests.conftest import KOLKATA, MONTHS, TABLE_NAME, FakeClock, table_definition
from tests.payments.books import wrong_in
from tests.payments.conftest import TOWER, OneAtATime
from tests.payments.flows import FLOWS, GIFT, REPEATABLE, Flow, one_booking
from tests.payments.house import House
from tests.payments.tills import KEY_ID, KEY_SECRET, STRIPE_KEY, WEBHOOK_SECRET, RazorpayTill, StripeTill
from tests.payments.wire import Crash, Trouble, Wire, WiredAdapter, WiredClient, WiredGateway

READS = ("GET", "fetch", "batch_get_item", "query")
Build = Callable[[Wire], AbstractContextManager[House]]


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("name", FLOWS)
def test_a_trouble_at_any_call_to_razorpay_or_the_table_loses_no_money(name: str, trouble: Trouble) -> None:
    with mock_aws(), LocalRazorpay(key_id=KEY_ID, key_secret=KEY_SECRET) as razorpay:
        razorpay.play("webhooks", hold=True)
        _at_every_call(name, trouble, lambda wire: _razorpay_house(razorpay, wire))


@pytest.mark.localstripe
@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("name", ["finalize", "late money, no room", "cancel for half", "top-up", "top-up closed"])
def test_a_trouble_at_any_call_to_stripe_or_the_table_loses_no_money(
    name: str, trouble: Trouble, localstripe: str
) -> None:
    with mock_aws():
        gateway = StripeGateway(STRIPE_KEY, (WEBHOOK_SECRET,), localstripe)
        _at_every_call(name, trouble, lambda wire: _stripe_house(localstripe, gateway, wire))


def _at_every_call(name: str, trouble: Trouble, build: Build) -> None:
    clean = Wire()
    assert _run(name, clean, build) == []
    places = [at for at, call in enumerate(clean.calls) if trouble is Trouble.ANSWER_LOST or not call.startswith(READS)]
    assert places
    for at in places:
        wire = Wire(trouble, at)
        told = _run(name, wire, build)
        assert told == [], f"{trouble} at call {at}, {clean.calls[at]}, of {clean.calls}; they were {wire.calls}"


def _run(name: str, wire: Wire, build: Build) -> list[str]:
    """Prepares, acts with the trouble, comes to rest, and says what is wrong then."""
    flow = FLOWS[name]
    with build(Wire()) as house:
        house.give(GIFT)
        act = flow.prepare(house)
        _rewire(house, wire)
        try:
            act(house)
        except (Crash, BookingError):
            _rewire(house, Wire())
            if name in REPEATABLE:
                with suppress(BookingError):
                    act(house)
        _rewire(house, Wire())
        house.come_to_rest()
        return [*wrong_in(house), *_unexpected(flow, house)]


def _unexpected(flow: Flow, house: House) -> Iterator[str]:
    """A flow whose guest gives up half way may end either way; any other has one right end."""
    if flow.status is not None:
        booking = one_booking(house)
        if booking.status is not flow.status:
            yield f"the booking is {booking.status}"
        if house.balance() != GIFT - flow.spent:
            yield f"the wallet holds {house.balance()}"
    elif flow.spent and house.balance() != GIFT - flow.spent:
        yield f"the wallet holds {house.balance()}"


def _rewire(house: House, wire: Wire) -> None:
    """The same house, as a new process sees it, over this wire."""
    table = house.store.table
    client: Any = table.client
    inner = client._client if isinstance(client, WiredClient) else client
    house.store = Store(Table(cast("Any", WiredClient(inner, wire)), table.name, sleep=lambda _: None), due_shards=1)
    for name, gateway in house.gateways.items():
        if isinstance(gateway, RazorpayGateway):
            gateway._session.close()
            gateway._session.mount("http://", WiredAdapter(wire))
        else:
            wired: Any = gateway
            house.gateways[name] = cast("Gateway", WiredGateway(getattr(wired, "_gateway", wired), wire))


def _new_store() -> Store:
    client = connect()
    with suppress(client.exceptions.ResourceNotFoundException):
        client.delete_table(TableName=TABLE_NAME)
    client.create_table(**table_definition(TABLE_NAME))
    store = Store(Table(cast("Any", OneAtATime(client)), TABLE_NAME), due_shards=1)
    catalog = CatalogStore(store.table)
    assert catalog.add_property(KOLKATA)
    assert catalog.add_room_type(KOLKATA, TOWER, MONTHS[1:2])
    metrics.clear_metrics()
    return store


@contextmanager
def _razorpay_house(razorpay: LocalRazorpay, wire: Wire) -> Iterator[House]:
    """A new table, and an account at Razorpay with nothing in it."""
    for kept in (razorpay.account.orders, razorpay.account.payments, razorpay.account.refunds):
        kept.clear()
    razorpay.postman.events.clear()
    gateway = RazorpayGateway(KEY_ID, KEY_SECRET, (WEBHOOK_SECRET,), razorpay.url)
    house = House(_new_store(), FakeClock(), RazorpayTill(razorpay), {"razorpay": gateway})
    _rewire(house, wire)
    yield house
    gateway._session.close()


@contextmanager
def _stripe_house(url: str, gateway: StripeGateway, wire: Wire) -> Iterator[House]:
    house = House(_new_store(), FakeClock(), StripeTill(url), {"stripe": gateway})
    _rewire(house, wire)
    yield house
