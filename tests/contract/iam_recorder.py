"""What a function asks of AWS while its handler runs, of whichever service, as the rights that IAM would look for."""

from dataclasses import dataclass, field
from typing import Any

import botocore.client  # noqa: TID251 - watched, not called
import pytest

Right = tuple[str, str]

# A transaction needs the rights of its actions.
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@dataclass
class IamRecorder:
    """Each action with its resource, named as the template names it."""

    rights: set[Right] = field(default_factory=set)
    running: bool = False

    def watch(self, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Notes every call to AWS, by any client and from any thread, while this function's handler runs."""
        any_client: Any = botocore.client.BaseClient
        handler, call = module.lambda_handler, any_client._make_api_call

        def watched(*arguments: Any) -> Any:
            self.running = True
            try:
                return handler(*arguments)
            finally:
                self.running = False

        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if self.running:
                self.rights |= _rights(client.meta.service_model.service_name, operation, parameters)
            return call(client, operation, parameters)

        monkeypatch.setattr(module, "lambda_handler", watched)
        monkeypatch.setattr(any_client, "_make_api_call", noted)


def _rights(service: str, operation: str, parameters: dict[str, Any]) -> set[Right]:
    match service, operation:
        case "dynamodb", "TransactWriteItems":
            return {
                (f"dynamodb:{TRANSACTED[kind]}", "Table.Arn") for one in parameters["TransactItems"] for kind in one
            }
        case "dynamodb", _:
            index = parameters.get("IndexName")
            return {(f"dynamodb:{operation}", f"${{Table.Arn}}/index/{index}" if index else "Table.Arn")}
        case "secretsmanager", _:
            return {(f"secretsmanager:{operation}", parameters["SecretId"])}
    return {(f"{service}:{operation}", "somewhere")}
