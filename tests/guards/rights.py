"""The guards of the template over what each role may do, and what its boundary leaves."""

from __future__ import annotations

from typing import Any

from tests.guards.front import resources
from tests.guards.guard import MISSING, Template, TemplateGuard, all_of, found, instead, more, pinned, without

KEYS = 3  # the statement's place in the boundary
BOUNDARY = "Boundary.Properties.PolicyDocument.Statement"
BACKUPS = "BackupBoundary.Properties.PolicyDocument.Statement"
BUCKET = "arn:${AWS::Partition}:s3:::${AWS::StackName}-site-${AWS::AccountId}-${AWS::Region}"
# What the boundary gives beyond the functions' own policies: what SAM and Lambda need in each role, and the keys' own
# policies give.
FOR_LAMBDA = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def rights(statements: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {
        (action, str(resource))
        for one in statements
        for action in as_list(one["Action"])
        for resource in as_list(one["Resource"])
    }


def functions_rights(template: Template) -> set[tuple[str, str]]:
    policies = [
        policy["Statement"]
        for _, properties in resources(template, "AWS::Serverless::Function")
        for policy in properties.get("Policies", [])
        if isinstance(policy, dict) and "Statement" in policy
    ]
    return {right for statements in policies for right in rights(statements)}


def boundary_is_no_wider(template: Template) -> bool:
    """What it allows, some function's own policy allows, but for what Lambda itself needs."""
    if found(template, BOUNDARY) is MISSING:
        return False
    allowed = {(action, resource) for action, resource in rights(found(template, BOUNDARY)) if action not in FOR_LAMBDA}
    needed = functions_rights(template)
    actions = {action for action, _ in allowed}
    return (
        found(template, "Globals.Function.PermissionsBoundary") == "Boundary"
        and actions <= {action for action, _ in needed}
        and {resource for _, resource in allowed} <= {resource for _, resource in needed}
        and not any("*" in action for action in actions)
    )


def no_right_is_wild(template: Template) -> bool:
    """No action has a star, and no resource but a folder of the bucket."""
    return not [
        right
        for right in functions_rights(template)
        if "*" in right[0] or (right[1].endswith("*") and not right[1].startswith(BUCKET))
    ]


def keys_are_within_the_boundary(template: Template) -> bool:
    [*keys] = [one for one in found(template, BOUNDARY) if one["Sid"] == "Keys"]
    return len(keys) == 1 and (
        {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} <= set(keys[0]["Action"])
        and not any("*" in action for action in keys[0]["Action"])
        and found(keys[0] | {"Resources": {}}, "Condition.StringEquals.kms:ViaService")
        == ["dynamodb.${AWS::Region}.amazonaws.com", "secretsmanager.${AWS::Region}.amazonaws.com"]
    )


def aliases_are_of_this_stack(template: Template) -> bool:
    moved = found(template, "CodeDeployBoundary.Properties.PolicyDocument.Statement.0")
    return set(moved["Action"]) == {
        "lambda:GetAlias",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:UpdateAlias",
    } and all(":function:${AWS::StackName}-" in resource for resource in moved["Resource"])


RIGHTS_GUARDS = (
    TemplateGuard(
        "boundary",
        boundary_is_no_wider,
        (
            without("Globals.Function.PermissionsBoundary"),
            more(f"{BOUNDARY}.0.Action", "dynamodb:DeleteTable"),
            instead(f"{BOUNDARY}.0.Action", "dynamodb:*"),
            more(f"{BOUNDARY}.0.Resource", "*"),
            more(BOUNDARY, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}),
        ),
    ),
    all_of(
        "service-boundaries",
        pinned("service-boundaries", "BackupRole.Properties.PermissionsBoundary", "BackupBoundary", "Boundary"),
        pinned("service-boundaries", f"{BACKUPS}.0.Resource", "Table.Arn", "*"),
        pinned("service-boundaries", f"{BACKUPS}.2.Resource", "BackupVault.BackupVaultArn", "*"),
        pinned(
            "service-boundaries",
            "CodeDeployServiceRole.Properties.PermissionsBoundary",
            "CodeDeployBoundary",
            "Boundary",
        ),
        pinned(
            "service-boundaries",
            "Globals.Function.DeploymentPreference.Role",
            ["IsGradual", "CodeDeployServiceRole.Arn", "AWS::NoValue"],
            "BackupRole.Arn",
        ),
        TemplateGuard(
            "service-boundaries",
            aliases_are_of_this_stack,
            (
                more("CodeDeployBoundary.Properties.PolicyDocument.Statement.0.Resource", "*"),
                more("CodeDeployBoundary.Properties.PolicyDocument.Statement.0.Action", "lambda:InvokeFunction"),
            ),
        ),
    ),
    TemplateGuard(
        "roles",
        no_right_is_wild,
        (
            instead("ReserveFunction.Properties.Policies.0.Statement.0.Action", "dynamodb:*"),
            instead("ReserveFunction.Properties.Policies.0.Statement.0.Resource", "*"),
        ),
    ),
    TemplateGuard(
        "boundary-keys",
        keys_are_within_the_boundary,
        (
            without(f"{BOUNDARY}.{KEYS}"),
            more(f"{BOUNDARY}.{KEYS}.Action", "kms:*"),
            without(f"{BOUNDARY}.{KEYS}.Condition"),
        ),
    ),
)
