"""What the merchant does in Razorpay's dashboard without the API, and what banks decide later."""

from typing import Any

from local.gateways.razorpay_account import Account
from local.gateways.razorpay_entities import ApiError, Entity, add, copy_of, find

DECISIONS = ("under_review", "action_required", "won", "lost", "closed")  # docs: webhooks/disputes


class AccountWithDashboard(Account):
    def play(self, path: str, **body: Any) -> Entity:
        with self._lock:
            match path.split("/"):
                case ["payments", payment_id, "capture_outside"]:
                    payment = find(self.payments, payment_id)
                    answer = self._capture_payment(payment, {name: payment[name] for name in ("amount", "currency")})
                case ["payments", payment_id, "refund_outside"]:
                    answer = self._refund_payment(find(self.payments, payment_id), body, None)
                case ["payments", payment_id, "dispute"]:
                    answer = self._open_dispute(find(self.payments, payment_id), **body)
                case ["disputes", dispute_id, "decide"]:
                    answer = self._decide(find(self.disputes, dispute_id), **body)
                case ["payments", payment_id, "status"]:
                    answer = find(self.payments, payment_id)
                    answer |= body
                case ["refunds", refund_id, "fail"] if find(self.refunds, refund_id)["status"] != "failed":
                    answer = self._settle_refund(self.refunds[refund_id], "failed")
                case _:
                    return super().play(path, **body)
            return copy_of(answer)

    def _open_dispute(self, payment: Entity, amount: int | None = None) -> Entity:
        """The customer's bank raises a chargeback. docs: api/disputes/entity."""
        if not payment["captured"]:
            raise ApiError("Only a captured payment can be disputed")
        dispute = {"entity": "dispute", "payment_id": payment["id"], "amount": amount or payment["amount"]}
        dispute |= {"currency": payment["currency"], "amount_deducted": 0, "reason_code": "chargeback_authorization"}
        dispute |= {"status": "open", "phase": "chargeback"}
        add(self.disputes, "disp", dispute)
        self._emit("payment.dispute.created", payment=payment, dispute=dispute)
        return dispute

    def _decide(self, dispute: Entity, status: str) -> Entity:
        if status not in DECISIONS:
            raise ApiError(f"A dispute is {', '.join(DECISIONS)}")
        dispute["status"] = "open" if status == "action_required" else status
        if status == "lost":
            dispute["amount_deducted"] = dispute["amount"]
        self._emit(f"payment.dispute.{status}", payment=self.payments[dispute["payment_id"]], dispute=dispute)
        return dispute
