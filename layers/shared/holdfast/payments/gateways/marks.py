"""What we write on orders and refunds, in Stripe's metadata and in Razorpay's notes, to know them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE = "holdfast_reference"  # of an order: its booking or top-up
STACK = "holdfast_stack"  # of an order: two stacks may share one account at the gateway
KEY = "holdfast_key"  # of a refund: it was made by us, under this idempotency key


def order_marks(reference: str, stack_id: str) -> dict[str, str]:
    return {REFERENCE: reference} | ({STACK: stack_id} if stack_id else {})


def own_reference(marks: Mapping[str, Any], stack_id: str) -> str | None:
    """The booking or top-up of an order of this stack, None for any other order.

    Orders without a stack's id are ours: they were opened before there was one.
    """
    reference = marks.get(REFERENCE)
    known = not stack_id or marks.get(STACK, stack_id) == stack_id
    return reference if known and isinstance(reference, str) and reference else None


def refund_marks(key: str) -> dict[str, str]:
    return {KEY: key}


def is_marked(marks: Mapping[str, Any]) -> bool:
    """Whether a refund is one of ours."""
    return KEY in marks
