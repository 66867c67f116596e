"""What only the deployed front shows: tokens, origins, pages, alarms and queries, and odd requests by the hundred."""

import base64
import hmac
import json
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.stack import REGION, STACK_NAME
from local.users import PASSWORD, email_of
from tests.kit.template import ROOT, template
from tests.system.stack import Guest, RunningStack
from tests.system.tokens import bad_claims, bad_tokens, parts

pytestmark = pytest.mark.system
# For each route; `make fuzz` sends as many as you like, and what is at the bounds of each field.
ODD = {"admin": ["--examples", "2"], "guest": ["--examples", "2", "--phases", "examples,fuzzing"]}
LOOK_ALIKES = [
    "http://localhost:3000.evil.example",
    "http://evil.example/http://localhost:3000",
    "http://localhost:30000",
    "https://localhost:3000",
    "http://LOCALHOST:3001",
    "http://localhost",
    "null",
]


@pytest.fixture(scope="module")
def stack(brief_stack: RunningStack) -> RunningStack:
    return brief_stack


@pytest.fixture(scope="module")
def alice(stack: RunningStack) -> Guest:
    """With the token that the command prints."""
    return Guest(stack, "alice", stack.local("token", "--user", "alice").strip())


@pytest.fixture
def aws(stack: RunningStack) -> Callable[[str], Any]:
    """Clients of the local cloud."""

    def client(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=stack.details["endpoint_url"],
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    return client


def status_of(stack: RunningStack, *authorization: str, path: str = "/wallet") -> int:
    headers = [("Authorization", value) for value in authorization]
    return stack.http.get(stack.api_url + path, headers=headers).status_code


def test_a_token_that_is_wrong_in_any_way_is_refused(stack: RunningStack, alice: Guest) -> None:
    keys = stack.http.get(
        f"{stack.details['endpoint_url']}/{stack.details['user_pool_id']}/.well-known/jwks.json"
    ).json()
    [own] = [key for key in keys["keys"] if key["kid"] == parts(alice.token)[0]["kid"]]
    tokens = bad_tokens(alice.token, own)

    assert {says: status_of(stack, f"Bearer {token}") for says, token in tokens.items()} == dict.fromkeys(tokens, 401)
    assert status_of(stack, f"Bearer {alice.token}") == 200
    assert status_of(stack) == status_of(stack, "Bearer") == 401


def test_a_token_that_the_pool_signed_is_refused_for_what_it_says(stack: RunningStack, alice: Guest) -> None:
    """Only one claim of each is wrong: with the right ones, a token of the same making is taken."""
    _, claims = parts(alice.token)
    tokens = {says: signed_by_the_pool(stack, claims | wrong) for says, wrong in bad_claims().items()}

    assert {says: status_of(stack, f"Bearer {token}") for says, token in tokens.items()} == dict.fromkeys(tokens, 401)
    assert status_of(stack, f"Bearer {signed_by_the_pool(stack, claims)}") == 200


def signed_by_the_pool(stack: RunningStack, claims: dict[str, Any]) -> str:
    """A token of these claims, signed with the user pool's own key; only the local cloud does such a thing."""
    url, body = (
        stack.details["endpoint_url"],
        json.dumps({"UserPoolId": stack.details["user_pool_id"], "Claims": claims}),
    )
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.SignClaims"}
    request = AWSRequest("POST", url, headers=headers, data=body)
    SigV4Auth(Credentials("test", "test"), "cognito-idp", REGION).add_auth(request)
    answer = stack.http.post(url, headers=dict(request.headers), content=body)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["Token"]
    return token


def test_an_id_token_is_refused_by_the_code(stack: RunningStack, alice: Guest, aws: Callable[[str], Any]) -> None:
    """API Gateway lets it through: its audience is our client, and its signature is the pool's."""
    signed_in = aws("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.details["user_pool_id"],
        ClientId=stack.details["client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email_of(alice.name), "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    answer = stack.http.get(stack.api_url + "/wallet", headers={"Authorization": f"Bearer {signed_in['IdToken']}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert status_of(stack, f"Bearer {signed_in['AccessToken']}") == 200


def test_two_authorization_headers_are_refused(stack: RunningStack, alice: Guest) -> None:
    good = f"Bearer {alice.token}"

    assert status_of(stack, good, "Bearer other") == 401
    assert status_of(stack, "Bearer other", good) == 401
    assert status_of(stack, f"Basic {alice.token}") == 401


def test_a_lower_case_bearer_is_the_same_user_and_nobody_else(stack: RunningStack, alice: Guest) -> None:
    """The scheme's name has no case (RFC 7235), so it is no way around anything."""
    answer = stack.http.get(stack.api_url + "/wallet", headers={"Authorization": f"bearer {alice.token}"})

    assert answer.status_code == 200
    assert answer.json() == alice.get("/wallet")


def test_an_admin_is_none_until_a_second_factor_is_set_up(stack: RunningStack, aws: Callable[[str], Any]) -> None:
    """As anybody sets one up: by a secret of Cognito's in an app that shows codes."""
    cognito, client = aws("cognito-idp"), stack.details["client_id"]
    name = f"admin-{uuid4().hex[:8]}"
    email = email_of(stack.guest(name).name)
    cognito.admin_add_user_to_group(UserPoolId=stack.details["user_pool_id"], Username=email, GroupName="admin")
    given: dict[str, Any] = {
        "ClientId": client,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": email, "PASSWORD": PASSWORD},
    }

    token = cognito.initiate_auth(**given)["AuthenticationResult"]["AccessToken"]
    assert not parts(token)[1].get("cognito:groups")
    assert admin_status(stack, token) == 403

    secret = cognito.associate_software_token(AccessToken=token)["SecretCode"]
    cognito.verify_software_token(AccessToken=token, UserCode=code_of(secret))
    cognito.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    asked = cognito.initiate_auth(**given)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    answered = cognito.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code_of(secret)},
    )
    assert admin_status(stack, answered["AuthenticationResult"]["AccessToken"]) == 200


def admin_status(stack: RunningStack, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return stack.http.get(stack.api_url + "/admin/payments", params={"state": "due"}, headers=headers).status_code


def code_of(secret: str) -> str:
    """What an app shows now, by RFC 6238."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def test_a_guest_is_no_admin(stack: RunningStack, alice: Guest) -> None:
    for method, path in (("GET", "/admin/payments"), ("POST", "/admin/wallets/me/credits")):
        answer = alice.call(method, path, {} if method == "POST" else None, key="mine" if method == "POST" else None)

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_only_our_own_origins_are_allowed(stack: RunningStack) -> None:
    def allowed(origin: str) -> str | None:
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = stack.http.options(stack.api_url + "/wallet", headers=headers)
        allowed_origin: str | None = answer.headers.get("access-control-allow-origin")
        return allowed_origin

    assert allowed("http://localhost:3000") == "http://localhost:3000"
    assert {origin: allowed(origin) for origin in LOOK_ALIKES} == dict.fromkeys(LOOK_ALIKES)


def test_the_description_can_be_browsed(stack: RunningStack) -> None:
    page = stack.http.get(stack.details["docs_url"])
    description = stack.http.get(stack.details["docs_url"] + "openapi.json").json()

    assert page.status_code == 200
    for file in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert stack.http.get(stack.details["docs_url"] + file).status_code == 200
    assert description["servers"] == [{"url": stack.api_url}]
    assert "://" not in page.text, "the page needs no network"


@pytest.mark.parametrize("caller", ODD)
def test_odd_requests_meet_no_5xx_no_undescribed_answer_and_no_open_route(stack: RunningStack, caller: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "apidocs.fuzz", "--caller", caller, *ODD[caller]],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    resume_all(stack)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr


def resume_all(stack: RunningStack) -> None:
    """An admin who sends odd requests suspends hotels too, and other tests book at them."""
    admin = stack.guest("root", "admin")
    while suspended := admin.get("/admin/reviews", state="suspended")["reviews"]:
        for hotel in suspended:
            admin.post(f"/admin/properties/{hotel['property_id']}/resume")


def test_every_alarm_exists_and_notifies_the_one_topic(aws: Callable[[str], Any]) -> None:
    """The local cloud knows no sums of metrics: such an alarm is there once for each of its metrics."""
    pages = aws("cloudwatch").get_paginator("describe_alarms").paginate()
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    [topic] = aws("sns").list_topics()["Topics"]
    declared = {
        resource["Properties"]["AlarmDescription"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }

    assert {alarm["AlarmDescription"] for alarm in alarms} == declared
    assert all(alarm["AlarmActions"] == [topic["TopicArn"]] for alarm in alarms)


def test_the_dashboard_shows_the_five_figures(aws: Callable[[str], Any]) -> None:
    [entry] = aws("cloudwatch").list_dashboards()["DashboardEntries"]
    body = aws("cloudwatch").get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"]

    assert len(json.loads(body)["widgets"]) == 5
    for metric in ("HoldsExpired", "PaymentSuccess", "PaidByWallet", "ExpiryLag", "RoomsReleased"):
        assert f'MetricName="{metric}"' in json.dumps(json.loads(body)).replace('\\"', '"')


def test_every_saved_query_is_there_and_runs_over_the_logs_that_the_functions_wrote(
    alice: Guest, aws: Callable[[str], Any]
) -> None:
    alice.call("POST", "/bookings/bk_" + "a" * 26 + "/cancel")
    logs = aws("logs")
    saved = logs.describe_query_definitions(queryDefinitionNamePrefix=STACK_NAME)["queryDefinitions"]
    groups = {group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]}
    declared = {
        resource["Properties"]["QueryString"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::Logs::QueryDefinition"
    }

    assert len(saved) == 7
    assert {query["queryString"] for query in saved} == declared
    now = int(time.time())
    for query in saved:
        assert query["logGroupNames"]
        assert set(query["logGroupNames"]) <= groups
        begun = logs.start_query(
            logGroupNames=query["logGroupNames"],
            startTime=now - 3600,
            endTime=now + 60,
            queryString=query["queryString"],
        )
        assert logs.get_query_results(queryId=begun["queryId"])["status"] in {"Complete", "Running", "Scheduled"}
