"""What a room type is sold as: its public hotel, or what the draft of one not approved yet would make."""

import pytest
from msgspec import structs

from holdfast.engine import Engine
from holdfast.errors import NotFound
from holdfast.model.draft import PropertyContent, PropertyDraft
from holdfast.model.property import PolicyStep, Property
from holdfast.properties.provisional import sold_as
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import draft_item
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.hotel import DELUXE, KOLKATA

PLANNED = structs.replace(DELUXE, property_id="planned")


def draft(property_id: str, **content: object) -> PropertyDraft:
    said = PropertyContent(**{"name": "Planned", "city": "Goa"} | content)  # type: ignore[arg-type]
    return PropertyDraft(property_id=property_id, owner_id="olga", content=said, changed_at_ms=0)


@pytest.fixture
def engine(hotel: CatalogStore, store: Store, clock: FakeClock) -> Engine:
    for stored in (draft("planned"), draft(KOLKATA.property_id, timezone="Europe/Rome")):
        store.table.put(put_action(store.table.name, draft_item(stored)))
    return Engine(store, {}, clock)


def test_a_public_hotel_is_as_it_was_approved_whatever_its_draft_says(engine: Engine) -> None:
    sold = sold_as(DELUXE, engine=engine)

    assert structs.replace(sold, version=0) == KOLKATA


def test_a_draft_that_says_nothing_has_the_defaults_and_is_not_live(engine: Engine) -> None:
    provisional = Property(
        property_id="planned", name="Planned", city="Goa", timezone="UTC", currency="INR", live=False
    )

    assert sold_as(PLANNED, engine=engine) == provisional


def test_a_draft_has_what_its_owner_said(engine: Engine, store: Store) -> None:
    steps = (PolicyStep(3, 70),)
    said = draft(
        "planned", country="IT", timezone="Europe/Rome", currency="EUR", cancellation_policy=steps, day_ends=360
    )
    store.table.put(put_action(store.table.name, draft_item(said)))

    sold = sold_as(PLANNED, engine=engine)

    assert (sold.country, sold.timezone, sold.currency) == ("IT", "Europe/Rome", "EUR")
    assert (sold.cancellation_policy, sold.day_ends, sold.live) == (steps, 360, False)


def test_a_room_type_of_no_hotel_is_missing(engine: Engine) -> None:
    with pytest.raises(NotFound):
        sold_as(structs.replace(DELUXE, property_id="nowhere"), engine=engine)
