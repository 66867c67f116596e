"""Publishes the pages to a stack on AWS: `make publish STACK_NAME=… STRIPE_KEY=pk_… RAZORPAY_KEY=rzp_…`."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3

from local.site import Site, publish
from local.tools import LocalError

STRIPE_SCRIPT = "https://js.stripe.com/v3/"
RAZORPAY_SCRIPT = "https://checkout.razorpay.com/v1/checkout.js"
LOCAL_ORIGIN = "http://localhost:3000"  # the template's default


def publish_to_aws(stack_name: str, dist: Path) -> str:
    """Uploads the built pages, tells the stack's API and policy about them, and empties the distribution's cache.

    Returns the pages' address. Raises LocalError for a stack that is not there or is older than its template.
    """
    cloud = boto3.client("cloudformation")
    stack: Any = cloud.describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack["Parameters"]}
    if "SiteDistributionId" not in outputs:
        raise LocalError(f"{stack_name} has no SiteDistributionId among its outputs: deploy it again, by `make deploy`")
    if changes := exact_origins(outputs, parameters):
        cloud.update_stack(
            StackName=stack_name,
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": changes[name]}
                if name in changes
                else {"ParameterKey": name, "UsePreviousValue": True}
                for name in parameters
            ],
        )
        cloud.get_waiter("stack_update_complete").wait(StackName=stack_name)
    site = site_on_aws(outputs, cloud.meta.region_name, gateways_of(os.environ))
    publish(dist, site)
    boto3.client("cloudfront").create_invalidation(
        DistributionId=outputs["SiteDistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
    )
    return site.url


def exact_origins(outputs: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters to change, now that the stack's addresses are known: the pages call these origins and no others,
    and the API answers the pages. What an operator has named stays."""
    called = [outputs["ApiUrl"], outputs["SignInDomain"]]
    wanted = {
        "WebSources": _joined(_listed(parameters.get("WebSources", "")), called),
        "CorsOrigins": _joined(
            [one for one in _listed(parameters.get("CorsOrigins", "")) if one != LOCAL_ORIGIN], [outputs["SiteUrl"]]
        ),
    }
    return {name: value for name, value in wanted.items() if value != parameters.get(name)}


def site_on_aws(outputs: Mapping[str, str], region: str, gateways: Mapping[str, Mapping[str, str]]) -> Site:
    return Site(
        bucket=outputs["SiteBucketName"],
        url=outputs["SiteUrl"],
        api_url=outputs["ApiUrl"],
        region=region,
        user_pool_id=outputs["UserPoolId"],
        client_id=outputs["UserPoolClientId"],
        sign_in_url=outputs["SignInDomain"],
        gateways=gateways,
    )


def gateways_of(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The gateways whose public key is given: pages offer no other. Raises LocalError without any, and for a secret."""
    scripts = {"stripe": ("STRIPE_KEY", "pk_", STRIPE_SCRIPT), "razorpay": ("RAZORPAY_KEY", "rzp_", RAZORPAY_SCRIPT)}
    found = {}
    for gateway, (variable, beginning, script) in scripts.items():
        if not (key := environment.get(variable)):
            continue
        if not key.startswith(beginning):
            raise LocalError(f"{variable} is for everybody to see: it has to be the public key, {beginning}…")
        found[gateway] = {"script": script, "key": key}
    if not found:
        raise LocalError("name a gateway by its public key: STRIPE_KEY=pk_… or RAZORPAY_KEY=rzp_…, or both")
    return found


def _listed(value: str) -> list[str]:
    return [one for one in value.split(",") if one]


def _joined(known: Sequence[str], more: Sequence[str]) -> str:
    return ",".join(dict.fromkeys([*known, *more]))
