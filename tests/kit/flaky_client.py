"""A DynamoDB client whose calls go wrong in the ways no emulator shows: throttles, conflicts, lost answers, races."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import (  # noqa: TID251 - these stand for what the SDK raises
    ClientError,
    ReadTimeoutError,
)

from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.ids import Ids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOST_ANSWER = ReadTimeoutError(endpoint_url="http://dynamodb")


def throttled(operation: str = "PutItem") -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, operation)


def server_error(operation: str = "PutItem") -> ClientError:
    return ClientError(
        {
            "Error": {"Code": "SomethingNew", "Message": "?"},
            "ResponseMetadata": {
                "HTTPStatusCode": 500,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        operation,
    )


def cancelled(*codes: str) -> ClientError:
    """A transaction cancelled for these reasons, one for each action."""
    response: dict[str, Any] = {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(cast("Any", response), "TransactWriteItems")


@dataclass
class FlakyClient:
    """Passes calls through to the real client, but for the troubles that were planned for them."""

    client: "DynamoDBClient"
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _left_out: str | None = None
    _before: dict[str, list[BaseException | Callable[[], object]]] = field(default_factory=dict)
    _after: dict[str, list[BaseException | Callable[[], object]]] = field(default_factory=dict)

    def before(self, call: str, *troubles: BaseException | Callable[[], object]) -> None:
        """Each of the next calls raises one error, or first lets one function run, before anything is sent."""
        self._before.setdefault(call, []).extend(troubles)

    def after(self, call: str, *troubles: BaseException | Callable[[], object]) -> None:
        """The same, but the call has taken effect."""
        self._after.setdefault(call, []).extend(troubles)

    def leaves_out_keys(self, table: str) -> None:
        """The next batch read answers its first key only, and says that the others were not processed."""
        self._left_out = table

    def named(self, call: str) -> list[dict[str, Any]]:
        """The arguments of every such call."""
        return [arguments for name, arguments in self.calls if name == call]

    def __getattr__(self, call: str) -> Callable[..., Any]:
        real = getattr(self.client, call)

        def troubled(**arguments: Any) -> Any:
            self.calls.append((call, arguments))
            if call == "batch_get_item" and self._left_out:
                return self._first_key_only(real, arguments["RequestItems"])
            _meet(self._before.get(call))
            answer = real(**arguments)
            _meet(self._after.get(call))
            return answer

        return troubled

    def _first_key_only(self, real: Callable[..., Any], wanted: dict[str, Any]) -> Any:
        table, self._left_out = str(self._left_out), None
        first, *others = wanted[table]["Keys"]
        answer = real(RequestItems={table: wanted[table] | {"Keys": [first]}})
        return answer | {"UnprocessedKeys": {table: wanted[table] | {"Keys": others}}}


def _meet(troubles: list[BaseException | Callable[[], object]] | None) -> None:
    if not troubles:
        return
    trouble = troubles.pop(0)
    if isinstance(trouble, BaseException):
        raise trouble
    trouble()


@dataclass
class Stopwatch:
    """Time that passes only by waiting."""

    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds


def flaky_store(
    store: Store, *, patience_seconds: float = 10.0, ids: Iterable[str] = ()
) -> tuple[Store, FlakyClient, Stopwatch]:
    """A second store on the same table, through a client that can be troubled, in time that does not pass by itself."""
    client = FlakyClient(store.table.client)
    watch = Stopwatch()
    table = Table(
        cast("DynamoDBClient", client),
        store.table.name,
        patience_seconds=patience_seconds,
        monotonic=watch,
        sleep=watch.sleep,
    )
    made = iter(ids)
    names = Ids()
    return Store(table, new_id=lambda: next(made, None) or f"second-{names()}"), client, watch
