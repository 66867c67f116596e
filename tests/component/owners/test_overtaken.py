"""A change that is overtaken, or stops halfway: it is decided again on what is there, or says that it is not done."""

from typing import Any

import pytest

from holdfast.errors import Busy
from holdfast.model.draft import DraftState, PropertyDraft
from holdfast.properties import publication, room_types
from holdfast.properties.opening import bring_in_line, month_changes
from holdfast.storage.marshal import put_action
from holdfast.storage.properties import PropertyStore
from holdfast.storage.property_items import draft_item, draft_key, draft_of
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant


def draft(applicant: Applicant, store: Store) -> PropertyDraft:
    key = draft_key(applicant.property_id)
    return draft_of(store.table.get([key])[key])


def test_a_suspension_that_left_something_on_sale_is_busy_and_its_repeat_heals(
    applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = [applicant.ready(), applicant.room_type("second")]
    applicant.submitted()
    assert applicant.approve().status == 200
    first, close = min(rooms), bring_in_line

    def busy_with_the_first(room_type: Any, **given: Any) -> int:
        if room_type.room_type_id == first:
            raise Busy
        return close(room_type, **given)

    with monkeypatch.context() as troubled:
        troubled.setattr(publication, "bring_in_line", busy_with_the_first)
        reply = applicant.decide("suspend", {"reason": "No"})
    assert (reply.status, reply.code, "Retry-After" in reply.headers) == (503, "busy", True)
    assert applicant.hold(max(rooms)).status == 404

    assert applicant.decide("suspend", {"reason": "No"}).status == 200
    assert applicant.hold(first).status == 404


def test_a_night_that_becomes_cheap_meanwhile_is_not_sold_for_nothing(
    applicant: Applicant, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_type_id, read = applicant.live(), month_changes
    night = {"first_night": "2026-12-10", "last_night": "2026-12-10", "price": 60_000}

    def be_overtaken_and_read(*given: Any, **options: Any) -> Any:
        route = "PUT /room-types/{room_type_id}/calendar"
        assert applicant.call(route, {"changes": [night]}, room_type_id=room_type_id).status == 200
        return read(*given, **options)

    monkeypatch.setattr(room_types, "month_changes", be_overtaken_and_read)

    reply = applicant.put_plan(room_type_id, "less", derived={"amount": -60_000})

    assert (reply.status, reply.fields) == (422, {"derived"})


def test_a_change_on_a_state_that_is_not_so_any_more_is_decided_again(
    applicant: Applicant, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft of a live hotel is submitted and rejected meanwhile, which leaves its version as it is."""
    applicant.live()
    applicant.patch(name="Hill Palace")
    before, read = draft(applicant, store), PropertyStore.own_property
    rejected = before.__replace__(state=DraftState.REJECTED)
    others = [rejected]

    def read_and_be_overtaken(properties: PropertyStore, property_id: str) -> Any:
        found = read(properties, property_id)
        if others:
            store.table.put(put_action(store.table.name, draft_item(others.pop())))
        return found

    monkeypatch.setattr(PropertyStore, "own_property", read_and_be_overtaken)

    assert applicant.patch(name="Hill Castle").status == 200

    assert draft(applicant, store).state is DraftState.DRAFT


def test_only_what_is_live_counts_as_submitted_already(applicant: Applicant, store: Store) -> None:
    """A draft that says it is live, and whose last revision is not the live one, as code of before could leave it."""
    applicant.live()
    stored = draft(applicant, store)
    store.table.put(put_action(store.table.name, draft_item(stored.__replace__(live_revision=7))))

    reply = applicant.submit()
    store.table.put(put_action(store.table.name, draft_item(stored)))

    assert reply.status == 201
