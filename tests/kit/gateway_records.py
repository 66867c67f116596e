"""What must be true at rest of the table and the gateway's records together, whatever happened before."""

from holdfast.model.account import TopUpStatus
from holdfast.payments.gateways.protocol import GatewayPayment, PaymentState
from holdfast.storage.items import booking_of, topup_of
from tests.kit.auditing import broken_in
from tests.kit.gateway_driver import GatewayDriver
from tests.kit.payment_scenario import PaymentScenario


def wrong_in(scenario: PaymentScenario) -> list[str]:
    """Each broken promise in a line: none when no money is kept without a room, and none is taken twice.

    The auditor leaves alone what is still open, so nothing may be.
    """
    return [
        *left_open(scenario),
        *broken_in(scenario.store, scenario.clock(), gateway_records=payments_at(scenario.driver)),
    ]


def left_open(scenario: PaymentScenario) -> list[str]:
    lines = []
    for item in scenario.store.table.scan():
        if item["sk"] == "BOOKING" and (tasks := booking_of(item).tasks):
            lines.append(f"{item['pk']}: {len(tasks)} thing(s) due")
        if item["sk"] == "TOPUP" and topup_of(item).status is TopUpStatus.PENDING:
            lines.append(f"{item['pk']}: neither credited nor closed")
    return lines


def payments_at(driver: GatewayDriver) -> list[tuple[str, GatewayPayment]]:
    """The gateway's own records as the auditor takes them, read without the engine's adapter."""
    return [(driver.name, _payment(driver, order_id, reference)) for order_id, reference in driver.orders().items()]


def _payment(driver: GatewayDriver, order_id: str, reference: str) -> GatewayPayment:
    gateway_records = driver.record(order_id)
    state = PaymentState.CAPTURED if gateway_records.captured else PaymentState.OPEN
    return GatewayPayment(
        order_id=order_id,
        transaction_id="",
        reference=reference,
        amount=gateway_records.held or gateway_records.captured,
        currency=gateway_records.currency,
        state=PaymentState.AUTHORISED if gateway_records.held else state,
        captured=gateway_records.captured,
        refunded=gateway_records.refunded,
    )
