"""A hotelier puts a hotel on sale over HTTP alone: registered, priced, pictured, approved; then found, sold and run."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from local.users import user_id
from tests.kit.pictures import photograph
from tests.system.fixtures import TODAY
from tests.system.stack import Guest, RunningStack

pytestmark = pytest.mark.system

READY_SECONDS = 60  # a cold worker, on a busy machine
SEASON = TODAY + timedelta(days=200)
ROOMS: tuple[dict[str, Any], ...] = (
    {"name": "Single", "base_price": 250_000, "total_rooms": 4, "max_guests": 1},
    {"name": "Double", "base_price": 400_000, "total_rooms": 6, "max_guests": 2},
    {"name": "Family", "base_price": 700_000, "total_rooms": 2, "max_guests": 4},
)


@pytest.fixture
def owner(brief_stack: RunningStack) -> Guest:
    return brief_stack.guest("ravi", "owner")


@pytest.fixture
def admin(brief_stack: RunningStack) -> Guest:
    return brief_stack.guest("root", "admin")


def nights(first: date, count: int) -> dict[str, str]:
    return {"first_night": first.isoformat(), "last_night": (first + timedelta(days=count - 1)).isoformat()}


def stay(first: date, count: int) -> dict[str, str]:
    return {"check_in": first.isoformat(), "check_out": (first + timedelta(days=count)).isoformat()}


def registered(owner: Guest, city: str) -> tuple[str, list[str]]:
    """A hotel with three room types, filled in step by step; its id and theirs."""
    key = uuid4().hex
    begun = {"name": "The Lamp", "city": city}
    property_id = owner.post("/properties", begun, key=key, status=201)["property_id"]
    assert owner.post("/properties", begun, key=key)["property_id"] == property_id
    missing = owner.get(f"/properties/{property_id}/checklist")
    assert not missing["complete"]
    draft = owner.get(f"/properties/{property_id}/draft")
    rest = {
        "description": "Six rooms over a bookshop.",
        "address": "3 Lamp Street",
        "country": "IN",
        "timezone": "Asia/Kolkata",
        "currency": "INR",
        "cancellation_policy": [{"days_before": 2, "refund_percent": 100}, {"days_before": 0, "refund_percent": 0}],
        "amenities": ["wifi"],
    }
    path = f"/properties/{property_id}/draft"
    read = f'"{draft["version"]}"'
    later = owner.call("PATCH", path, rest, if_match=read)
    assert later.status_code == 200, later.text
    stale = owner.call("PATCH", path, {"name": "The Lantern"}, if_match=read)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert stale.json()["version"] == later.json()["version"] > draft["version"]
    rooms = [
        owner.post(f"/properties/{property_id}/room-types", room, key=uuid4().hex, status=201)["room_type_id"]
        for room in ROOMS
    ]
    return property_id, rooms


def pictured(owner: Guest, property_id: str) -> None:
    """Uploads a picture by the form that a browser posts."""
    path = f"/properties/{property_id}/images"
    made = owner.post(path, {"content_type": "image/jpeg", "alt": "The front"}, key=uuid4().hex, status=201)
    upload = made["upload"]
    sent = owner.stack.http.post(upload["url"], data=upload["fields"], files={"file": ("front.jpg", photograph())})
    assert sent.status_code == 204, sent.text
    deadline = time.monotonic() + READY_SECONDS
    while owner.get(f"{path}/{made['image_id']}")["state"] == "waiting":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_hotel_is_registered_approved_found_booked_and_run(owner: Guest, admin: Guest) -> None:
    stack, city = owner.stack, f"Lampur {uuid4().hex[:6]}"
    property_id, (_, double, _) = registered(owner, city)
    season = {**nights(SEASON, 60), "weekdays": ["fri", "sat"], "price": 520_000}
    calendar = f"/room-types/{double}/calendar"
    owner.put(calendar, {"changes": [{**nights(SEASON, 60), "price": 450_000}]})
    owner.put(calendar, {"changes": [season]})
    pictured(owner, property_id)
    assert stack.anyone("/properties", city=city)["properties"] == []
    draft_room = {"room_type_id": double, "rooms": 1, "guests": 1, **stay(SEASON, 1)}
    guest = stack.guest("carol")
    assert guest.call("POST", "/bookings", draft_room, uuid4().hex).status_code == 404

    submitted = owner.post(f"/properties/{property_id}/submit", status=201)
    waiting = admin.get("/admin/reviews")["reviews"]
    assert (property_id, submitted["revision"]) in {(one["property_id"], one["revision"]) for one in waiting}
    seen = admin.get(f"/admin/properties/{property_id}/revisions/{submitted['revision']}")
    decision = {"revision": seen["revision"], "hash": seen["hash"]}
    assert admin.post(f"/admin/properties/{property_id}/approve", decision)
    again = admin.call("POST", f"/admin/properties/{property_id}/approve", decision)
    assert again.status_code == 409, again.text

    dates = stay(TODAY + timedelta(days=1), 1)
    [found] = stack.anyone("/properties", city=city, **dates)["properties"]
    assert (found["property_id"], len(found["room_types"])) == (property_id, 3)
    assert found["picture"]["alt"] == "The front"
    body = {"room_type_id": double, "rooms": 1, "guests": 2, **dates}
    held = guest.post("/bookings", body, key=uuid4().hex, status=201)
    total = held["pricing"]["total_payable"]
    wallet = f"/admin/wallets/{user_id(Stack(**stack.details), guest.name)}"
    admin.post(f"{wallet}/credits", {"amount": total, "reason": "A gift"}, key=uuid4().hex, status=201)
    paid = {"payment_mode": "wallet_only", "wallet_applied": total, "gateway_amount": 0}
    assert guest.post(f"/bookings/{held['booking_id']}/finalize", paid)["new_status"] == "confirmed"
    arrivals = owner.get(f"/properties/{property_id}/arrivals", date=dates["check_in"])["arrivals"]
    assert [one["booking_id"] for one in arrivals] == [held["booking_id"]]

    too_few = {"changes": [{**nights(TODAY + timedelta(days=1), 1), "rooms_on_sale": 0}]}
    below = owner.call("PUT", calendar, too_few)
    assert (below.status_code, below.json()["code"]) == (409, "below_sold"), below.text

    changes = f"{calendar}/changes"
    weekends = owner.get(changes)["changes"][0]
    friday = next(day for day in (SEASON + timedelta(days=n) for n in range(7)) if day.weekday() == 4)
    assert price_of(stack, double, friday) == 520_000
    owner.post(f"{changes}/{weekends['change_id']}/undo")
    assert price_of(stack, double, friday) == 450_000


def price_of(stack: RunningStack, room_type_id: str, night: date) -> int:
    shown = stack.anyone(f"/room-types/{room_type_id}/calendar", month=night.strftime("%Y-%m"))["nights"]
    return next(int(one["price"]) for one in shown if one["date"] == night.isoformat())
