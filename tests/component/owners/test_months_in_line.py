"""A new number of rooms reaches the open nights of a room type, and no others."""

from holdfast.model.rates import MonthOnSale, with_rooms
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import rates_key
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.clock import FakeClock
from tests.kit.hotel import change_rates

FIVE_DAYS = 5 * 86_400


def month(store: Store, room_type_id: str, name: str) -> MonthOnSale:
    return CatalogStore(store.table).months([room_type_id], [name])[room_type_id, name]


def test_a_month_that_says_no_default_follows_the_room_type(applicant: Applicant, store: Store) -> None:
    room_type_id = applicant.live()
    [rates] = store.table.get([rates_key(room_type_id, "2026-12")]).values()
    del rates["default_rooms"]
    store.table.put(put_action(store.table.name, rates))

    assert applicant.change_room_type(room_type_id, total_rooms=3).status == 200

    after = month(store, room_type_id, "2026-12")
    assert {*after.page.on_sale.values(), *after.page.free.values()} == {3}
    assert (after.rates.default_rooms, after.rates.rooms) == (3, {})


def test_a_night_that_is_over_stays_with_what_is_held_of_it(
    applicant: Applicant, store: Store, clock: FakeClock
) -> None:
    room_type_id = applicant.live()
    held = applicant.hold(room_type_id, check_in="2026-11-24", check_out="2026-11-25", rooms=4, guests=4)
    assert held.status == 201
    clock.advance(FIVE_DAYS)

    assert applicant.change_room_type(room_type_id, total_rooms=3).status == 200

    page, rates = month(store, room_type_id, "2026-11")
    assert [page.on_sale[day] for day in (24, 26, 27, 30)] == [4, 4, 3, 3]
    assert (rates.default_rooms, rates.rooms[24], 27 in rates.rooms) == (3, 4, False)
    assert page.free[24] == 0


def test_a_page_and_rates_of_two_revisions_move_nothing(hotel: CatalogStore, store: Store) -> None:
    """The rooms of the one and the numbers of the other were never the month's at the same time."""
    old = month(store, "deluxe", "2026-12")
    change_rates(store.table, default_price=600_000)
    now = month(store, "deluxe", "2026-12")
    torn = MonthOnSale(old.page, now.rates)
    wanted = MonthOnSale(with_rooms(torn.page, {10: 3}), torn.rates)

    assert not hotel.change_months([(torn, wanted)])

    assert month(store, "deluxe", "2026-12") == now
