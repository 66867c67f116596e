"""An owner registers a hotel in steps, each saved and resumable; the checklist says what is missing."""

from typing import Any

import pytest

from holdfast.storage.marshal import set_action
from holdfast.storage.property_items import owner_key
from holdfast.storage.store import Store
from tests.kit.applicant import DRAFT, PLACE, Applicant
from tests.kit.builders import everything
from tests.kit.front_door import ALICE, BOB, OWNER, FrontDoor


def test_a_property_is_registered_once_for_its_key(applicant: Applicant, store: Store) -> None:
    first = applicant.register()
    before = everything(store)
    again, other = applicant.register(), applicant.register(name="Another House")

    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert everything(store) == before
    draft = applicant.draft()
    assert (draft["name"], draft["city"], draft["state"], draft["version"]) == ("Hill House", "Shimla", "draft", 1)


def test_a_repeat_is_the_same_whatever_was_changed_since(applicant: Applicant) -> None:
    applicant.register()
    applicant.patch(name="Hill House Annexe")

    assert applicant.register().status == 200


def test_what_is_known_already_may_come_at_once(applicant: Applicant) -> None:
    applicant.register(**PLACE, day_ends_at="06:00", guest_required=True, amenities=["Pool", "Garden"])

    draft = applicant.draft()
    assert {name: draft[name] for name in PLACE} == PLACE
    assert (draft["day_ends_at"], draft["guest_required"], draft["amenities"]) == ("06:00", True, ["Pool", "Garden"])


def test_the_fifty_first_property_is_refused(applicant: Applicant, store: Store) -> None:
    store.table.transact(
        [set_action(store.table.name, owner_key(OWNER), {"properties": 49}, "attribute_not_exists(pk)")]
    )
    assert applicant.register("fiftieth").status == 201
    before = everything(store)

    reply = applicant.register("fifty-first")

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"properties"})
    assert applicant.register("fiftieth").status == 200
    assert everything(store) == before


def test_an_owner_lists_their_own_properties(applicant: Applicant, front_door: FrontDoor) -> None:
    applicant.register("one")
    first = applicant.property_id
    applicant.register("two", name="Lake House")
    Applicant(front_door, BOB).register("three")

    listed = applicant.call("GET /owner/properties").body

    assert {one["property_id"]: one["name"] for one in listed["properties"]} == {
        first: "Hill House",
        applicant.property_id: "Lake House",
    }
    assert {one["state"] for one in listed["properties"]} == {"draft"}
    assert "cursor" not in listed


def test_a_list_ends_where_its_cursor_says(applicant: Applicant) -> None:
    applicant.register("one")

    reply = applicant.call("GET /owner/properties", query={"cursor": "zz"})

    assert (reply.status, reply.body["properties"]) == (200, [])


class TestVersions:
    def test_each_change_makes_the_next_version(self, applicant: Applicant) -> None:
        applicant.register()

        reply = applicant.patch('"1"', timezone="Asia/Kolkata")

        assert (reply.status, reply.body["version"], reply.headers["ETag"]) == (200, 2, '"2"')
        assert applicant.draft()["timezone"] == "Asia/Kolkata"

    def test_a_change_of_an_old_version_is_refused_with_the_new_one(self, applicant: Applicant, store: Store) -> None:
        applicant.register()
        applicant.patch('"1"', currency="INR")
        before = everything(store)

        reply = applicant.patch('"1"', currency="USD")

        assert (reply.status, reply.code, reply.body["version"]) == (412, "version_mismatch", 2)
        assert everything(store) == before

    def test_a_star_changes_any_version(self, applicant: Applicant) -> None:
        applicant.register()
        applicant.patch(currency="INR")

        assert applicant.patch(address="1 Hill Road").body["version"] == 3

    def test_what_changes_nothing_makes_no_version(self, applicant: Applicant, store: Store) -> None:
        applicant.register(**PLACE)
        before = everything(store)

        assert applicant.patch('"1"', **PLACE).body["version"] == 1
        assert applicant.patch('"1"').body["version"] == 1
        assert everything(store) == before

    @pytest.mark.parametrize("tag", ["", "one", "1,2", "-1"])
    def test_a_version_has_to_be_named(self, tag: str, applicant: Applicant) -> None:
        applicant.register()

        reply = applicant.patch(tag, currency="INR")

        assert (reply.status, reply.code, reply.fields) == (400, "invalid_request", {"If-Match"})

    def test_null_clears_a_field_or_puts_its_default_there(self, applicant: Applicant) -> None:
        applicant.register(**PLACE, day_ends_at="06:00", guest_required=True, amenities=["Pool"])

        nothing = dict.fromkeys([*PLACE, "day_ends_at", "guest_required", "amenities"])
        cleared = applicant.call(f"PATCH {DRAFT}", nothing, headers={"if-match": "*"}).body

        assert not {*PLACE} & {*cleared}
        assert (cleared["day_ends_at"], cleared["guest_required"], cleared["amenities"]) == ("04:00", False, [])


