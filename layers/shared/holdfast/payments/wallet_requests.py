"""What callers send to fill a wallet and to read its ledger."""

import re
from typing import Annotated

from holdfast.fields import Digits, Strict, Whole
from holdfast.model.limits import MAX_AMOUNT
from holdfast.model.names import GatewayName
from holdfast.requests import NO_CURSOR, Reason, Signature, TransactionId

MIN_TOPUP = 100  # minor units: both gateways take and refund it
ENTRIES_CURSOR = re.compile(r"[1-9][0-9]{0,9}")


class TopUpRequest(Strict):
    """The body of `POST /wallet/topups`."""

    gateway: GatewayName
    amount: Annotated[int, Whole(MIN_TOPUP, MAX_AMOUNT)]


class TopUpProof(Strict):
    """The body of `POST /wallet/topups/{topup_id}/finalize`."""

    gateway_transaction_id: TransactionId
    gateway_signature: Signature | None = None


class CreditRequest(Strict):
    """The body of `POST /admin/wallets/{user_id}/credits`; the amount is in minor units."""

    amount: Annotated[int, Whole(1, MAX_AMOUNT)]
    reason: Reason


class EntriesQuery(Strict):
    """The query of `GET /wallet/entries`. The cursor is the number of the last entry shown."""

    cursor: Annotated[int, Digits(ENTRIES_CURSOR, NO_CURSOR)] | None = None
