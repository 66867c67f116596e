"""The form of names and proofs that others make: one pattern each, for every reader, check and description."""

from __future__ import annotations

import re
from typing import Literal, get_args

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # of properties, room types and users
NAME_SAYS = "must be 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit"
PROMO_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
TRANSACTION_ID = re.compile(r"[A-Za-z0-9_]{1,64}")  # of a payment, as the gateways name theirs
ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")  # of an order, as a gateway names it in an event
SIGNATURE = re.compile(r"[\x21-\x7e]{1,256}")  # of a gateway's checkout
REASON_LENGTH = 200  # of what an admin gives as the reason, at most

GatewayName = Literal["stripe", "razorpay"]
GATEWAY_NAMES: tuple[GatewayName, ...] = get_args(GatewayName)
