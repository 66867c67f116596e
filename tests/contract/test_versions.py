"""Versions and aliases: what SAM makes of the template, by its own translator, and what brings requests to new code."""

import copy
import re
import secrets
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest

from local.cloud.deploy import _without_versions
from local.cloud.release import released
from tests.contract import expansion
from tests.contract.expansion import Template, expanded, source
from tests.contract.test_alarms import ALARMS, parts
from tests.kit.template import functions, http_events

# What a deployment's alarms watch waits for the pool and the bucket, and they for these functions' aliases.
AT_ONCE = {"pictures", "sign_in"}


@pytest.fixture(scope="module")
def resources() -> Template:
    return expanded(source(), GradualDeployment="true", DeploymentType="Linear10PercentEvery1Minute")


def of_type(resources: Template, kind: str) -> Template:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def versions(resources: Template) -> set[str]:
    return set(of_type(resources, "AWS::Lambda::Version"))


def logical(function: str) -> str:
    return f"{function.title().replace('_', '')}Function"


def test_all_that_calls_a_function_calls_its_alias(resources: Template) -> None:
    called = str(
        [
            operation["x-amazon-apigateway-integration"]["uri"]
            for methods in resources["Api"]["Properties"]["Body"]["paths"].values()
            for operation in methods.values()
        ]
    )
    others = str(
        [
            *of_type(resources, "AWS::Events::Rule").values(),
            *of_type(resources, "AWS::Lambda::EventSourceMapping").values(),
            resources["SiteBucket"]["Properties"]["NotificationConfiguration"],
            resources["UserPool"]["Properties"]["LambdaConfig"],
        ]
    )
    allowed = {
        permission["Properties"]["FunctionName"]["Ref"]
        for permission in of_type(resources, "AWS::Lambda::Permission").values()
    }

    assert allowed == {f"{logical(function)}Aliaslive" for function in functions()}
    for function, properties in functions().items():
        assert (f"${{{logical(function)}Aliaslive}}/" in called) is bool(list(http_events(properties))), function
        assert f"{logical(function)}.Arn" not in called + others
        assert f"['{logical(function)}', 'Arn']" not in called + others


def change_code(template: Template) -> None:
    template["Resources"]["ReserveFunction"]["Properties"]["CodeUri"]["Key"] = "another"


def change_layer(template: Template) -> None:
    template["Resources"]["SharedLayer"]["Properties"]["ContentUri"]["Key"] = "another"


def change_settings(template: Template) -> None:
    template["Globals"]["Function"]["Environment"]["Variables"]["HOLD_SECONDS"] = "60"


@pytest.mark.parametrize(("change", "count"), [(change_code, 1), (change_layer, 20), (change_settings, 20)])
def test_what_changes_is_published(change: Callable[[Template], None], count: int, resources: Template) -> None:
    changed = copy.deepcopy(source())
    change(changed)

    new = versions(expanded(changed)) - versions(resources)

    assert len(new) == (count if count == 1 else len(functions()))


def test_each_build_publishes_its_own_versions_also_for_another_value_of_a_parameter(resources: Template) -> None:
    """A deploy that changes a parameter alone publishes nothing; a build before it gives its versions a new name."""
    assert versions(expanded(source(), HoldSeconds="60")) == versions(resources)
    built = versions(expanded(released(source(), secrets.token_hex(32))))

    assert len(built) == len(functions())
    assert built.isdisjoint(versions(resources))


def test_a_version_is_deleted_after_the_next_and_not_before(resources: Template) -> None:
    """SnapStart bills each version that is kept; the image of one must not outlive it."""
    found = of_type(resources, "AWS::Lambda::Version").values()

    assert {version["DeletionPolicy"] for version in found} == {"Delete"}


def test_a_gradual_deployment_goes_back_when_an_alarm_rises(resources: Template) -> None:
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")

    gradual = set(functions()) - AT_ONCE
    assert set(groups) == {f"{logical(function)}DeploymentGroup" for function in gradual}
    for group in groups.values():
        properties = group["Properties"]
        assert properties["AutoRollbackConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert "Linear10PercentEvery1Minute" in str(properties["DeploymentConfigName"])
        names = [alarm["Name"]["Ref"] for alarm in properties["AlarmConfiguration"]["Alarms"]]
        assert {"RequestErrorsAlarm", "BrokenInvariantsAlarm"} <= set(names) <= set(ALARMS)
        assert len(names) <= 10, "CodeDeploy takes no more"
        for name in names:
            assert {part["Namespace"] for part in parts(ALARMS[name])} <= {"AWS/Lambda", "Holdfast/${AWS::StackName}"}


def test_no_resource_of_a_gradual_deployment_waits_for_itself(resources: Template) -> None:
    """CloudFormation refuses such a template whole; cfn-lint sees only the one of the parameters' defaults."""
    waits = {name: set(references(resource)) & set(resources) for name, resource in resources.items()}

    assert len(list(TopologicalSorter(waits).static_order())) == len(resources)


def references(value: Any) -> Iterator[str]:
    """The names that a resource refers to, or says that it depends on."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::Sub": text}:
            yield from re.findall(r"\$\{(\w+)[}.]", str(text))
            yield from references(text)
        case {"DependsOn": named, **others}:
            yield from [named] if isinstance(named, str) else named
            yield from references(others)
        case dict():
            yield from references(list(value.values()))
        case list():
            for one in value:
                yield from references(one)


def test_codedeploy_moves_the_aliases_of_its_deployments_and_no_others(resources: Template) -> None:
    [aliases, alarms] = resources["CodeDeployBoundary"]["Properties"]["PolicyDocument"]["Statement"]
    named = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-{}-*"

    assert aliases["Action"] == ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]
    assert {resource["Fn::Sub"] for resource in aliases["Resource"]} == {
        named.replace("{}", logical(function)) for function in set(functions()) - AT_ONCE
    }
    assert alarms["Action"] == "cloudwatch:DescribeAlarms"
    for group in of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values():
        assert group["Properties"]["ServiceRoleArn"]["Fn::If"][:2] == [
            "IsGradual",
            {"Fn::GetAtt": ["CodeDeployServiceRole", "Arn"]},
        ]


def test_unless_it_is_asked_for_all_requests_move_at_once() -> None:
    plain = expansion.resources()

    assert not of_type(plain, "AWS::CodeDeploy::DeploymentGroup")
    assert len(of_type(plain, "AWS::Lambda::Alias")) == len(functions())


def test_only_functions_that_answer_requests_can_start_from_a_snapshot() -> None:
    """An image costs by the hour; nobody waits for the others."""
    for function, properties in functions().items():
        alone = {event["Type"] for event in properties.get("Events", {}).values()} != {"HttpApi"}
        assert properties.get("SnapStart") == (None if alone else {"ApplyOn": "SnapStart"}), function


def test_one_machine_has_no_versions() -> None:
    plain = expanded(_without_versions(source()))

    assert not of_type(plain, "AWS::Lambda::Alias")
    arn = {"Fn::GetAtt": ["PicturesFunction", "Arn"]}
    [started] = plain["SiteBucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]
    assert started["Function"] == plain["PicturesPermission"]["Properties"]["FunctionName"] == arn
