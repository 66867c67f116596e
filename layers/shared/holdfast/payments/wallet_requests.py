"""What callers send to fill a wallet and to read its ledger."""

import re
from typing import Annotated

from holdfast.fields import Digits, Strict, Text, Whole
from holdfast.model.limits import MAX_AMOUNT
from holdfast.model.names import GatewayName
from holdfast.requests import NO_CURSOR, Reason, Signature, TransactionId

CURRENCY = re.compile(r"[A-Z]{3}")
SEQ = re.compile(r"[1-9][0-9]{0,9}")  # the number of an entry in its ledger
ENTRIES_CURSOR = SEQ


class TopUpRequest(Strict):
    """The body of `POST /wallet/topups`."""

    gateway: GatewayName
    amount: Annotated[int, Whole(1, MAX_AMOUNT)]


class TopUpProof(Strict):
    """The body of `POST /wallet/topups/{topup_id}/finalize`."""

    gateway_transaction_id: TransactionId
    gateway_signature: Signature | None = None


class CreditRequest(Strict):
    """The body of `POST /admin/wallets/{user_id}/credits`; the amount is in minor units of the wallet's currency.

    The first entry of a wallet may name its currency; of a later one it must be the same.
    """

    amount: Annotated[int, Whole(1, MAX_AMOUNT)]
    currency: Annotated[str, Text(CURRENCY, "must be a currency by ISO 4217, such as INR")] | None = None
    reason: Reason


class EntriesQuery(Strict):
    """The query of `GET /wallet/entries`. The cursor is the number of the last entry shown."""

    cursor: Annotated[int, Digits(ENTRIES_CURSOR, NO_CURSOR)] | None = None
