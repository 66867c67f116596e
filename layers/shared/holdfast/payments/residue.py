"""A refund that is due and too small for its gateway: to the wallet, or cash that the hotel owes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.booking import Booking, Payment, TaskAction
from holdfast.model.case import Case, CaseKind, case_id_of
from holdfast.model.dates import millis
from holdfast.model.money import money

if TYPE_CHECKING:
    from datetime import datetime


def give_residue(
    booking: Booking, own: Payment, amount: int, wallet_currency: str, now: datetime
) -> tuple[Booking, Case | None]:
    """The cancelled booking with `amount`, in minor units of its currency, no longer due at the gateway of `own`.

    A wallet of another currency cannot take it: then it is cash that the hotel owes, with the case of that.
    """
    to_wallet, to_cash = (amount, 0) if wallet_currency == booking.currency else (0, amount)
    made = booking.cancellation
    if made:
        made = msgspec.structs.replace(
            made,
            wallet=made.wallet + to_wallet,
            gateway=max(0, made.gateway - amount),
            cash=made.cash + to_cash,
        )
    where = "owed in cash" if to_cash else "paid to the wallet"
    given = booking.transitioned(
        booking.status,
        now,
        "settle",
        note=f"{money(amount, booking.currency)} is less than the gateway refunds: {where}",
        ref=own.ref,
        payment=msgspec.structs.replace(own, to_refund=max(0, own.to_refund - amount)),
        tasks=tuple(task for task in booking.tasks if task.action is not TaskAction.REFUND),
        wallet_refunded=booking.wallet_refunded + to_wallet,
        cancellation=made,
    )
    return given, _case(given, own, to_cash, now) if to_cash else None


def _case(booking: Booking, own: Payment, amount: int, now: datetime) -> Case:
    return Case(
        case_id=case_id_of(CaseKind.CASH_OWED, own.gateway, own.order_id, str(booking.version)),
        kind=CaseKind.CASH_OWED,
        at_ms=millis(now),
        booking_id=booking.booking_id,
        user_id=booking.user_id,
        gateway=own.gateway,
        order_id=own.order_id,
        transaction_id=own.transaction_id,
        amount=amount,
        currency=booking.currency,
        state="owed",
    )