COMPONENTS = [{"name": "VAT", "rate_bp": 700}]
BAD_FIELDS: list[tuple[str, Any, str]] = [
    ("name", None, "name"),
    ("name", " Hill House", "name"),
    ("city", "Shim#la", "city"),
    ("timezone", "Asia/Shimla", "timezone"),
    ("timezone", "../etc/passwd", "timezone"),
    ("currency", "inr", "currency"),
    ("currency", "XXX", "currency"),
    ("country", "ZZ", "country"),
    ("address", "", "address"),
    ("description", "x" * 4_001, "description"),
    ("description", "a\x00b", "description"),
    ("amenities", ["Pool"] * 51, "amenities"),
    ("day_ends_at", "12:01", "day_ends_at"),
    ("guest_required", "yes", "guest_required"),
    ("taxes", [{"name": "VAT", "rate_bp": 10_001}], "taxes.periods[0].slabs[0].components[0].rate_bp"),
    ("taxes", [COMPONENTS[0], COMPONENTS[0]], "taxes"),
    (
        "cancellation_policy",
        [{"days_before": 7, "refund_percent": 50}, {"days_before": 1, "refund_percent": 100}],
        "cancellation_policy",
    ),
    (
        "cancellation_policy",
        [{"days_before": 7, "refund_percent": 50}, {"days_before": 7, "refund_percent": 50}],
        "cancellation_policy[1].days_before",
    ),
    ("cancellation_policy", [{"days_before": 7, "refund_percent": 101}], "cancellation_policy[0].refund_percent"),
    ("owner_id", ALICE, "owner_id"),
    ("state", "live", "state"),
    ("version", 9, "version"),
]


@pytest.mark.parametrize(("name", "value", "field"), BAD_FIELDS)
def test_a_bad_field_is_named_and_nothing_is_written(
    name: str, value: Any, field: str, applicant: Applicant, store: Store
) -> None:
    applicant.register()
    before = everything(store)

    changed = applicant.call(f"PATCH {DRAFT}", {name: value}, headers={"if-match": "*"})
    made = applicant.call("POST /properties", {"name": "Inn", "city": "Agra"} | {name: value}, key="another")

    for reply in (changed, made):
        assert (reply.status, reply.code) == (422, "invalid_request")
        assert field in reply.fields
        assert all(field.startswith(one) for one in reply.fields)
    assert everything(store) == before


def test_taxes_come_back_as_they_were_sent(applicant: Applicant) -> None:
    applicant.register(country="DE", currency="EUR")

    taxes = applicant.patch(taxes=COMPONENTS).body["taxes"]

    slab = {"up_to": None, "components": COMPONENTS}
    assert taxes == {"included": True, "periods": [{"starts": "2000-01-01", "slabs": [slab]}]}
    assert applicant.patch(taxes=taxes).body["version"] == 2


class TestChecklist:
    def test_a_new_property_lacks_nearly_everything(self, applicant: Applicant) -> None:
        applicant.register()

        checklist = applicant.checklist()

        assert checklist["complete"] is False
        assert {of["step"]: [lacks["field"] for lacks in of["missing"]] for of in checklist["steps"]} == {
            "place": ["timezone"],
            "policy_and_tax": ["currency", "cancellation_policy"],
            "room_types": ["room_types"],
            "prices_and_rooms": ["base_price", "total_rooms"],
            "pictures": [],
            "review": ["place", "policy_and_tax", "room_types", "prices_and_rooms"],
        }

    def test_a_property_that_says_all_is_complete(self, applicant: Applicant) -> None:
        applicant.ready()

        checklist = applicant.checklist()

        assert checklist["complete"] is True
        assert [of["step"] for of in checklist["steps"] if not of["complete"]] == []
        advised = {of["step"]: of["recommended"] for of in checklist["steps"] if of["recommended"]}
        assert [*advised] == ["pictures"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"currency": "EUR", "country": None}, "country"),
            ({"country": "DE", "currency": "EUR"}, "taxes"),
            ({"timezone": None}, "timezone"),
            ({"currency": None}, "currency"),
            ({"cancellation_policy": None}, "cancellation_policy"),
        ],
    )
    def test_what_is_missing_is_named_and_stops_a_submission(
        self, changes: dict[str, Any], field: str, applicant: Applicant, store: Store
    ) -> None:
        applicant.register(**PLACE)
        applicant.patch(**changes)
        applicant.room_type()
        before = everything(store)

        reply = applicant.submit()

        lacking = [lacks["field"] for of in applicant.checklist()["steps"][:-1] for lacks in of["missing"]]
        assert lacking == [field]
        assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})
        assert everything(store) == before


ROUTES: list[tuple[str, Any]] = [
    ("GET /properties/{property_id}/draft", None),
    ("PATCH /properties/{property_id}/draft", {"name": "Mine"}),
    ("GET /properties/{property_id}/checklist", None),
    ("POST /properties/{property_id}/submit", None),
    ("POST /properties/{property_id}/room-types", {"name": "A", "base_price": 1, "total_rooms": 1, "max_guests": 1}),
]


@pytest.mark.parametrize(("route", "body"), ROUTES)
def test_somebody_elses_property_reads_as_a_missing_one(
    route: str, body: Any, applicant: Applicant, front_door: FrontDoor, store: Store
) -> None:
    applicant.ready()
    other, before = Applicant(front_door, BOB), everything(store)

    replies = [
        other.call(route, body, property_id=of, key="k", headers={"if-match": "*"})
        for of in (applicant.property_id, "pr_missing")
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(404, "not_found")}
    assert len({str(reply.body | {"instance": ""}) for reply in replies}) == 1
    assert everything(store) == before


@pytest.mark.parametrize(("route", "body"), [*ROUTES, ("POST /properties", {"name": "A", "city": "B"})])
def test_it_takes_the_group_of_owners(route: str, body: Any, applicant: Applicant) -> None:
    applicant.register()

    reply = applicant.call(route, body, groups="[admin]", key="k", headers={"if-match": "*"})

    assert (reply.status, reply.code) == (403, "forbidden")
