"""Publishes the pages to a stack on AWS: `make publish STACK_NAME=… STRIPE_KEY=pk_… RAZORPAY_KEY=rzp_…`."""

import os
import time
from collections.abc import Mapping
from typing import Any

import boto3

from local.site import Site, publish
from local.tools import LocalError

STRIPE_SCRIPT = "https://js.stripe.com/v3/"
RAZORPAY_SCRIPT = "https://checkout.razorpay.com/v1/checkout.js"
LOCAL_ORIGIN = "http://localhost:3000"  # the template's default, of the pages and of where the sign-in page leads to


def publish_to_aws(stack_name: str, pages: Mapping[str, bytes]) -> str:
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
    publish(pages, site)
    boto3.client("cloudfront").create_invalidation(
        DistributionId=outputs["SiteDistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
    )
    return site.url


def exact_origins(outputs: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters to change, now that the stack's addresses are known: the pages call these origins and no others,
    the API answers the pages, and the sign-in page sends guests back to them. What an operator has named stays."""
    site = outputs["SiteUrl"]
    called = {
        "WebSources": [outputs["ApiUrl"], outputs["SignInUrl"]],
        "CorsOrigins": [site],
        "CallbackUrls": [f"{site}/signed-in"],
        "LogoutUrls": [f"{site}/"],
    }
    named = {
        name: [one for one in parameters.get(name, "").split(",") if one and not _is_local(one)] for name in called
    }
    wanted = {name: ",".join(dict.fromkeys([*named[name], *more])) for name, more in called.items()}
    return {name: value for name, value in wanted.items() if value != parameters.get(name)}


def site_on_aws(outputs: Mapping[str, str], region: str, gateways: Mapping[str, Mapping[str, str]]) -> Site:
    return Site(
        bucket=outputs["SiteBucketName"],
        url=outputs["SiteUrl"],
        api_url=outputs["ApiUrl"],
        region=region,
        user_pool_id=outputs["UserPoolId"],
        client_id=outputs["UserPoolClientId"],
        sign_in_url=outputs["SignInUrl"],
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


def _is_local(address: str) -> bool:
    return address.partition("/signed-in")[0].rstrip("/") == LOCAL_ORIGIN
