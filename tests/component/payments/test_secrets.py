"""The gateways' secrets while the secret store is well, and while it is not."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import botocore.session  # noqa: TID251 - plays the operator who puts the secrets in
import pytest
from moto import mock_aws

from holdfast.errors import Busy
from holdfast.payments.gateways import secrets
from tests.kit.log_capture import LogLines


class SecretStore:
    """Secrets Manager on moto, as the operator sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        session: Any = botocore.session.get_session()
        self._client = session.create_client("secretsmanager", region_name="us-east-1")
        self._client.create_secret(Name=name, SecretString=json.dumps({"api_key": "first"}))

    def write(self, text: str) -> None:
        self._client.put_secret_value(SecretId=self.name, SecretString=text)

    def stop_answering(self) -> None:
        self._client.delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True)

    def answer_again(self, text: str) -> None:
        self._client.create_secret(Name=self.name, SecretString=text)

    def read(self) -> str:
        """The key as the gateways get it."""
        return str(secrets.secret_value(self.name)["api_key"])


def let_pass(name: str, seconds: float) -> None:
    """Time since the last read; what was read is forgotten once it is old enough."""
    secrets._ask_at[name] = secrets._ask_at.get(name, 0.0) - seconds
    if seconds > secrets.MAX_AGE_SECONDS:
        provider: Any = secrets._provider()
        provider.clear_cache()


@pytest.fixture
def store() -> Iterator[SecretStore]:
    with mock_aws():
        secrets._provider.cache_clear()
        yield SecretStore(f"holdfast-{uuid4()}")
    secrets._provider.cache_clear()


def test_a_rotated_secret_takes_effect(store: SecretStore) -> None:
    assert store.read() == "first"
    store.write(json.dumps({"api_key": "second"}))
    assert store.read() == "first"
    let_pass(store.name, secrets.MAX_AGE_SECONDS + 1)
    assert store.read() == "second"


@pytest.mark.parametrize("trouble", ["no answer", "no JSON"])
def test_the_last_good_secret_stays_in_use_while_there_is_none(
    store: SecretStore, lines: LogLines, trouble: str
) -> None:
    assert store.read() == "first"
    store.stop_answering() if trouble == "no answer" else store.write("{")
    let_pass(store.name, secrets.MAX_AGE_SECONDS + 1)
    assert [store.read() for _ in range(3)] == ["first"] * 3
    assert [(line["level"], line["secret_name"]) for line in lines.all] == [("ERROR", store.name)]
    assert "first" not in lines.text.getvalue()
    let_pass(store.name, secrets.ASK_AGAIN_SECONDS)
    assert store.read() == "first"
    assert len(lines.all) == 2


def test_the_store_is_asked_again_and_believed(store: SecretStore) -> None:
    store.read()
    store.stop_answering()
    let_pass(store.name, secrets.MAX_AGE_SECONDS + 1)
    store.read()
    store.answer_again(json.dumps({"api_key": "second"}))
    let_pass(store.name, secrets.ASK_AGAIN_SECONDS)
    assert store.read() == "second"


def test_a_secret_that_was_never_read_is_busy(store: SecretStore, lines: LogLines) -> None:
    store.stop_answering()
    with pytest.raises(Busy):
        store.read()
    assert [line["level"] for line in lines.all] == ["ERROR"]
