"""The limit of what a guest can make us ask a gateway costs no guest the room."""

from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor


def test_repeats_before_a_payment_do_not_keep_a_live_hold_from_it(front_door: FrontDoor, gateway: FakeGateway) -> None:
    booking_id = front_door.held()
    first = front_door.start(booking_id)
    while front_door.start(booking_id).status == 200:
        pass
    gateway.authorise(first.body["gateway_order_id"])

    assert front_door.pay_by_card(booking_id, first).status == 200


def test_a_finalize_that_was_not_asked_about_is_no_refusal_of_the_payment(
    front_door: FrontDoor, gateway: FakeGateway, clock: FakeClock
) -> None:
    """With the limit used up nobody knows yet whether the payment buys the room: 429, and never 410."""
    booking_id = front_door.held()
    clock.advance(599)
    first = front_door.start(booking_id)
    while front_door.start(booking_id).status == 200:
        pass
    gateway.authorise(first.body["gateway_order_id"])
    clock.advance(2)

    assert front_door.pay_by_card(booking_id, first, gateway_amount=1).status == 429
