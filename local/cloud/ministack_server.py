"""MiniStack, with five things that it lacks. Runs in MiniStack's environment.

It survives a burst of requests on a small machine. MiniStack starts a worker for each request that finds none free, and
unpacks the layer for every worker: five thousand files, and their bytecode compiled again. On two cores, fifty requests
at once took a minute and a half that way. Here the workers share one unpacked copy, and a request waits for a worker
once a function has WORKERS_PER_FUNCTION.

It keeps the saved queries of Logs Insights: the three calls of CloudWatch Logs, with the fields and errors of its API
reference, and `AWS::Logs::QueryDefinition`, through those calls.

It serves the stack's CloudFront distribution as `localhost`, while the AWS services answer as `127.0.0.1`: pages and
pictures have an address that every browser knows and trusts. Requests count as HTTPS there.

It gives both tokens the groups that the function at sign-in answers, which stand beside what is for one of them.

It signs a set of claims with a user pool's own key, so that a test can send tokens with wrong claims under a good
signature. MiniStack listens on 127.0.0.1, so only this machine can do that.
"""

import collections
import hashlib
import json
import os
import tempfile
import threading
import time
import uuid
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response
from ministack.services import cloudfront, cloudwatch_logs, cognito, lambda_svc
from ministack.services.cloudformation import provisioners

WORKERS_PER_FUNCTION = max(8, 4 * (os.cpu_count() or 1))

_SHARED = Path(tempfile.gettempdir()) / "layers"
_UNPACKING = threading.Lock()


class _Archive(zipfile.ZipFile):
    """Unpacks a layer by linking to one shared copy of its files; unpacks any other archive as zipfile does."""

    @property
    def _is_layer(self) -> bool:
        return Path(self.filename or "").name.startswith("layer_")

    def namelist(self) -> list[str]:
        """Nothing for a layer, so that its names are not checked: the archive is our own."""
        return [] if self._is_layer else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        if not self._is_layer:
            return super().extractall(path, members, pwd)
        copy = _SHARED / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        with _UNPACKING:
            if not copy.exists():
                fresh = copy.with_suffix(".new")
                super().extractall(fresh, super().namelist())
                fresh.rename(copy)
        for entry in copy.iterdir():
            (Path(path) / entry.name).symlink_to(entry)
        return None


# MiniStack names an exception of zipfile's that does not exist.
lambda_runtime.zipfile = SimpleNamespace(
    ZipFile=_Archive, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
)

_execute = lambda_svc._execute_function_warm  # noqa: SLF001 - the version is pinned
_slots: dict[str, threading.Semaphore] = collections.defaultdict(lambda: threading.Semaphore(WORKERS_PER_FUNCTION))


def _execute_in_turn(func: Any, event: Any, request_id: str) -> Any:
    """Waits for a free worker before the function's own timeout starts."""
    with _slots[(func.get("config") or func)["FunctionName"]]:
        return _execute(func, event, request_id)


lambda_svc._execute_function_warm = _execute_in_turn  # noqa: SLF001


# ---- saved queries

_saved: Any = AccountRegionScopedDict()  # by id, as the API describes them
_handle_logs = cloudwatch_logs.handle_request


def _put(request: Any) -> Any:
    if not request.get("name") or not request.get("queryString"):
        return error_response_json("InvalidParameterException", "name and queryString are required", 400)
    given = request.get("queryDefinitionId")
    if given and given not in _saved:
        return error_response_json("ResourceNotFoundException", f"no query definition {given}", 400)
    query_id = given or str(uuid.uuid4())
    _saved[query_id] = {
        "queryDefinitionId": query_id,
        "name": request["name"],
        "queryString": request["queryString"],
        "queryLanguage": request.get("queryLanguage", "CWLI"),
        "logGroupNames": request.get("logGroupNames", []),
        "lastModified": int(time.time() * 1000),
    }
    return json_response({"queryDefinitionId": query_id})


def _describe(request: Any) -> Any:
    prefix = request.get("queryDefinitionNamePrefix", "")
    found = [saved for saved in _saved.values() if saved["name"].startswith(prefix)]
    start, most = int(request.get("nextToken", 0)), request.get("maxResults", 1000)
    more = {"nextToken": str(start + most)} if start + most < len(found) else {}
    return json_response({"queryDefinitions": found[start : start + most], **more})


def _delete(request: Any) -> Any:
    if _saved.pop(request.get("queryDefinitionId"), None) is None:
        return error_response_json("ResourceNotFoundException", "no such query definition", 400)
    return json_response({"success": True})


_CALLS = {"PutQueryDefinition": _put, "DescribeQueryDefinitions": _describe, "DeleteQueryDefinition": _delete}


async def _handle(method: Any, path: Any, headers: Any, body: Any, query: Any) -> Any:
    call = _CALLS.get(headers.get("x-amz-target", "").rpartition(".")[2])
    if call is None:
        return await _handle_logs(method, path, headers, body, query)
    return call(json.loads(body or "{}"))


def _provision(properties: Any, query_id: str | None = None) -> tuple[str, dict[str, str]]:
    request = {name[0].lower() + name[1:]: value for name, value in properties.items()}
    status, _, body = _put(request | {"queryDefinitionId": query_id})
    if status >= 400:
        raise ValueError(f"AWS::Logs::QueryDefinition: {body!r}")
    made = json.loads(body)["queryDefinitionId"]
    return made, {"QueryDefinitionId": made}


cloudwatch_logs.handle_request = _handle
provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {  # noqa: SLF001
    "create": lambda _logical_id, properties, _stack: _provision(properties),
    "update": lambda query_id, _old, new, _stack: _provision(new, query_id),
    "delete": lambda query_id, _properties: _delete({"queryDefinitionId": query_id}),
}


# ---- the distribution

_handle_viewer = app._handle_cloudfront_dataplane_request  # noqa: SLF001


async def _serve_site(host: str, *request: Any) -> Any:
    sites = list(cloudfront._distributions.values())  # noqa: SLF001
    if host.partition(":")[0] == "localhost" and sites:
        path, raw_path, query_string, method, headers, *others = request
        host = sites[0]["DomainName"]
        headers = {**headers, "host": host, "x-forwarded-proto": "https"}
        return await _handle_viewer(host, path, raw_path, query_string, method, headers, *others)
    return await _handle_viewer(host, *request)


app._handle_cloudfront_dataplane_request = _serve_site  # noqa: SLF001


# ---- groups of tokens

_response_of = cognito._extract_trigger_response  # noqa: SLF001


def _with_groups_for_both_tokens(payload: Any) -> Any:
    response = _response_of(payload)
    details = (response or {}).get("claimsAndScopeOverrideDetails") or {}
    if groups := details.get("groupOverrideDetails"):
        for one in ("idTokenGeneration", "accessTokenGeneration"):
            details[one] = (details.get(one) or {}) | {"groupOverrideDetails": groups}
    return response


cognito._extract_trigger_response = _with_groups_for_both_tokens  # noqa: SLF001


# ---- tokens for tests

_handle_cognito = cognito.handle_request


async def _sign_or_handle(method: Any, path: Any, headers: Any, body: Any, query: Any) -> Any:
    if headers.get("x-amz-target") != "AWSCognitoIdentityProviderService.SignClaims":
        return await _handle_cognito(method, path, headers, body, query)
    request = json.loads(body)
    return json_response({"Token": cognito._signed_jwt(request["Claims"], request["UserPoolId"], "access")})  # noqa: SLF001


cognito.handle_request = _sign_or_handle

app.main()
