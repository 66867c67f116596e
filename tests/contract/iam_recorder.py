"""What a function asks of AWS while its handler runs, of whichever service, as the rights that IAM would look for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.auth  # noqa: TID251 - watched, not called
import botocore.client  # noqa: TID251 - the same
import pytest

Right = tuple[str, str]

BUCKET = "arn:${AWS::Partition}:s3:::${AWS::StackName}-site-${AWS::AccountId}-${AWS::Region}"

# A transaction needs the rights of its actions.
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}

OF_ONE_RESOURCE = {"dynamodbstreams": ("dynamodb", "Table.StreamArn"), "cognito-idp": ("cognito-idp", "UserPool.Arn")}


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

        any_form: Any = botocore.auth.S3SigV4PostAuth
        sign = any_form.add_auth

        def signed(auth: Any, request: Any) -> None:
            """A form that a browser posts has the rights of whoever signed it."""
            if self.running:
                self.rights |= _rights("s3", "PutObject", {"Key": request.context["s3-presign-post-fields"]["key"]})
            sign(auth, request)

        monkeypatch.setattr(any_form, "add_auth", signed)
        monkeypatch.setattr(module, "lambda_handler", watched)
        monkeypatch.setattr(any_client, "_make_api_call", noted)

    def note_table(self, operation: str, parameters: dict[str, Any], answer: Callable[[], Any]) -> Any:
        """A call to a table that is not behind a client of botocore's."""
        if self.running:
            self.rights |= _rights("dynamodb", operation, parameters)
        return answer()


def _rights(service: str, operation: str, parameters: dict[str, Any]) -> set[Right]:
    match service, operation:
        case "dynamodb", "TransactWriteItems":
            return {
                (f"dynamodb:{TRANSACTED[kind]}", "Table.Arn") for one in parameters["TransactItems"] for kind in one
            }
        case "dynamodb", _:
            index = parameters.get("IndexName")
            return {(f"dynamodb:{operation}", f"${{Table.Arn}}/index/{index}" if index else "Table.Arn")}
        case "s3", _:
            return _bucket_rights(operation, parameters)
        case (("dynamodbstreams" | "cognito-idp"), _):
            prefix, resource = OF_ONE_RESOURCE[service]
            return {(f"{prefix}:{operation}", resource)}
        case "secretsmanager", _:
            return {(f"secretsmanager:{operation}", parameters["SecretId"])}
    return {(f"{service}:{operation}", "somewhere")}


def _bucket_rights(operation: str, parameters: dict[str, Any]) -> set[Right]:
    match operation:
        case "ListObjectsV2":
            return {("s3:ListBucket", BUCKET)}
        case "DeleteObjects":
            return {("s3:DeleteObject", _folder(one["Key"])) for one in parameters["Delete"]["Objects"]}
    return {(f"s3:{operation}", _folder(parameters["Key"]))}


def _folder(key: str) -> str:
    """The folder that a key is in, as the template names what is in it."""
    return f"{BUCKET}/{key.partition('/')[0]}/*"
