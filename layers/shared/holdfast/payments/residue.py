"""A refund that is due and too small for its gateway: to the wallet, or cash that the hotel owes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.booking import Booking, Payment
from holdfast.model.case import Case, CaseKind, booking_case
from holdfast.model.gateway_task import TaskAction
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
    if not to_cash:
        return given, None
    what = (own.gateway, own.order_id, str(given.version))
    return given, booking_case(given, CaseKind.CASH_OWED, *what, now=now, amount=to_cash, state="owed", ref=own.ref)
