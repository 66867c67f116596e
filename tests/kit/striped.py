"""Months with stripes: what an operator's call makes of a test's hotel, and how many rooms are free on which."""

from holdfast.engine import Engine
from holdfast.properties.stripes import set_stripes
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock

COUNTS = (1, 2, 32)  # of stripes, that readers and writers are tested with


def striped(store: Store, count: int, room_type_id: str = "deluxe") -> None:
    """December gets so many, January as many or, of the most, what is left: of 64, each other month has one."""
    for month, stripes in (("2026-12", count), ("2027-01", min(count, 14))):
        set_stripes(room_type_id, [month], stripes, engine=Engine(store, {}, FakeClock()))


def free_by_stripe(store: Store, day: int, month: str = "2026-12", room_type_id: str = "deluxe") -> list[int]:
    page = CatalogStore(store.table).months([room_type_id], [month])[room_type_id, month].page
    return [stripe.free[day] for stripe in page.stripes]
