"""What must be true at rest of the table and the gateway's books together, whatever happened before."""

from holdfast.items import booking_of, topup_of
from holdfast.model.account import TopUpStatus
from holdfast.payments import GatewayPayment, PaymentState
from tests.payments.house import House
from tests.payments.tills import Till
from tests.store.auditing import broken_in


def wrong_in(house: House) -> list[str]:
    """Each broken promise in a line: none when no money is kept without a room, and none is taken twice.

    The auditor leaves alone what is still open, so nothing may be.
    """
    return [*left_open(house), *broken_in(house.store, house.clock(), books=payments_at(house.till))]


def left_open(house: House) -> list[str]:
    lines = []
    for item in house.store.table.scan():
        if item["sk"] == "BOOKING" and (dues := booking_of(item).dues):
            lines.append(f"{item['pk']}: {len(dues)} thing(s) due")
        if item["sk"] == "TOPUP" and topup_of(item).status is TopUpStatus.PENDING:
            lines.append(f"{item['pk']}: neither credited nor closed")
    return lines


def payments_at(till: Till) -> list[tuple[str, GatewayPayment]]:
    """The gateway's own books as the auditor takes them, read without the engine's adapter."""
    return [(till.name, _payment(till, order_id, reference)) for order_id, reference in till.orders().items()]


def _payment(till: Till, order_id: str, reference: str) -> GatewayPayment:
    books = till.books(order_id)
    state = PaymentState.CAPTURED if books.captured else PaymentState.OPEN
    return GatewayPayment(
        order_id=order_id,
        transaction_id="",
        reference=reference,
        amount=books.held or books.captured,
        currency=books.currency,
        state=PaymentState.AUTHORISED if books.held else state,
        captured=books.captured,
        refunded=books.refunded,
    )
