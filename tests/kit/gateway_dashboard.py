"""What a person does in the gateway's dashboard, and what the bank decides later, to a gateway in memory."""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    PaymentState,
)


@dataclass
class GatewayDashboard:
    """Changes `orders` without our engine; the base of the gateways in memory. Amounts in minor units."""

    _ids_given: Counter[str] = field(default_factory=Counter, init=False)

    def order(self, order_id: str) -> GatewayPayment:
        raise NotImplementedError

    def change(self, order_id: str, **changes: object) -> None:
        raise NotImplementedError

    def capture_outside(self, order_id: str, amount: int | None = None) -> None:
        """Captures the authorised payment, whole or in part; the rest of it is released."""
        order = self.order(order_id)
        assert order.state is PaymentState.AUTHORISED
        self.change(order_id, state=PaymentState.CAPTURED, captured=order.amount if amount is None else amount)

    def cancel_outside(self, order_id: str) -> None:
        """Releases the authorisation, or closes the order."""
        assert self.order(order_id).captured == 0
        self.change(order_id, state=PaymentState.VOIDED)

    def refund_outside(self, order_id: str, amount: int | None = None, *, pending: bool = False) -> str:
        """Refunds what is captured, whole or in part; gives the refund's id."""
        order = self.order(order_id)
        left = order.captured - order.refunded
        return self._add_refund(order_id, left if amount is None else amount, pending=pending, ours=False)

    def settle_refund(self, order_id: str, refund_id: str) -> None:
        """The bank has paid a pending refund."""
        settled = [
            msgspec.structs.replace(refund, pending=False) if refund.refund_id == refund_id else refund
            for refund in self.order(order_id).refunds
        ]
        self.change(order_id, refunds=tuple(settled))

    def fail_refund(self, order_id: str, refund_id: str | None = None) -> bool:
        """The bank sends a refund back, the named one or the last one, maybe days later; False if there is none."""
        order = self.order(order_id)
        failed = [refund for refund in order.refunds if refund_id in {None, refund.refund_id}][-1:]
        for refund in failed:
            others = tuple(other for other in order.refunds if other != refund)
            failed_refunds = order.failed_refunds + refund.ours
            left = order.refunded - refund.amount
            self.change(order_id, refunds=others, refunded=left, failed_refunds=failed_refunds)
        return bool(failed)

    def open_dispute(self, order_id: str, amount: int | None = None) -> str:
        """The guest disputes the charge at the bank; gives the dispute's id."""
        order = self.order(order_id)
        assert order.captured
        dispute = GatewayDispute(
            dispute_id=self._new_id("dp", order_id),
            state=DisputeState.OPEN,
            amount=order.captured if amount is None else amount,
            others_lost=order.dispute.lost if order.dispute else 0,
        )
        self.change(order_id, dispute=dispute)
        return dispute.dispute_id

    def win_dispute(self, order_id: str) -> None:
        self._decide(order_id, DisputeState.WON)

    def lose_dispute(self, order_id: str) -> None:
        self._decide(order_id, DisputeState.LOST)

    def _decide(self, order_id: str, state: DisputeState) -> None:
        dispute = self.order(order_id).dispute
        assert dispute is not None
        self.change(order_id, dispute=msgspec.structs.replace(dispute, state=state))

    def _add_refund(self, order_id: str, amount: int, *, pending: bool = False, ours: bool) -> str:
        order = self.order(order_id)
        assert 0 < amount <= order.captured - order.refunded
        refund = GatewayRefund(refund_id=self._new_id("re", order_id), amount=amount, pending=pending, ours=ours)
        self.change(order_id, refunds=(*order.refunds, refund), refunded=order.refunded + amount)
        return refund.refund_id

    def _new_id(self, prefix: str, order_id: str) -> str:
        self._ids_given[order_id] += 1
        return f"{prefix}_{order_id}_{self._ids_given[order_id]}"
