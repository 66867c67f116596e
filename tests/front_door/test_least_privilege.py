"""What each role may do: read from the template as SAM expands it, and held against what the handlers asked for."""

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from holdfast.catalog_store import CatalogStore
from holdfast.store import Store
from tests.conftest import ROOT, FakeClock
from tests.front_door.work import WORK
from tests.unit.front_door import FrontDoor
from tests.unit.stays import a_promo
from tests.unit.test_template import functions as declared
from tests.unit.test_template import http_events, needed, watched

# What SAM attaches by itself. Their resources are `*`; the stack's permissions boundary narrows them.
AWS_POLICIES = {
    name: f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "AWSXrayWriteOnlyAccess",
        "AWSXRayDaemonWriteAccess",
    )
}
PAYING = {"finalize", "cancel", "topup", "webhook", "settle"}
Right = tuple[str, str]


@cache
def expanded() -> dict[str, Any]:
    """The resources of the template as CloudFormation gets them."""
    source = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in source["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = {"Bucket": "bucket", "Key": resource["Properties"][name]}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        return _translated(source)


def _translated(source: dict[str, Any]) -> dict[str, Any]:
    policies = {arn.rpartition("/")[2]: arn for arn in AWS_POLICIES.values()}
    translator = Translator(policies, Parser())
    made: dict[str, Any] = translator.translate(copy.deepcopy(source), {}, feature_toggle=None)
    resources: dict[str, Any] = made["Resources"]
    return resources


def functions() -> dict[str, dict[str, Any]]:
    """The properties of each expanded function, by its folder's name."""
    return {
        resource["Properties"]["Code"]["S3Key"].removeprefix("functions/"): resource["Properties"]
        for resource in expanded().values()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def role(function: str) -> dict[str, Any]:
    [name, _] = functions()[function]["Role"]["Fn::GetAtt"]
    properties: dict[str, Any] = expanded()[name]["Properties"]
    return properties


def statements(function: str) -> Iterator[dict[str, Any]]:
    for policy in role(function)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def rights(found: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> set[Right]:
    """Each action with each resource, as texts such as `Table.Arn` or `${Table.Arn}/index/due`."""
    return {
        (action, resource) for one in found for action in _list(one["Action"]) for resource in _named(one["Resource"])
    }


NAMES = sorted(functions())


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [functions()[name]["Role"]["Fn::GetAtt"][0] for name in NAMES]

    assert len(set(roles)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_role_names_everything(name: str) -> None:
    for statement in statements(name):
        assert statement["Effect"] == "Allow"
        assert not [action for action in _list(statement["Action"]) if "*" in action]
        assert not [resource for resource in _named(statement["Resource"]) if "*" in resource]


@pytest.mark.parametrize("name", NAMES)
def test_what_sam_attaches_by_itself_is_narrowed_by_the_boundary(name: str) -> None:
    assert role(name)["PermissionsBoundary"] == {"Ref": "Boundary"}
    attached = {str(arn).rpartition("/")[2].rstrip("'}") for arn in role(name)["ManagedPolicyArns"]}
    streams = {"AWSLambdaDynamoDBExecutionRole"} if name == "expire" else set()
    assert attached <= {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSXRayDaemonWriteAccess"} | streams


def test_the_boundary_stays_within_the_stack_but_for_traces() -> None:
    found = rights(expanded()["Boundary"]["Properties"]["PolicyDocument"]["Statement"])

    assert not [action for action, _ in found if "*" in action]
    assert {action for action, resource in found if resource == "*"} == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }
    assert {resource for _, resource in found if resource != "*"} == {
        "Table.Arn",
        "${Table.Arn}/index/due",
        "${Table.Arn}/index/by_user",
        "${Table.Arn}/stream/*",
        "StripeSecret.Id",
        "RazorpaySecret.Id",
        "ExpireFailures.Arn",
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${AWS::StackName}-*",
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_right_lies_within_the_boundary(name: str) -> None:
    assert rights(statements(name)) <= rights(expanded()["Boundary"]["Properties"]["PolicyDocument"]["Statement"])


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_do_to_the_table_what_it_does_and_nothing_else(
    name: str, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store
) -> None:
    hotel.add_promo(a_promo())
    work: Callable[[FrontDoor, FakeClock, Store], None] = WORK[name]
    with watched(front_door, [name]) as traffic:
        work(front_door, clock, store)

    granted = {
        (action.removeprefix("dynamodb:"), resource.replace("Table.Arn", "table").replace("${table}/", ""))
        for action, resource in rights(statements(name))
        if action.startswith("dynamodb:")
    }
    assert needed(traffic[name]) == granted


@pytest.mark.parametrize("name", NAMES)
def test_the_gateways_keys_are_read_by_those_who_pay_and_by_nobody_else(name: str) -> None:
    readable = {resource for action, resource in rights(statements(name)) if action.startswith("secretsmanager:")}

    assert readable == ({"StripeSecret.Id", "RazorpaySecret.Id"} if name in PAYING else set())
    assert ("STRIPE_SECRET_NAME" in functions()[name]["Environment"]["Variables"]) == (name in PAYING)


def test_counting_promo_tries_touches_accounts_only() -> None:
    [counting] = [statement for statement in statements("bookings") if statement["Action"] == "dynamodb:UpdateItem"]

    assert counting["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "USER#*"}}


@pytest.mark.parametrize("name", NAMES)
def test_only_the_api_the_rules_and_the_stream_may_start_a_function(name: str) -> None:
    """A direct invoke with made-up claims needs a right that no resource policy here gives."""
    [logical_id] = [
        key
        for key, resource in expanded().items()
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"] == functions()[name]
    ]
    granted = [
        resource["Properties"]
        for resource in expanded().values()
        if resource["Type"] == "AWS::Lambda::Permission" and logical_id in str(resource["Properties"]["FunctionName"])
    ]

    assert {permission["Action"] for permission in granted} == {"lambda:InvokeFunction"}
    assert {(permission["Principal"], source(permission)) for permission in granted} == {
        ("apigateway.amazonaws.com", f"Api/*/{event['Method']}{re.sub('{[^}]+}', '*', event['Path'])}")
        for event in http_events(declared()[name])
    } | {
        ("events.amazonaws.com", f"{logical_id}{event}.Arn")
        for event, told in declared()[name]["Events"].items()
        if told["Type"] == "Schedule"
    }


def source(permission: dict[str, Any]) -> str:
    """Who may call: the API with stage, method and path, or the rule."""
    match permission["SourceArn"]:
        case {"Fn::Sub": [str(text), {"__ApiId__": {"Ref": api}, "__Stage__": stage}]}:
            account = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            assert text.startswith(account + "${__ApiId__}/${__Stage__}/")
            return text.removeprefix(account).replace("${__ApiId__}", api).replace("${__Stage__}", stage)
        case {"Fn::GetAtt": [rule, "Arn"]}:
            assert expanded()[rule]["Type"] == "AWS::Events::Rule"
            return f"{rule}.Arn"
    raise AssertionError(f"a caller that nobody can read: {permission}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(value: Any) -> list[str]:
    """A resource, or several, as the text that the template has for it."""
    found = []
    for resource in _list(value):
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
