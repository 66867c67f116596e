"""The store on a real server, with faults at its client."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from holdfast.model.booking import Booking
from holdfast.storage.store import Store
from holdfast.storage.table import CALL_SECONDS, Table
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_faults import (
    answer_garbled,
    answer_timed_out,
    cancels,
    conflicts,
    connection_lost,
    never_sent,
    says,
)
from tests.kit.guests import (
    give,
    hold,
    payable,
)
from tests.kit.log_capture import LogLines
from tests.store.dynamodbs import ON_DYNAMODB_LOCAL, ON_MINISTACK, PATIENCE_SECONDS, Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITE = "TransactWriteItems"
IMPATIENT_SECONDS = CALL_SECONDS + 0.5  # time for a few tries, on a busy machine too, and no longer
LOST = [never_sent, answer_timed_out, connection_lost, answer_garbled]
REFUSED = [
    conflicts,
    cancels("ThrottlingError"),
    cancels("ProvisionedThroughputExceeded", "TransactionConflict"),
    says("ProvisionedThroughputExceededException"),
    says("ThrottlingException"),
    says("RequestLimitExceeded"),
    says("TransactionInProgressException"),
    says("InternalServerError", 500),
    says("ServiceUnavailable", 503),
]


NAMES = ["conflict", "throttled action", "both", "throughput", "throttled", "limit", "in progress", "500", "503"]


@dataclass
class Bench:
    """The store on a real server, its clock, and the client whose wire can be broken."""

    emulator: Emulator
    table: Table
    clock: FakeClock
    lines: LogLines

    @property
    def client(self) -> "DynamoDBClient":
        return self.table.client

    @property
    def store(self) -> Store:
        return Store(self.table.within(PATIENCE_SECONDS))

    @property
    def impatient(self) -> Store:
        return Store(self.table.within(IMPATIENT_SECONDS))

    def free(self) -> list[int]:
        context = self.store.booking_context("none", "nobody", room_type_id="deluxe", months=["2026-12", "2027-01"])
        return [context.pages["2026-12"].free[30], context.pages["2026-12"].free[31], context.pages["2027-01"].free[1]]

    def held_and_paid_for(self) -> tuple[Booking, int]:
        """A hold, and exactly its price in the wallet."""
        booking = hold(self.store, "alice", clock=self.clock)
        total = payable(self.store, booking)
        give(self.store, "alice", total)
        return booking, total


on_both = pytest.mark.parametrize("bench", [ON_MINISTACK, ON_DYNAMODB_LOCAL], indirect=True)
each_refusal = pytest.mark.parametrize("fault", REFUSED, ids=NAMES)
