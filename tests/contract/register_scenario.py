"""What the functions of owners who register, and of admins who review, do in their lives."""

from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, FrontDoor


def registering(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    """A hotel that is approved, changed, and of whose room types one is sold, one is due, one is deleted."""
    applicant = Applicant(front_door)
    room_type_id = applicant.live()
    applicant.checklist()
    applicant.draft()
    applicant.call("GET /owner/properties")
    applicant.put_plan(room_type_id, "breakfast")
    applicant.put_occupancy(room_type_id)
    front_door.start(applicant.hold(room_type_id, "due", rooms=4, guests=4).body["booking_id"], promo_code="TEN")
    clock.advance(600)
    assert applicant.change_room_type(room_type_id, total_rooms=2, name="Terrace").status == 200
    sold = applicant.hold(room_type_id, "sold", check_in="2026-12-20", check_out="2026-12-21").body["booking_id"]
    front_door.confirm(sold)
    assert applicant.delete_room_type(room_type_id).status == 409
    assert applicant.delete_room_type(applicant.room_type("other")).status == 200
    applicant.patch(city="Solan")
    applicant.submit()
    applicant.patch(city="Shimla")
    applicant.submit()


def reviewing(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    applicant = Applicant(front_door)
    applicant.live()
    applicant.patch(city="Solan")
    applicant.submitted()
    front_door.call("GET /admin/reviews", user=ADMIN, groups="[admin]")
    route = "GET /admin/properties/{property_id}/revisions/{number}"
    front_door.call(route, user=ADMIN, groups="[admin]", property_id=applicant.property_id, number="2")
    applicant.decide("reject", {"revision": 2, "reason": "It is in Shimla"})
    applicant.submitted()
    applicant.approve()
    applicant.decide("suspend", {"reason": "Guests were turned away"})
    applicant.decide("resume")
