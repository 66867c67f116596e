"""A top-up that is refunded or disputed at the gateway is taken out of the wallet again, below zero if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import logger, record_entry
from holdfast.model.account import LedgerEntry, TopUp, TopUpStatus
from holdfast.model.case import Case, CaseKind, case_id_of
from holdfast.model.dates import millis
from holdfast.model.gateway_ref import GatewayRef
from holdfast.payments.gateways.protocol import DisputeState

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.model.account import Account
    from holdfast.payments.gateways.protocol import GatewayPayment

REVERSED = "topup_reversed"
RESTORED = "topup_restored"  # the refund failed, or the dispute is won


def take_over_topup(topup: TopUp, payment: GatewayPayment, *, engine: Engine) -> TopUp:
    """The top-up with what others have done at the gateway, committed with its entry in the wallet, once.

    Raises GatewayError, Busy.
    """
    if _observed(topup, payment) == topup:
        return topup

    def attempt() -> TopUp:
        current, now = engine.store.topup(topup.topup_id) or topup, engine.clock()
        # Fetched after the top-up was read: what is older could undo what is newer.
        fetched = engine.gateway(topup.gateway).fetch(topup.order_id, topup.transaction_id)
        after = _observed(current, fetched)
        if after == current:
            return current
        replaced = [case.replacing(engine.store.case(case.case_id)) for case in _cases(current, after, fetched, now)]
        account = engine.store.account(topup.user_id)
        entry = _entry(current, after, account, now)
        cases = [case for case in replaced if case]
        written = engine.store.commit_topup(current, after, account=account, entry=entry, cases=cases)
        if entry:
            record_entry(entry, topup.currency)
        for case in cases:
            facts = {"topup_id": topup.topup_id, "user_id": topup.user_id, "amount": case.amount, "state": case.state}
            logger.error(f"a top-up is {case.kind} at the gateway", extra=facts | {"currency": case.currency})
        return written

    return engine.store.retry_on_conflict(attempt)


def _observed(topup: TopUp, payment: GatewayPayment) -> TopUp:
    """The top-up as the gateway's record makes it. We refund none that is credited: such a refund is another's."""
    dispute = payment.dispute.recorded if payment.dispute else topup.dispute
    if topup.status is not TopUpStatus.CREDITED:
        return msgspec.structs.replace(topup, dispute=dispute)
    # The bank takes a disputed amount when the dispute opens, and returns it when it is won.
    disputed = dispute.lost + (dispute.amount if dispute.state == DisputeState.OPEN else 0) if dispute else 0
    taken_back = min(topup.amount, payment.refunded + disputed)
    return msgspec.structs.replace(topup, dispute=dispute, refunded_outside=payment.refunded, taken_back=taken_back)


def _entry(before: TopUp, after: TopUp, account: Account, now: datetime) -> LedgerEntry | None:
    amount = before.taken_back - after.taken_back
    if amount == 0:
        return None
    return LedgerEntry(
        user_id=after.user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason=REVERSED if amount < 0 else RESTORED,
        actor=f"gateway {after.gateway}",
        at_ms=millis(now),
        currency=after.currency,
        ref=GatewayRef(after.gateway, after.order_id, after.transaction_id),
    )


def _cases(before: TopUp, after: TopUp, payment: GatewayPayment, now: datetime) -> list[Case]:
    cases = []
    if after.refunded_outside != before.refunded_outside:
        refund_id = payment.refunds[-1].refund_id if payment.refunds else None
        state = "refunded" if after.refunded_outside else "failed"
        case = _case(CaseKind.REFUNDED_OUTSIDE, after, payment, now, after.refunded_outside, state)
        cases.append(msgspec.structs.replace(case, refund_id=refund_id))
    if after.dispute and after.dispute != before.dispute:
        cases.append(_case(CaseKind.DISPUTED, after, payment, now, after.dispute.amount, after.dispute.state))
    return [
        case.closed(now, f"gateway {after.gateway}", f"the gateway says: {case.state}")
        if case.state in {"failed", DisputeState.WON}
        else case
        for case in cases
    ]


def _case(kind: CaseKind, topup: TopUp, payment: GatewayPayment, now: datetime, amount: int, state: str) -> Case:
    what = topup.dispute.dispute_id if kind is CaseKind.DISPUTED and topup.dispute else topup.order_id
    return Case(
        case_id=case_id_of(kind, topup.gateway, what),
        kind=kind,
        at_ms=millis(now),
        topup_id=topup.topup_id,
        user_id=topup.user_id,
        gateway=topup.gateway,
        order_id=topup.order_id,
        transaction_id=payment.transaction_id or None,
        amount=amount,
        currency=topup.currency,
        state=state,
    )
