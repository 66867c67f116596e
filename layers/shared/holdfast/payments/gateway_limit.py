"""How often a guest may make us ask a gateway: the merchant's quota there is everybody's.

A request that moves its booking or top-up on needs no limit: it can do so once. What is limited are repeats, and
requests that come to nothing. The count stands in the guest's account, which each of them reads anyway, and loses one
every GATEWAY_READ_DECAY_MS. Webhooks and settle are not limited: what a guest paid is found without the guest.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from holdfast.errors import BookingError, Busy, TooManyCalls
from holdfast.model.dates import millis
from holdfast.model.limits import GATEWAY_READ_DECAY_MS, MAX_GATEWAY_READS, MORE_GATEWAY_READS_TO_MOVE_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.engine import Engine
    from holdfast.model.account import Account


class GatewayLimit:
    """The limit for one request of one guest, however often it then asks the gateway."""

    def __init__(self, user_id: str, engine: Engine) -> None:
        self._user_id = user_id
        self._engine = engine
        self._is_counted = False
        self._is_free = False

    def require(self, account: Account | None = None, *, repeats: bool = False, moves_on: bool = False) -> None:
        """To be called before a gateway is asked; `account` is the guest's as it was just read.

        A request that moves a live hold on is let through a few times more, so that no repeats before it cost the room.

        The first request of a guest who was not counted lately is free, so that it costs no write, and is counted if it
        comes to nothing; one that `repeats` what is done already never is. Every other is counted before it asks, under
        a condition, so that of many at once no more pass than may.

        Raises TooManyCalls; WriteConflict if the account was counted since it was read.
        """
        if self._is_counted or (self._is_free and not repeats):
            return
        now = self._engine.clock()
        account = account or self._engine.store.account(self._user_id)
        reads, since_ms = account.gateway_reads_at(millis(now))
        most = MAX_GATEWAY_READS + (MORE_GATEWAY_READS_TO_MOVE_ON if moves_on else 0)
        if reads >= most:
            decayed_ms = since_ms + (reads - most + 1) * GATEWAY_READ_DECAY_MS
            seconds = max(1, -(-(decayed_ms - millis(now)) // 1000))
            raise TooManyCalls(
                f"The gateway was asked too often; wait {seconds} s. A payment that has arrived is booked meanwhile.",
                retry_after_seconds=seconds,
            )
        self._is_free = not (reads or repeats)
        if not self._is_free:
            self._engine.store.count_gateway_read(account, now)
            self._is_counted = True

    def count_what_was_free(self) -> None:
        """Counts a free request that came to nothing, even beyond the limit: many at once wait the longer for it.

        If that cannot be written, the guest gets the refusal all the same.
        """
        if not self._is_free:
            return
        store, now = self._engine.store, self._engine.clock()
        with suppress(Busy):
            store.retry_on_conflict(lambda: store.count_gateway_read(store.account(self._user_id), now))


@contextmanager
def gateway_limit(user_id: str, engine: Engine) -> Iterator[GatewayLimit]:
    limit = GatewayLimit(user_id, engine)
    try:
        yield limit
    except BookingError:
        limit.count_what_was_free()
        raise
