"""The client of DynamoDB: its timeouts, and a start that costs little."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import msgspec
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECT_SECONDS = 1
READ_SECONDS = 2
CONNECTIONS = 32  # to DynamoDB, at once


class _ModelFiles(JSONFileLoader):
    """Reads botocore's service models with msgspec, several times faster than its own reader: a cold start shows it."""

    def load_file(self, file_path: str) -> Any:
        for path, opened in ((Path(f"{file_path}.json"), Path.open), (Path(f"{file_path}.json.gz"), gzip.open)):
            if path.is_file():
                with opened(path, "rb") as model_file:
                    return msgspec.json.decode(model_file.read())
        return None


class _DynamoDBLoader(Loader):
    """Knows that DynamoDB is there without a look into each of botocore's four hundred service folders."""

    FILE_LOADER_CLASS = _ModelFiles

    def list_available_services(self, type_name: str) -> list[str]:
        del type_name
        return ["dynamodb"]


def connect(endpoint_url: str | None = None) -> DynamoDBClient:
    """A client with our timeouts and none of the SDK's own retries, from botocore: importing boto3 costs more."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=CONNECTIONS,
        tcp_keepalive=True,
    )
    session = botocore.session.get_session()
    session.register_component("data_loader", _DynamoDBLoader())
    client: DynamoDBClient = session.create_client("dynamodb", config=config, endpoint_url=endpoint_url)  # type: ignore[assignment]
    return client
