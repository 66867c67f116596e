"""What a search with dates reads and how long it takes, beside the way of before, which read hotel by hotel.

Usage: uv run python -m bench.search [rounds [milliseconds]]

Cities of 12, 200 and 500 hotels with three room types each, asked for three nights in two months, on DynamoDB Local. A
page has 24 hotels on both sides. In each round the two take turns, so that other work on the machine meets both; times
are medians. So many milliseconds (none) are added to each call, as a network would: a region's own answers take a few.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.session  # noqa: TID251 - sets the tables up, as no engine code would
from msgspec import structs

from holdfast.engine import Engine
from holdfast.model.listing import listing_of
from holdfast.model.stay import Stay
from holdfast.properties.offers import Candidate, Offer
from holdfast.properties.requests import SearchQuery
from holdfast.properties.search import search
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.clock import NOW
from tests.kit.market import ACROSS, ReadCounter, market
from tests.kit.template import table_definition
from tests.store.dynamodbs import start

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOTELS = (12, 200, 500)
PAGE = 24
ROUNDS = 15
WRITES = 25  # items in one BatchWriteItem, by DynamoDB's limits
QUERY = SearchQuery.model_validate({"city": "Goa", **ACROSS})


class Measured(NamedTuple):
    calls: int
    units: float
    milliseconds: float


def listed(engine: Engine) -> object:
    return search(QUERY, engine=engine)


def hotel_by_hotel(engine: Engine) -> object:
    """As the code of before read: for each hotel of the page the hotel, its room types, their pages and rates."""
    property_ids, _ = engine.catalog.property_ids()
    return [offer for property_id in property_ids[:PAGE] for offer in _offers(property_id, engine)]


def _offers(property_id: str, engine: Engine) -> Iterator[Offer]:
    known = engine.catalog.property(property_id)
    assert known
    assert QUERY.check_in
    assert QUERY.check_out
    stay = Stay(room_type_id="", check_in=QUERY.check_in, check_out=QUERY.check_out, rooms=1, guests=1)
    rooms = listing_of(*known).rooms
    months = engine.catalog.months([room.room_type_id for room in rooms], stay.months)
    for room in rooms:
        own = {month: months[room.room_type_id, month] for month in stay.months}
        sold = structs.replace(stay, room_type_id=room.room_type_id)
        yield Candidate(room, sold, own, NOW.date()).offer(in_full=True)


def measured(way: Callable[[Engine], object], client: Any, table: str, seconds: float) -> Measured:
    counter: Any = ReadCounter(client, seconds)
    engine = Engine(Store(Table(counter, table)), {}, lambda: NOW)
    started = time.perf_counter()
    way(engine)
    return Measured(len(counter.calls), counter.units, (time.perf_counter() - started) * 1000)


def patient_client(endpoint: str) -> "DynamoDBClient":
    """With the SDK's own timeouts: an emulator's first answers take longer than the engine waits."""
    client: DynamoDBClient = botocore.session.get_session().create_client(  # type: ignore[assignment]
        "dynamodb", endpoint_url=endpoint
    )
    return client


def load(client: "DynamoDBClient", table: str, hotels: int) -> None:
    client.create_table(**table_definition(table))
    items: list[Any] = [{"PutRequest": {"Item": item}} for item in market(hotels)]
    for first in range(0, len(items), WRITES):
        client.batch_write_item(RequestItems={table: items[first : first + WRITES]})


def compare(client: Any, table: str, rounds: int, seconds: float) -> tuple[Measured, Measured]:
    turns = [(measured(listed, client, table, seconds), measured(hotel_by_hotel, client, table, seconds))]
    turns += [tuple(measured(way, client, table, seconds) for way in WAYS) for _ in range(rounds)]  # type: ignore[misc]
    ours, before = ([turn[side] for turn in turns[1:]] for side in (0, 1))  # the first one is for the caches
    return tuple(  # type: ignore[return-value]
        side[0]._replace(milliseconds=statistics.median(one.milliseconds for one in side)) for side in (ours, before)
    )


WAYS = (listed, hotel_by_hotel)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seconds = float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0
    print(f"{'':8}{'listings':^26}{'hotel by hotel':^26}{'ratio':^14}".rstrip())
    print(f"{'hotels':8}{'calls':>6}{'units':>9}{'ms':>9}  {'calls':>6}{'units':>9}{'ms':>9}  {'calls':>6}{'ms':>7}")
    for emulator in start("dynamodb_local"):
        for hotels in HOTELS:
            table = f"city-of-{hotels}"
            load(patient_client(emulator.endpoint), table, hotels)
            ours, before = compare(emulator.clients[0], table, rounds, seconds)
            sides = "  ".join(f"{one.calls:6}{one.units:9.1f}{one.milliseconds:9.1f}" for one in (ours, before))
            ratio = f"{ours.calls / before.calls:6.2f}{ours.milliseconds / before.milliseconds:7.2f}"
            print(f"{hotels:<8}{sides}  {ratio}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
