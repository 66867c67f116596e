"""Puts the built pages into the stack's bucket, with the configuration of this stage, and lets guests sign in there."""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

from local.catalog import Catalog
from local.cloud.emulators import RAZORPAY_KEY_ID
from local.stack import Stack
from local.tools import ROOT

PREFIX = "web/"
FOREVER = "public, max-age=31536000, immutable"  # of files that have a digest of themselves in their names
STAND_INS = ROOT / "local" / "web"  # in place of the gateways' own scripts, on this machine alone
CARD_KEY = "pk_test_holdfast_local"
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
CALLBACK_FIELDS = (
    "ClientName",
    "ExplicitAuthFlows",
    "AccessTokenValidity",
    "IdTokenValidity",
    "RefreshTokenValidity",
    "TokenValidityUnits",
    "EnableTokenRevocation",
    "PreventUserExistenceErrors",
    "AllowedOAuthFlows",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthScopes",
    "SupportedIdentityProviders",
)


def publish(dist: Path, stack: Stack, catalog: Catalog) -> None:
    """Uploads the pages, what they need to know of this stage, and the stand-ins of the gateways."""
    bucket = boto3.client("s3")
    for name, file in _pages(dist):
        bucket.put_object(
            Bucket=stack.site_bucket,
            Key=PREFIX + name,
            Body=file.read_bytes(),
            ContentType=_type(file),
            CacheControl=FOREVER if name.startswith("assets/") else "no-cache",
        )
    bucket.put_object(
        Bucket=stack.site_bucket,
        Key=f"{PREFIX}config.json",
        Body=json.dumps(configuration(stack, catalog)).encode(),
        ContentType="application/json",
        CacheControl="no-cache",
    )
    allow_sign_in(stack.user_pool_id, stack.client_id, stack.web_url)


def configuration(stack: Stack, catalog: Catalog) -> Mapping[str, Any]:
    """What the pages read as `config.json`: web/src/config.ts has its meaning."""
    return {
        "api": stack.api_url,
        "signIn": {
            "authority": f"https://cognito-idp.{stack.region}.amazonaws.com/{stack.user_pool_id}",
            "clientId": stack.client_id,
            "domain": stack.endpoint_url,
        },
        "gateways": {
            "stripe": {"script": f"/_local/stripe.js?api={stack.stripe_url}", "key": CARD_KEY},
            "razorpay": {"script": f"/_local/razorpay.js?api={stack.razorpay_url}", "key": RAZORPAY_KEY_ID},
        },
        "destinations": list(dict.fromkeys(entry.model.city for entry in catalog.properties)),
    }


def allow_sign_in(pool_id: str, client_id: str, web_url: str) -> None:
    """Lets the sign-in page send guests back to the pages. An update sets what it leaves out to its default, so that
    everything else is sent as it is."""
    cognito = boto3.client("cognito-idp")
    known: Any = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    cognito.update_user_pool_client(
        UserPoolId=pool_id,
        ClientId=client_id,
        **{name: known[name] for name in CALLBACK_FIELDS if name in known},
        CallbackURLs=[f"{web_url}/signed-in"],
        LogoutURLs=[f"{web_url}/"],
    )


def _pages(dist: Path) -> Iterator[tuple[str, Path]]:
    """Each file by its name in the bucket; pages last, so that none is there before what it asks for."""
    files = [file for file in dist.rglob("*") if file.is_file() and not file.name.startswith(".")]
    yield from ((f"_local/{file.name}", file) for file in STAND_INS.iterdir())
    for file in sorted(files, key=lambda file: file.suffix == ".html"):
        yield file.relative_to(dist).as_posix(), file


def _type(file: Path) -> str:
    known = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known
