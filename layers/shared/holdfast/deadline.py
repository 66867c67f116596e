"""The time that an invocation has left: no call starts without the time to finish."""

from __future__ import annotations

import time
from collections.abc import Callable

from holdfast.errors import Busy


class Deadline:
    """The instant at which the time for calls is over. Safe to share between threads."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return self._at - self._monotonic()

    def require(self, seconds: float) -> None:
        """Raises Busy unless that long is left."""
        if self.seconds_left < seconds:
            raise Busy
