"""A cancellation policy, by names where the table keeps pairs."""

from collections.abc import Sequence

from holdfast.fields import Strict
from holdfast.model.property import PolicyStep


class PolicyStepView(Strict):
    """A step of the policy as the API shows it: by names, where the table keeps a pair."""

    days_before: int
    refund_percent: int


def policy_view(steps: Sequence[PolicyStep]) -> list[PolicyStepView]:
    return [PolicyStepView(days_before=step.days_before, refund_percent=step.refund_percent) for step in steps]
