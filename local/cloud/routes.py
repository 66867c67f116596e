"""Routes, integrations, authorizer and CORS of the deployed HTTP API.

SAM writes them into the API's OpenAPI body, which MiniStack's CloudFormation does not import. This module reads that
body in the processed template, so `template.yaml` stays the one place that declares a route.
"""

import re
from collections.abc import Mapping
from typing import Any

import boto3

from local.stack import REGION, STACK_NAME
from local.tools import LocalError

API = "Api"  # its logical id in template.yaml


def add_routes(outputs: Mapping[str, str]) -> int:
    """Adds to the API what the body declares; returns the number of routes."""
    cloudformation, gateway = boto3.client("cloudformation"), boto3.client("apigatewayv2")
    template: Any = cloudformation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    names |= {"AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
    body = template["Resources"][API]["Properties"]["Body"]
    api_id = outputs["ApiId"]

    schemes = body["components"]["securitySchemes"]
    authorizers = {}
    for name, scheme in schemes.items():
        declared = _resolved(scheme["x-amazon-apigateway-authorizer"], names)
        authorizers[name] = gateway.create_authorizer(
            ApiId=api_id,
            Name=name,
            AuthorizerType="JWT",
            IdentitySource=[declared["identitySource"]],
            JwtConfiguration={
                "Issuer": declared["jwtConfiguration"]["issuer"],
                "Audience": declared["jwtConfiguration"]["audience"],
            },
        )["AuthorizerId"]

    integrations: dict[str, str] = {}
    count = 0
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            uri = _resolved(operation["x-amazon-apigateway-integration"]["uri"], names)
            if uri not in integrations:
                integrations[uri] = gateway.create_integration(
                    ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0"
                )["IntegrationId"]
            route: Any = {"RouteKey": f"{method.upper()} {path}", "Target": f"integrations/{integrations[uri]}"}
            guards = [name for rule in operation.get("security", []) for name in rule if name != "NONE"]
            if guards:
                route |= {"AuthorizationType": "JWT", "AuthorizerId": authorizers[guards[0]]}
            gateway.create_route(ApiId=api_id, **route)
            count += 1

    cors = _resolved(body.get("x-amazon-apigateway-cors", {}), names)
    if cors:
        settings: Any = {key[0].upper() + key[1:]: value for key, value in cors.items()}
        settings["AllowOrigins"] = _origins(cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0])
        gateway.update_api(ApiId=api_id, CorsConfiguration=settings)
    return count


def _origins(stack: Any) -> list[str]:
    """The CORS origins of the deployed stack."""
    [origins] = [part["ParameterValue"] for part in stack["Parameters"] if part["ParameterKey"] == "CorsOrigins"]
    return str(origins).split(",")


def _resolved(value: Any, names: Mapping[str, str]) -> Any:
    """The value with `Ref` and `Fn::Sub` resolved, as far as an API body uses them."""
    match value:
        case {"Ref": name}:
            return names.get(name, value)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda match: _substitute(match[1], names), text)
        case dict():
            return {key: _resolved(inner, names) for key, inner in value.items()}
        case list():
            return [_resolved(inner, names) for inner in value]
        case _:
            return value


def _substitute(name: str, names: Mapping[str, str]) -> str:
    logical_id, _, attribute = name.partition(".")
    if logical_id not in names:
        raise LocalError(f"the processed template refers to {name}, which the stack does not have")
    if attribute == "Arn":
        return f"arn:aws:lambda:{REGION}:000000000000:function:{names[logical_id]}"
    return names[logical_id]
