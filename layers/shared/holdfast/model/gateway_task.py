"""What is still to do at a gateway for a booking or a top-up: a capture, a void or a refund."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from holdfast.model.stored_names import STORED_NAMES


class TaskAction(StrEnum):
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class GatewayTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=STORED_NAMES["GatewayTask"]):
    """One step still to do at a gateway, written with the state change that asks for it, so it cannot be lost."""

    action: TaskAction
    gateway: str
    order_id: str
    amount: int
    at_ms: int
    serial: int  # the booking's version when it was made: keeps the gateway keys of two like tasks apart
    attempts: int = 0
    refusals: int = 0  # of the attempts: by the gateway, of a refund that is due all the same; the next has another key
    keyed_by_refunds: bool = False  # a refund's key names what we refunded before; of tasks from before: the amount
    stuck: bool = False  # tried too often: waits for an operator
    buys: bool = False  # a void of an earlier choice's order: until it is done, a payment of it buys the booking
