"""Prices are numbers in a currency: it stays, once there are prices, and is answered beside what the draft says."""

import pytest
from msgspec import structs

from holdfast.storage.marshal import put_action
from holdfast.storage.properties import PropertyStore
from holdfast.storage.property_items import draft_item
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.builders import everything


@pytest.mark.parametrize("currency", ["JPY", None])
def test_a_hotel_with_room_types_keeps_its_currency(currency: str | None, applicant: Applicant, store: Store) -> None:
    applicant.ready()
    before = everything(store)

    reply = applicant.patch(currency=currency, name="Hill Inn")

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"currency"})
    assert "delete its room types" in reply.body["detail"]
    assert everything(store) == before


def test_it_may_be_changed_when_no_price_is_left(applicant: Applicant) -> None:
    applicant.delete_room_type(applicant.ready())

    assert applicant.patch(currency="JPY").body["currency"] == "JPY"


def test_it_may_be_said_after_the_first_price(applicant: Applicant) -> None:
    applicant.register()
    applicant.room_type()

    assert applicant.patch(currency="JPY").status == 200
    assert applicant.patch(currency="INR").fields == {"currency"}


def test_a_public_hotel_keeps_its_currency_without_room_types_too(applicant: Applicant, store: Store) -> None:
    applicant.delete_room_type(applicant.live())
    before = everything(store)

    reply = applicant.patch(currency="JPY")

    assert (reply.status, reply.fields) == (422, {"currency"})
    assert "register another property" in reply.body["detail"]
    assert everything(store) == before


def test_a_draft_of_before_in_another_currency_is_not_submitted_and_finds_back(
    applicant: Applicant, store: Store
) -> None:
    applicant.live()
    own = PropertyStore(store.table).own_property(applicant.property_id)
    assert own
    other = structs.replace(
        own.draft, version=own.draft.version + 1, content=structs.replace(own.draft.content, currency="EUR")
    )
    store.table.put(put_action(store.table.name, draft_item(other)))

    assert (applicant.submit().status, applicant.submit().fields) == (422, {"currency"})
    assert applicant.patch(currency="USD").fields == {"currency"}
    assert applicant.patch(address="1 Hill Road").status == 200
    assert applicant.patch(currency="INR").status == 200
    assert applicant.submit().status == 201


def test_a_draft_answers_what_the_public_hotel_sells_by(applicant: Applicant) -> None:
    applicant.ready()
    assert "published" not in applicant.draft()
    applicant.submitted()
    applicant.approve()

    changed = applicant.patch(timezone="Asia/Tokyo", day_ends_at="06:00").body

    assert (changed["timezone"], changed["day_ends_at"]) == ("Asia/Tokyo", "06:00")
    sold_by = {"currency": "INR", "timezone": "Asia/Kolkata", "day_ends_at": "04:00"}
    assert changed["published"] == applicant.draft()["published"] == sold_by
