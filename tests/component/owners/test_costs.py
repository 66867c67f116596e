"""What a change of the calendar costs: round trips at the SDK's hook, write units by AWS's rules, limits of DynamoDB.

`pytest -s tests/component/owners/test_costs.py` prints the measured figures.
"""

from typing import Any

import pytest
from msgspec import structs

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.component.hotel_with_plans import OCCUPANCY, PLANS
from tests.component.owners.hotelier import Hotelier, nights, own_hotel
from tests.kit.capacity import item_size
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import OWNER, FrontDoor
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS, add_room_type, months_for

FIRST, LAST = "2026-11-22", "2028-05-22"  # eighteen months, which reach into nineteen
EVERYTHING: dict[str, Any] = {
    "price": 1_234_567,
    "rooms_on_sale": 4,
    "closed": True,
    "min_stay_arrival": 12,
    "min_stay_through": 11,
    "max_stay": 29,
    "closed_to_arrival": True,
    "closed_to_departure": True,
}
MOST_EXPRESSION_BYTES, MOST_OPERATORS = 4 * 1024, 300  # of one expression
MOST_ITEM_BYTES = 400 * 1024
MOST_ACTIONS = 100  # of one transaction


@pytest.fixture
def hotelier(front_door: FrontDoor, hotel: CatalogStore, store: Store, table: Table) -> Hotelier:
    """With a room type of six plans, open as far ahead as there is."""
    own_hotel(store)
    plans = tuple(structs.replace(plan, plan_id=f"plan-{n}") for n, plan in enumerate((*PLANS, *PLANS)))
    room = structs.replace(DELUXE, room_type_id="type-0", plans=plans, occupancy=OCCUPANCY)
    add_room_type(hotel, room, months_for(KOLKATA, room, MONTHS))
    return Hotelier(front_door, store, OWNER)


def figures(what: str, recorder: DynamoDBRecorder) -> None:
    largest = max((write.size for write in recorder.written), default=0)
    says = (
        f"{what:<44}{len(recorder.requests):>4} round trips{recorder.units:>6} write units{largest:>8} B largest item"
    )
    print("\n" + says)  # noqa: T201 - asked for with -s


def within_dynamodbs_limits(recorder: DynamoDBRecorder) -> bool:
    """An expression has at most 4 KB and 300 operators, an item 400 KB, a transaction 100 actions."""
    sent = recorder.requests[-1].body["TransactItems"]
    texts = [
        next(iter(action.values())).get(name, "")
        for action in sent
        for name in ("UpdateExpression", "ConditionExpression")
    ]
    signs = ("=", " + ", " - ", " AND ", " OR ", "(", ",")
    operators = [sum(text.count(sign) for sign in signs) for text in texts]
    return (
        len(sent) <= MOST_ACTIONS
        and max(len(text.encode()) for text in texts) < MOST_EXPRESSION_BYTES
        and max(operators) < MOST_OPERATORS
        and max(item_size(write.new) for write in recorder.written if write.new) < MOST_ITEM_BYTES
    )


@pytest.mark.parametrize(
    ("what", "first", "last", "sent", "units"),
    [
        ("a price, one month", "2026-12-01", "2026-12-31", {"price": 500_001}, 8),
        ("everything, one month", "2026-12-01", "2026-12-31", EVERYTHING, 24),
        ("a price, eighteen months", FIRST, LAST, {"price": 500_001}, 110),
        ("everything, eighteen months", FIRST, LAST, EVERYTHING, 416),
    ],
)
def test_a_change_takes_three_round_trips_however_long_it_is(
    hotelier: Hotelier, recorder: DynamoDBRecorder, what: str, first: str, last: str, sent: dict[str, Any], units: int
) -> None:
    reply = hotelier.change(nights(first, last, **sent), room_type_id="type-0")
    figures(what, recorder)

    assert reply.status == 200, reply.body
    assert recorder.operations == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert recorder.units <= units
    assert within_dynamodbs_limits(recorder)


def test_fewer_rooms_on_every_night_of_a_month_stay_within_them(hotelier: Hotelier, recorder: DynamoDBRecorder) -> None:
    """The longest condition: each night has as many free as would go."""
    hotelier.change(nights("2026-12-01", "2026-12-31", rooms_on_sale=1), room_type_id="type-0")
    condition = recorder.requests[-1].body["TransactItems"][0]["Update"]["ConditionExpression"]

    assert condition.count(">=") == 31
    assert len(condition.encode()) < MOST_EXPRESSION_BYTES


def test_a_block_over_eighteen_months_is_one_transaction(hotelier: Hotelier, recorder: DynamoDBRecorder) -> None:
    block = {"first_night": FIRST, "last_night": LAST, "rooms": 1, "reason": "Carpets", "source": "maintenance"}
    reply = hotelier.call("POST /room-types/{room_type_id}/blocks", block, key="carpets", room_type_id="type-0")
    figures("a block, eighteen months", recorder)

    assert reply.status == 201
    assert recorder.writes == ["TransactWriteItems"]
    assert len(recorder.requests[-1].body["TransactItems"]) == 1 + 19
