"""What must be true at rest of the table and the gateway's books together, whatever happened before."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from holdfast.finalize_request import BY_GATEWAY
from holdfast.items import booking_of, topup_of
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import today_in
from holdfast.pricing import refund
from tests.payments.house import House
from tests.payments.tills import Books
from tests.store.invariants import violations


def wrong_in(house: House) -> list[str]:
    """Each broken promise in a line: none when no money is kept without a room, and none is taken twice."""
    items = list(house.store.table.scan())
    bookings = [booking_of(item) for item in items if item["sk"] == "BOOKING"]
    topups = [topup_of(item) for item in items if item["sk"] == "TOPUP"]
    by_reference: dict[str, list[Books]] = {}
    for order_id, reference in house.till.orders().items():
        by_reference.setdefault(reference, []).append(house.till.books(order_id))
    credited: Counter[str] = Counter()
    lines = [line for line in violations(items, house.clock()) if not _harmless(line, bookings)]
    for booking in bookings:
        lines += _of_booking(booking, by_reference.pop(booking.booking_id, []))
    for topup in topups:
        paid = topup.status is TopUpStatus.CREDITED
        credited[topup.user_id] += topup.amount if paid else 0
        lines += _of_orders(topup.topup_id, by_reference.pop(topup.topup_id, []), topup.amount if paid else 0)
    for reference, orders in by_reference.items():
        lines += _of_orders(reference, orders, 0)
    for user in {topup.user_id for topup in topups}:
        entered = sum(amount for reason, amount in house.entries(user) if reason == "topup")
        if entered != credited[user]:
            lines.append(f"{user}: {credited[user]} topped up, the wallet was given {entered}")
    return lines


def _harmless(line: str, bookings: list[Booking]) -> bool:
    """A hold that ran out stays among the live ones until the next hold prunes it, though late money confirmed it."""
    expired = {booking.booking_id for booking in bookings if "expired" in {event.status for event in booking.history}}
    return line.partition(":")[0] in expired and line.endswith("still among the live holds")


def _of_booking(booking: Booking, orders: list[Books]) -> Iterable[str]:
    yield from _of_orders(booking.booking_id, orders, _ours(booking))
    if booking.dues:
        yield f"{booking.booking_id}: {booking.status} with {len(booking.dues)} thing(s) due"
    payment = booking.payment
    if payment and booking.payment_mode in BY_GATEWAY and payment.captured - payment.refunded != _ours(booking):
        yield f"{booking.booking_id}: its item says {payment.captured} captured, {payment.refunded} refunded"


def _of_orders(reference: str, orders: list[Books], expected: int) -> Iterable[str]:
    """Never more than one payment kept, for exactly that amount, and nothing of the guest's held beside it."""
    net = sum(books.net for books in orders)
    if net != expected:
        yield f"{reference}: the gateway keeps {net}, ours is {expected}"
    if sum(books.net > 0 for books in orders) > 1:
        yield f"{reference}: more than one payment is kept"
    if any(books.held for books in orders):
        yield f"{reference}: money is still held"
    if any(not 0 <= books.refunded <= books.captured for books in orders):
        yield f"{reference}: more was refunded than captured"


def _ours(booking: Booking) -> int:
    """What the gateway should have taken for the booking, and kept."""
    if booking.payment_mode not in BY_GATEWAY or booking.payment is None or booking.payment.voided:
        return 0
    if booking.status is Status.CONFIRMED:
        return booking.gateway_charged
    ended = next(event for event in booking.history if event.status is Status.CANCELLED)
    if ended.by != "guest":
        return 0
    on = today_in(booking.timezone, datetime.fromtimestamp(ended.at_ms / 1000, UTC))
    return booking.gateway_charged - refund(booking, (booking.check_in - on).days).gateway
