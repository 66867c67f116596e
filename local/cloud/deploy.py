"""`sam build` and `sam deploy` of the real template to the local cloud."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from samtranslator.yaml_helper import yaml_parse

from local.cloud import bytecode
from local.cloud.processes import run_to_end
from local.stack import STACK_NAME, Options
from local.tools import ROOT, SAM, LocalError, run_tool

CACHE = ROOT / ".aws-sam"
OF_VERSIONS = {
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "DeploymentPreference",
    "PublishLambdaVersion",
    "SnapStart",
    "VersionDeletionPolicy",
}


def install(requirement: str, options: Options) -> None:
    """Installs a tool into uv's cache, unless it is there; raises with uv's own reason when that fails."""
    log = options.folder / "tools.log"
    if run_to_end(run_tool(requirement, "python", "-c", ""), os.environ, log):
        raise LocalError(f"{requirement} was not installed: {_reason(log)} (see {log})")


def build(options: Options) -> None:
    """Builds into the run's own folder, or copies the last build when nothing of what it is made of has changed since.

    Raises with the tool's own reason.
    """
    target, last, made_of = options.folder / "build", CACHE / "local", CACHE / "local.digest"
    CACHE.mkdir(exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one at a time builds there
        digest = digest_of_sources(ROOT)
        if not made_of.exists() or made_of.read_text() != digest:
            made_of.unlink(missing_ok=True)
            cached = ["--cached", "--cache-dir", str(CACHE / "cache")]
            parameters = ["--parameter-overrides", f"Architecture={architecture()}"]
            _sam("build", options, *cached, "--build-dir", str(last), *parameters)
            bytecode.compile_layers(last)
            made_of.write_text(digest)
        shutil.copytree(last, target)


def digest_of_sources(root: Path) -> str:
    """Of all that a build is made of, by path and content."""
    digest = hashlib.sha256(f"{SAM} {sys.version} {architecture()}".encode())
    files = [path for folder in ("functions", "layers") for path in (root / folder).rglob("*")]
    for path in sorted([root / "template.yaml", root / "samconfig.toml", Path(bytecode.__file__), *files]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path} {path.stat().st_size} ".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def deploy(options: Options) -> None:
    """Creates or updates the stack; raises with the tool's own reason when it fails."""
    parameters = {
        "Architecture": architecture(),
        "CorsOrigins": f"{options.web_url},http://localhost:3000,{options.docs_url.rstrip('/')}",
        "CallbackUrls": f"{options.web_url}/signed-in",
        "LogoutUrls": f"{options.web_url}/",
        "HoldSeconds": options.hold_seconds,
        "StripeApiBase": options.stripe_url,
        "RazorpayApiBase": options.razorpay_url,
        "ImageUploadBase": options.endpoint_url,
        "ImagesBaseUrl": options.web_url,
        "WebSources": f"{options.endpoint_url},{options.stripe_url},{options.razorpay_url}",
    }
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    template = options.folder / "build" / "template.yaml"
    _suit_the_local_cloud(template)
    _sam("deploy", options, "--template-file", str(template), "--parameter-overrides", *overrides)


def outputs() -> Mapping[str, str]:
    """The Outputs of the deployed template."""
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def architecture() -> str:
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def _suit_the_local_cloud(template: Path) -> None:
    """Writes an alarm over a sum of metrics as one alarm for each of them: MiniStack refuses a whole template for one
    property that it does not know. Lets buckets be reached by plain HTTP, since it has no other. Leaves versions out:
    a machine that deploys once has no use of them."""
    built = _without_versions(yaml_parse(template.read_text()))
    resources: dict[str, Any] = {}
    for name, found in built["Resources"].items():
        if found["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in found["Properties"]:
            resources |= {f"{name}{n}": alarm for n, alarm in enumerate(_alarm_for_each_metric(found))}
        else:
            resources[name] = found
        if found["Type"] == "AWS::S3::BucketPolicy":
            policy = found["Properties"]["PolicyDocument"]
            policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != "EncryptedTransportOnly"]
    built["Resources"] = resources
    template.write_text(json.dumps(built, default=str))


def _without_versions(built: Any) -> Any:
    match built:
        case {"Ref": str(name)} if name.endswith(".Alias"):
            return {"Fn::GetAtt": [name.removesuffix(".Alias"), "Arn"]}
        case dict():
            return {name: _without_versions(value) for name, value in built.items() if name not in OF_VERSIONS}
        case list():
            return [_without_versions(value) for value in built]
    return built


def _alarm_for_each_metric(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {name: value for name, value in alarm["Properties"].items() if name != "Metrics"}
    for one in alarm["Properties"]["Metrics"]:
        if "MetricStat" in one:
            stat = one["MetricStat"]
            yield {
                **alarm,
                "Properties": {**shared, **stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"]},
            }


def _sam(verb: str, options: Options, *arguments: str) -> None:
    """Runs one SAM command, its output in `sam-<verb>.log`."""
    log = options.folder / f"sam-{verb}.log"
    environment = os.environ | {
        "SAM_CLI_TELEMETRY": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # sam build looks for python3.13, pip
    }
    config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
    command = run_tool(SAM, "sam", verb, *config, *arguments)
    if run_to_end(command, environment, log):
        raise LocalError(f"sam {verb} failed: {_reason(log)} (see {log})")


def _reason(log: Path) -> str:
    """The line that says why: the last that names an error or a failure, or else the last of all."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("Error") or "FAILED" in line or "failed" in line.lower()]
    return (telling or lines or ["it printed nothing"])[-1]
