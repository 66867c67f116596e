"""What no item or key of the table can hold is refused with a sentence."""

import pytest

from holdfast.properties import submission
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.builders import everything


def test_descriptions_that_no_revision_can_hold_are_refused(
    applicant: Applicant, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "MAX_REVISION_BYTES", 9_000)
    applicant.ready()
    for key in ("second", "third", "fourth"):
        applicant.room_type(key, description="a" * 3_000)
    before = everything(store)

    reply = applicant.submit()

    assert (reply.status, reply.fields) == (422, {"room_types"})
    assert everything(store) == before


@pytest.mark.parametrize("city", ["\ufdfa" * 64, "Shimla\uff03one", "\u0301"])
def test_a_city_that_no_key_can_hold_is_refused(city: str, applicant: Applicant) -> None:
    """A ligature of eighteen letters, a wide number sign, accents alone."""
    found = applicant.door.call("GET /properties", user=None, query={"city": city})

    assert [found.status, applicant.register(city=city).status] == [422, 422]
    assert found.fields == {"city"}


def test_a_cursor_that_no_key_can_hold_is_refused(applicant: Applicant) -> None:
    found = applicant.door.call("GET /properties", user=None, query={"cursor": "\U0001f3e8" * 256 + "#lake-view"})

    assert (found.status, found.fields) == (422, {"cursor"})
