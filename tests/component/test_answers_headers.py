"""What every answer says of itself, and what caches may keep: the open reads of the catalog, and nothing else."""

from typing import Any

import pytest

from tests.kit.front_door import ALICE, OWNER, FrontDoor, routes

DATES = {"check_in": "2026-12-10", "check_out": "2026-12-13"}
OPEN_READS: list[tuple[str, dict[str, Any]]] = [
    ("GET /properties", {"query": {"city": "Udaipur"}}),
    ("GET /properties", {"query": DATES}),
    ("GET /properties/{property_id}", {"property_id": "lake-view"}),
    ("GET /room-types/{room_type_id}/calendar", {"room_type_id": "deluxe", "query": {"month": "2026-12"}}),
]
NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


@pytest.mark.parametrize(("route", "sent"), OPEN_READS)
def test_an_open_read_can_be_kept_by_caches_and_asked_for_again(
    route: str, sent: dict[str, Any], front_door: FrontDoor
) -> None:
    """Browsers ask each time, so that nobody sees a room of before their own hold."""
    first = front_door.call(route, user=None, **sent)
    assert first.status == 200
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=10"
    tag = first.headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = front_door.call(route, user=None, headers={"if-none-match": known}, **sent)
        assert (again.status, again.body) == (304, "")
        assert {name: again.headers[name] for name in ("ETag", "Cache-Control")} == {
            name: first.headers[name] for name in ("ETag", "Cache-Control")
        }
    for other in ('"other"', tag.strip('"'), "", '""'):
        again = front_door.call(route, user=None, headers={"if-none-match": other}, **sent)
        assert (again.status, again.body) == (200, first.body)


@pytest.mark.parametrize("sent", [{}, {"query": DATES}])
def test_a_tag_changes_with_what_is_answered(sent: dict[str, Any], front_door: FrontDoor) -> None:
    before = front_door.call("GET /properties", user=None, **sent)
    front_door.held()
    after = front_door.call("GET /properties", user=None, headers={"if-none-match": before.headers["ETag"]}, **sent)

    assert after.status == (200 if sent else 304)


def test_a_refusal_of_an_open_read_is_kept_nowhere(front_door: FrontDoor) -> None:
    for reply in (
        front_door.call("GET /properties/{property_id}", user=None, property_id="none", headers={"if-none-match": "*"}),
        front_door.call("GET /properties", user=None, query={"x": "1"}, headers={"if-none-match": "*"}),
    ):
        assert reply.status in {404, 422}
        assert reply.headers["Cache-Control"] == "no-store"


def test_nothing_else_is_kept_by_caches(front_door: FrontDoor) -> None:
    front_door.held()
    cached = [
        key
        for function in sorted(set(routes().values()))
        for key, route in front_door.app(function).api.routes.items()
        if route.cache_seconds is not None
    ]

    assert sorted(cached) == sorted({route for route, _ in OPEN_READS})
    reply = front_door.call("GET /bookings", headers={"if-none-match": "*"})
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")


def test_no_answer_may_be_taken_for_another_type_than_it_says(front_door: FrontDoor) -> None:
    answers = [
        front_door.call("GET /properties", user=None),
        front_door.call("GET /properties", user=None, headers={"if-none-match": "*"}),
        front_door.call("GET /bookings", user=ALICE),
        front_door.call("GET /bookings", user=None),
        front_door.call("GET /admin/payments", user=ALICE),
        front_door.call("GET /properties/{property_id}", user=None, property_id="none"),
        front_door.hold(rooms=0),
        front_door.hold(),
        front_door.call(
            "GET /properties/{property_id}/arrivals",
            user=OWNER,
            groups="[owner]",
            query={"date": "2026-12-10"},
            headers={"accept": "text/csv"},
            property_id="lake-view",
        ),
    ]

    assert {reply.status for reply in answers} >= {200, 201, 304, 401, 403, 404, 422}
    assert all(NO_SNIFFING in reply.headers.items() for reply in answers)
