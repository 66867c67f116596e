"""The permissions boundaries: every role has one, it stays within the stack, and every right lies within it."""

import pytest

from tests.contract import expansion
from tests.contract.expansion import resources
from tests.contract.iam_recorder import BUCKET
from tests.contract.roles import (
    FOLDERS,
    KEYS,
    NAMES,
    USERS,
    boundary_of,
    bounded,
    functions,
    named,
    rights,
    role,
    statements,
)


@pytest.mark.parametrize("name", NAMES)
def test_what_sam_attaches_by_itself_is_narrowed_by_the_boundary(name: str) -> None:
    assert role(name)["PermissionsBoundary"] == {"Ref": boundary_of(name)}
    attached = {str(arn).rpartition("/")[2].rstrip("'}") for arn in role(name)["ManagedPolicyArns"]}
    streams = {"AWSLambdaDynamoDBExecutionRole"} if name == "expire" else set()
    assert attached <= {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSXRayDaemonWriteAccess"} | streams


def test_every_role_has_a_boundary_those_of_backups_and_gradual_deployments_too() -> None:
    every = expansion.expanded(expansion.source(), BackupDays="30", GradualDeployment="true")
    bounded_by = {
        name: resource["Properties"].get("PermissionsBoundary")
        for name, resource in every.items()
        if resource["Type"] == "AWS::IAM::Role"
    }

    assert len(bounded_by) == len(NAMES) + 2
    assert {name: boundary for name, boundary in bounded_by.items() if boundary != {"Ref": "Boundary"}} == {
        "SignInFunctionRole": {"Ref": "SignInBoundary"},
        "BackupRole": {"Ref": "BackupBoundary"},
        "CodeDeployServiceRole": {"Ref": "CodeDeployBoundary"},
    }


def test_the_boundary_stays_within_the_stack_but_for_traces() -> None:
    found = bounded("Boundary")

    assert not [action for action, _ in found if "*" in action]
    assert {action for action, resource in found if resource == "*"} == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }
    assert {resource for _, resource in found if resource != "*"} == {
        "Table.Arn",
        "${Table.Arn}/index/due",
        "${Table.Arn}/index/by_user",
        "${Table.Arn}/index/by_property",
        "${Table.Arn}/stream/*",
        "StripeSecret.Id",
        "RazorpaySecret.Id",
        "ExpireFailures.Arn",
        "RunFailures.Arn",
        KEYS,
        BUCKET,
        *FOLDERS,
        *(f"{group}.Arn" for group in log_groups()),
    }


def test_the_boundary_cannot_lock_the_functions_out_of_what_a_key_encrypts() -> None:
    """DynamoDB and Secrets Manager use a key in the caller's name. Its own policy gives that right, and no role does; a
    boundary that leaves it out takes it away."""
    statements = resources()["Boundary"]["Properties"]["PolicyDocument"]["Statement"]
    [keys] = [one for one in statements if one["Sid"] == "Keys"]

    assert {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"} <= set(keys["Action"])
    assert named(keys["Condition"]["StringEquals"]["kms:ViaService"]) == [
        "dynamodb.${AWS::Region}.amazonaws.com",
        "secretsmanager.${AWS::Region}.amazonaws.com",
    ]
    encrypted = {
        name: str(
            resource["Properties"].get("KmsKeyId") or resource["Properties"]["SSESpecification"]["KMSMasterKeyId"]
        )
        for name, resource in resources().items()
        if resource["Type"] in {"AWS::SecretsManager::Secret", "AWS::DynamoDB::Table"}
    }
    assert len(encrypted) == 3
    assert len(set(encrypted.values())) == 1, "one parameter says which key"


def log_groups() -> set[str]:
    """Of the functions within the boundary that all share."""
    return {
        properties["LoggingConfig"]["LogGroup"]["Ref"]
        for name, properties in functions().items()
        if boundary_of(name) == "Boundary"
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_right_lies_within_the_boundary(name: str) -> None:
    allowed = bounded(boundary_of(name))
    streams = {"Table.StreamArn": "${Table.Arn}/stream/*"}  # a table that is restored has another stream
    needed = {(action, streams.get(resource, resource)) for action, resource in rights(statements(name))}

    if name == "sign_in":  # the pool waits for its function, so the boundary cannot name the pool
        needed = {(action, USERS if resource == "UserPool.Arn" else resource) for action, resource in needed}
    assert needed <= allowed
