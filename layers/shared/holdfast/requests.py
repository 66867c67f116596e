"""What all requests share: the kinds of field. Each part has its requests in a module of its own.

A function loads only what its routes read.
"""

import re
import unicodedata
from typing import Annotated

from holdfast.fields import Readable, Text, Whole
from holdfast.model.booking import PaymentMode
from holdfast.model.limits import MAX_AMOUNT
from holdfast.model.names import (
    NAME,
    NAME_SAYS,
    PROMO_CODE,
    REASON_LENGTH,
    SIGNATURE,
    TRANSACTION_ID,
)

BY_GATEWAY = frozenset({PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY})
NO_CURSOR = "is not one that this list gave"
TIME_OF_DAY = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
IN_WORDS = "\u200c\u200d\u200e\u200f"  # joiners and marks of direction, which scripts of India and the Near East use


def is_writing(text: str) -> bool:
    """Whether it has no control characters, nor what hides text, turns its direction or breaks its lines."""
    return all(
        letter in IN_WORDS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in text
    )


Name = Annotated[str, Text(NAME, NAME_SAYS)]
PromoCode = Annotated[str, Text(PROMO_CODE, "must be 1 to 32 letters, digits, dashes or underscores")]
TransactionId = Annotated[str, Text(TRANSACTION_ID, "must be 1 to 64 letters, digits or underscores")]
Signature = Annotated[str, Text(SIGNATURE, "must be 1 to 256 visible ASCII characters")]
Reason = Annotated[str, Readable(REASON_LENGTH)]
Amount = Annotated[int, Whole(0, MAX_AMOUNT)]  # minor units
TimeOfDay = Annotated[str, Text(TIME_OF_DAY, "must be a time of day from 00:00 to 23:59, such as 18:00")]
