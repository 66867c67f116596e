"""The rights that the expanded template gives each function, and the boundaries around them."""

from collections.abc import Iterator
from typing import Any

from tests.contract.expansion import resources
from tests.contract.iam_recorder import BUCKET, Right
from tests.kit.template import functions as declared

FOLDERS = {f"{BUCKET}/uploads/*", f"{BUCKET}/images/*", f"{BUCKET}/audit/*"}
KEYS = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"


def functions() -> dict[str, dict[str, Any]]:
    """The properties of each expanded function, by its folder's name."""
    return {
        resource["Properties"]["Code"]["S3Key"].removeprefix("functions/"): resource["Properties"]
        for resource in resources().values()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def role(function: str) -> dict[str, Any]:
    [name, _] = functions()[function]["Role"]["Fn::GetAtt"]
    properties: dict[str, Any] = resources()[name]["Properties"]
    return properties


def statements(function: str) -> Iterator[dict[str, Any]]:
    """Of its role, and of what is attached to it from outside."""
    role_of = {"Ref": functions()[function]["Role"]["Fn::GetAtt"][0]}
    attached = [
        resource["Properties"]
        for resource in resources().values()
        if resource["Type"] == "AWS::IAM::Policy" and role_of in resource["Properties"]["Roles"]
    ]
    for policy in [*role(function).get("Policies", []), *attached]:
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def named(value: Any) -> list[str]:
    """A resource, or several, as the text that the template has for it."""
    found = []
    for resource in as_list(value):
        match resource:
            case {"Fn::GetAtt": [name, attribute]}:
                found.append(f"{name}.{attribute}")
            case {"Fn::Sub": str(text)}:
                found.append(text)
            case str():
                found.append(resource)
            case _:
                raise AssertionError(f"a resource that nobody can read: {resource}")
    return found


def rights(found: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> set[Right]:
    """Each action with each resource, as texts such as `Table.Arn` or `${Table.Arn}/index/due`."""
    return {
        (action, resource) for one in found for action in as_list(one["Action"]) for resource in named(one["Resource"])
    }


def boundary_of(function: str) -> str:
    """All share one, but for the function that Cognito calls: it has nothing to do with the table."""
    return "SignInBoundary" if function == "sign_in" else "Boundary"


def bounded(name: str) -> set[Right]:
    return rights(resources()[name]["Properties"]["PolicyDocument"]["Statement"])


NAMES = sorted(declared())

USERS = "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/*"
