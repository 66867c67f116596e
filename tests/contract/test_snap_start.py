"""A build with SnapStart: what SAM makes of it, by its own translator."""

import copy
import json
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.cloud.snap_start import with_snap_start
from tests.kit.template import ROOT

REQUESTS = {
    "arrivals",
    "bookings",
    "calendar",
    "cancel",
    "catalog",
    "desk",
    "figures",
    "finalize",
    "guests",
    "images",
    "register",
    "reserve",
    "reviews",
    "topup",
    "wallet",
    "webhook",
}
IN_THE_BACKGROUND = {"audit", "expire", "opener", "pictures", "settle"}


def expanded(*, snap_start: bool) -> dict[str, Any]:
    """The resources as CloudFormation gets them."""
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = {"Bucket": "bucket", "Key": resource["Properties"][name]}
    if snap_start:
        template = with_snap_start(template)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        made = Translator({}, Parser()).translate(copy.deepcopy(template), {}, feature_toggle=None)
    resources: dict[str, Any] = made["Resources"]
    return resources


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return expanded(snap_start=True)


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == f"AWS::Lambda::{kind}"}


def folder(function: dict[str, Any]) -> str:
    return str(function["Properties"]["Code"]["S3Key"]).removeprefix("functions/")


def logical(function: str) -> str:
    return f"{function.title()}Function"


def test_the_functions_that_only_answer_requests_start_from_a_snapshot(resources: dict[str, Any]) -> None:
    starts = {
        folder(function): function["Properties"].get("SnapStart")
        for function in of_type(resources, "Function").values()
    }

    assert {name for name, found in starts.items() if found == {"ApplyOn": "PublishedVersions"}} == REQUESTS
    assert {name for name, found in starts.items() if found is None} == IN_THE_BACKGROUND


def test_their_routes_lead_to_the_alias_and_may_call_it(resources: dict[str, Any]) -> None:
    called = {
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for methods in resources["Api"]["Properties"]["Body"]["paths"].values()
        for operation in methods.values()
    }
    allowed = {
        permission["Properties"]["FunctionName"]["Ref"]
        for permission in of_type(resources, "Permission").values()
        if permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
    }

    for function in REQUESTS:
        assert any(f"functions/${{{logical(function)}Aliaslive}}/" in uri for uri in called), function
        assert not any(f"${{{logical(function)}.Arn}}" in uri for uri in called), function
    assert allowed == {f"{logical(function)}Aliaslive" for function in REQUESTS} | {logical("settle")}


def test_each_build_publishes_its_own_versions_and_keeps_no_other(resources: dict[str, Any]) -> None:
    versions, again = of_type(resources, "Version"), of_type(expanded(snap_start=True), "Version")

    assert len(versions) == len(again) == len(REQUESTS)
    assert set(versions).isdisjoint(again)
    assert {version["DeletionPolicy"] for version in versions.values()} == {"Delete"}


def test_else_there_is_neither_snapshot_nor_alias() -> None:
    plain = expanded(snap_start=False)

    assert not of_type(plain, "Alias")
    assert "SnapStart" not in json.dumps(plain)
