"""A month gets more stripes while selling goes on."""

import pytest
from msgspec import structs

from holdfast.engine import Engine
from holdfast.errors import InvalidFields, NotFound, SoldOut
from holdfast.model.rates import MonthOnSale
from holdfast.model.stripes import MOST_STRIPES
from holdfast.properties.opening import bring_in_line
from holdfast.properties.stripes import set_stripes
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.stripes import StripeStore
from tests.component.striped_holds import held
from tests.kit.auditing import broken_in
from tests.kit.builders import free
from tests.kit.clock import NOW, FakeClock
from tests.kit.guests import abandoned_rooms
from tests.kit.hotel import DELUXE, MONTHS, change_rates
from tests.kit.striped import free_by_stripe, striped

pytestmark = pytest.mark.usefixtures("hotel")


class TestMemory:
    """A store remembers how many stripes a month has; more may have been added since."""

    @pytest.mark.parametrize("after", [2, 32])
    def test_rooms_that_have_moved_to_new_stripes_are_found(self, store: Store, after: int) -> None:
        other = Store(store.table)
        held(other, "first")
        striped(store, after)

        held(other, "family", rooms=4)

        with pytest.raises(SoldOut):
            held(other, "late")
        assert broken_in(store, NOW) == []

    def test_a_hold_of_before_goes_back_to_the_first_stripe(self, store: Store) -> None:
        booking = held(store, "first", rooms=3)
        striped(store, 2)
        assert sorted(free_by_stripe(store, 10)) == [1, 1]

        abandoned_rooms(store, booking, clock=FakeClock())

        assert free_by_stripe(store, 10) == [4, 1]
        striped(store, 2)  # again: spreads the rooms anew
        assert sorted(free_by_stripe(store, 10)) == [2, 3]
        assert broken_in(store, NOW) == []


class TestMoreStripes:
    def test_every_stripe_gets_its_share(self, store: Store) -> None:
        striped(store, 2)
        striped(store, 4)

        assert sorted(free_by_stripe(store, 10)) == [1, 1, 1, 2]
        assert free(store)[10] == 5
        assert broken_in(store, NOW) == []

    @pytest.mark.parametrize(
        ("months", "stripes", "says"),
        [
            (["2026-12"], 1, "2026-12 has 2; there can only be more"),
            (["2026-12"], 0, "must be from 1 to 64"),
            (["2026-12", "2027-01"], 32, "the 20 months on sale have at most 64 together; these would be 82"),
            (["2026-12"], 45, "these would be 65"),
            (["2031-12"], 2, "2031-12 is not open"),
        ],
    )
    def test_what_cannot_be_is_refused(self, store: Store, months: list[str], stripes: int, says: str) -> None:
        striped(store, 2)

        with pytest.raises(InvalidFields, match=says):
            set_stripes("deluxe", months, stripes, engine=Engine(store, {}, FakeClock()))

        assert broken_in(store, NOW) == []

    def test_a_room_type_that_is_not_there_has_none(self, store: Store) -> None:
        with pytest.raises(NotFound):
            set_stripes("attic", ["2026-12"], 2, engine=Engine(store, {}, FakeClock()))


def test_a_room_type_with_the_most_stripes_is_opened_and_changed(store: Store) -> None:
    """Three of its months are open now; the daily job opens the others, and an owner's change writes all."""
    engine = Engine(store, {}, FakeClock())
    striped(store, 32)  # and fourteen: with one for each other month, as many as there may be

    assert bring_in_line(DELUXE, engine=engine) == 17

    catalog = CatalogStore(store.table)
    found = catalog.months(["deluxe"], MONTHS)
    assert sum(of.rates.stripes for of in found.values()) == MOST_STRIPES
    sold = catalog.sold_room_type("lake-view", "deluxe")
    assert sold
    changes = [(of, of._replace(rates=structs.replace(of.rates, max_guests=2))) for of in found.values()]
    assert catalog.change_months(changes, catalog.unchanged(*sold))
    assert broken_in(store, NOW) == []


def test_of_two_who_add_stripes_to_two_months_the_second_reads_again(store: Store) -> None:
    """Each sees as many as there may be: together they would go past the most."""
    catalog = StripeStore(store.table)
    december, january = (catalog.months(["deluxe"], [month])["deluxe", month] for month in ("2026-12", "2027-01"))

    assert catalog.add_stripes(december, 40, {"2027-01": 1, "2027-05": 1})
    assert not catalog.add_stripes(january, 40, {"2026-12": 1, "2027-05": 1})

    assert broken_in(store, NOW) == []


def test_an_owners_change_loses_to_stripes_that_were_added_since_it_was_read(store: Store) -> None:
    """It would put the rates of one stripe in the place of those that name two."""
    catalog = CatalogStore(store.table)
    read = catalog.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]
    striped(store, 2)

    assert not catalog.change_months([(read, read)])

    assert broken_in(store, NOW) == []


def test_an_owners_change_loses_to_rooms_that_have_moved_since_it_was_read(store: Store) -> None:
    striped(store, 2)
    catalog = CatalogStore(store.table)
    read = catalog.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]
    held(store, "family", rooms=3)
    striped(store, 2)  # spreads what is left

    assert not catalog.change_months([(read, read)])

    assert broken_in(store, NOW) == []


def test_stripes_that_are_added_while_an_owner_changes_the_month_have_its_revision(store: Store) -> None:
    """A batch read is no snapshot: it may have the page from before the change and the rates from after it."""
    catalog = StripeStore(store.table)
    old = catalog.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]
    change_rates(store.table, default_price=600_000)
    now = catalog.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]

    assert catalog.add_stripes(MonthOnSale(old.page, now.rates), 4, {})

    assert broken_in(store, NOW) == []
