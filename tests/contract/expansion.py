"""What SAM makes of the template, by its own translator."""

import copy
from functools import cache
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tests.kit.template import ROOT

Template = dict[str, Any]

# What SAM attaches by itself. Their resources are `*`; the stack's permissions boundary narrows them.
AWS_POLICIES = {
    name.rpartition("/")[2]: f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "AWSXrayWriteOnlyAccess",
        "AWSXRayDaemonWriteAccess",
    )
}


@cache
def source() -> Template:
    """The template, with its code as if it were uploaded; a copy of it may be changed."""
    template: Template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = {"Bucket": "bucket", "Key": resource["Properties"][name]}
    return template


def expanded(template: Template, **parameters: str) -> Template:
    """The resources as CloudFormation gets them, with the parameters' defaults but for these."""
    values = {name: found["Default"] for name, found in template["Parameters"].items() if "Default" in found}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        translator = Translator(AWS_POLICIES, Parser())
        made = translator.translate(copy.deepcopy(template), values | parameters, feature_toggle=None)
    resources: Template = made["Resources"]
    return resources


@cache
def resources() -> Template:
    """With every parameter at its default; nobody may change them."""
    return expanded(source())
