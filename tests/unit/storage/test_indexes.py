"""What the catalog and the index of due bookings return."""

from datetime import datetime, timedelta

import msgspec
import pytest

from holdfast.model.dates import millis
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.builders import (
    BOB,
    DEADLINE,
    JUST_BEFORE,
    a_hold,
    a_promo,
    context_of,
    everything,
    put_hold,
)
from tests.unit.storage.store_writes import confirmed

pytestmark = pytest.mark.usefixtures("hotel")


class TestCatalog:
    def test_a_promo_that_exists_is_not_added_again(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        assert hotel.add_promo(a_promo())
        before = everything(store)

        assert not hotel.add_promo(a_promo(percent_bp=1))

        assert everything(store) == before


class TestDueIndex:
    def due(self, store: Store, now: datetime) -> list[str]:
        return [
            row.booking_id for kind in ("HOLD", "PAYMENT") for s in store.shards(kind) for row in store.due(s, now)[0]
        ]

    def test_a_hold_is_due_from_its_deadline_and_not_before(self, store: Store) -> None:
        put_hold(store, a_hold())

        assert self.due(store, JUST_BEFORE) == []
        assert self.due(store, DEADLINE) == ["bk_1"]

    def test_a_booking_is_in_the_index_only_while_something_is_due(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        paid = store.commit(held, confirmed(held), now=JUST_BEFORE, context=context_of(store, held))
        late = DEADLINE + timedelta(days=1)
        assert self.due(store, late) == []

        capture = GatewayTask(
            action=TaskAction.CAPTURE,
            gateway="stripe",
            order_id="pi_1",
            amount=1_575_000,
            at_ms=millis(DEADLINE),
            serial=2,
        )
        owing = store.commit(paid, msgspec.structs.replace(paid, tasks=(capture,)), now=JUST_BEFORE)
        assert self.due(store, JUST_BEFORE) == []
        assert self.due(store, DEADLINE) == ["bk_1"]

        store.commit(owing, msgspec.structs.replace(owing, tasks=()), now=DEADLINE)
        assert self.due(store, late) == []

    def test_a_reclaim_asks_one_shard_for_its_room_type(self, store: Store) -> None:
        put_hold(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB, room_type_id="suite"))

        assert [row.booking_id for rows in store.due_holds("deluxe", DEADLINE) for row in rows] == ["bk_1"]
        assert [row.booking_id for rows in store.due_holds("suite", DEADLINE) for row in rows] == ["bk_2"]

    def test_room_types_that_share_a_shard_are_distinguished(self, table: Table) -> None:
        one_shard = Store(table, due_shards=1)
        put_hold(one_shard, a_hold())
        put_hold(one_shard, a_hold("bk_2", BOB, room_type_id="suite"))

        assert [row.booking_id for rows in one_shard.due_holds("suite", DEADLINE) for row in rows] == ["bk_2"]
