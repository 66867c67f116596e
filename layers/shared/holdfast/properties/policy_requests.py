"""A cancellation policy, as an owner sends it and as a catalog file has it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator

from holdfast.fields import Strict, Whole
from holdfast.model.property import PolicyStep
from holdfast.properties.fields import Hour, listed, minutes_of

DAY_IS_OVER = "23:59"


class PolicyStepRequest(Strict):
    """`until`: the hour of that day, at the property; without it, the whole of the hotel's day."""

    days_before: Annotated[int, Whole(0, 365)]
    until: Hour | None = None
    refund_percent: Annotated[int, Whole(0, 100)]

    @property
    def day(self) -> int | str:
        """What no other step of the policy may have."""
        return self.days_before if self.until is None else f"{self.days_before} until {self.until}"

    @property
    def model(self) -> PolicyStep:
        until = None if self.until is None else minutes_of(self.until)
        return PolicyStep(self.days_before, self.refund_percent, until)


def _falling(steps: tuple[PolicyStepRequest, ...]) -> tuple[PolicyStepRequest, ...]:
    """Raises ValueError if who cancels later gets more back."""
    by_time = sorted(steps, key=lambda step: (-step.days_before, minutes_of(step.until or DAY_IS_OVER)))
    for earlier, later in pairwise(by_time):
        if later.refund_percent > earlier.refund_percent:
            raise ValueError(
                f"{later.refund_percent} % at {later.day} days is more than {earlier.refund_percent} % at "
                f"{earlier.day}: who cancels later must not get more back"
            )
    return steps


def repeated_steps(steps: tuple[PolicyStepRequest, ...]) -> Iterator[tuple[int, str]]:
    """The positions of steps whose day an earlier one has already, and what to say of each."""
    days = [step.day for step in steps]
    for n, day in enumerate(days):
        if day in days[:n]:
            yield n, f"{day} is in an earlier step, too"


Policy = Annotated[tuple[PolicyStepRequest, ...], listed(20), AfterValidator(_falling)]


def policy_of(steps: tuple[PolicyStepRequest, ...]) -> tuple[PolicyStep, ...]:
    return tuple(step.model for step in sorted(steps, key=lambda step: -step.days_before))
