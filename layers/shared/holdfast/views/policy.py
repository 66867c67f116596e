"""A cancellation policy, by names where the table keeps pairs."""

from collections.abc import Sequence

from holdfast.fields import Strict
from holdfast.model.dates import hour
from holdfast.model.property import PolicyStep


class PolicyStepView(Strict):
    """A step of the policy as the API shows it. `until` is the hour of that day, at the property, as `18:00`."""

    days_before: int
    until: str | None = None
    refund_percent: int


def policy_view(steps: Sequence[PolicyStep]) -> list[PolicyStepView]:
    return [
        PolicyStepView(
            days_before=step.days_before,
            until=None if step.until is None else hour(step.until),
            refund_percent=step.refund_percent,
        )
        for step in steps
    ]
