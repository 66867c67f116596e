"""The count of what a guest made us ask a gateway: exact for two at once, and less with time."""

from datetime import timedelta

import pytest

from holdfast.errors import Busy
from holdfast.model.account import Account
from holdfast.model.dates import millis
from holdfast.model.limits import GATEWAY_READ_DECAY_MS
from holdfast.storage.store import Store, WriteConflict
from tests.kit.clock import NOW, FakeClock
from tests.kit.front_door import ALICE


class TestCount:
    def read(self, store: Store) -> Account:
        return store.account(ALICE)

    def test_of_two_who_read_the_same_account_one_is_counted(self, store: Store, clock: FakeClock) -> None:
        for expected in (1, 2, 3):  # by a put, by its first update, and by the next
            seen = self.read(store)
            store.count_gateway_read(seen, clock())
            with pytest.raises(WriteConflict):
                store.count_gateway_read(seen, clock())
            assert self.read(store).gateway_reads == expected

    def test_an_account_that_was_never_counted_has_no_count(self, store: Store, clock: FakeClock) -> None:
        store.open_account(ALICE, "INR")
        [item] = list(store.table.scan())
        assert not {name for name in item if "gateway" in name}
        store.count_gateway_read(self.read(store), clock())

        assert self.read(store).gateway_reads == 1

    def test_it_loses_one_in_a_while(self, store: Store) -> None:
        for seconds in (0, 1, 2):
            store.count_gateway_read(self.read(store), NOW + timedelta(seconds=seconds))
        account, now_ms = self.read(store), millis(NOW)

        counts = [account.gateway_reads_at(now_ms + n * GATEWAY_READ_DECAY_MS)[0] for n in range(5)]
        assert counts == [3, 2, 1, 0, 0]
        assert account.gateway_reads_at(now_ms + GATEWAY_READ_DECAY_MS - 1)[0] == 3
        with pytest.raises((WriteConflict, Busy)):
            store.count_gateway_read(Account(user_id=ALICE), NOW)
