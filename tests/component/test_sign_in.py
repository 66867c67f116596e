"""Which groups Cognito is told to name in a token: the handler, with Cognito's answers about the user."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError  # noqa: TID251 - plays Cognito
from botocore.stub import Stubber  # noqa: TID251 - the same

from tests.kit.apps import Apps, LambdaContext
from tests.kit.front_door import event
from tests.kit.log_capture import LogLines

EVENT = event("sign_in")
ASKED = {"UserPoolId": EVENT["userPoolId"], "Username": EVENT["userName"]}


def signing_in(*groups: str, **changes: Any) -> dict[str, Any]:
    configuration = EVENT["request"]["groupConfiguration"] | {"groupsToOverride": list(groups)}
    return EVENT | {"request": EVENT["request"] | {"groupConfiguration": configuration}} | changes


def user(*factors: str) -> dict[str, Any]:
    return (
        {"Username": EVENT["userName"], "UserMFASettingList": list(factors)}
        if factors
        else {"Username": EVENT["userName"]}
    )


@pytest.fixture
def cognito(apps: Apps) -> Iterator[Stubber]:
    """Answers what a test has given it, and fails for any other call."""
    with Stubber(apps["sign_in"].user_pools._client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer(apps: Apps, request: dict[str, Any]) -> Any:
    return apps["sign_in"].lambda_handler(request, LambdaContext())


def test_an_admin_without_a_second_factor_is_none_in_the_token(apps: Apps, cognito: Stubber, lines: LogLines) -> None:
    cognito.add_response("admin_get_user", user(), ASKED)
    answered = answer(apps, EVENT)

    assert answered["response"]["claimsAndScopeOverrideDetails"] == {
        "groupOverrideDetails": {"groupsToOverride": ["owner"], "iamRolesToOverride": [], "preferredRole": None}
    }
    assert {name: answered[name] for name in EVENT if name != "response"} == {
        name: EVENT[name] for name in EVENT if name != "response"
    }
    [line] = lines.all
    assert line["user_id"] == EVENT["request"]["userAttributes"]["sub"]
    assert "example.com" not in str(line)


def test_an_admin_with_one_is_an_admin(apps: Apps, cognito: Stubber) -> None:
    cognito.add_response("admin_get_user", user("SOFTWARE_TOKEN_MFA"), ASKED)

    assert answer(apps, EVENT) == EVENT


def test_a_renewal_is_looked_at_like_a_sign_in(apps: Apps, cognito: Stubber) -> None:
    cognito.add_response("admin_get_user", user(), ASKED)
    answered = answer(apps, signing_in("admin", triggerSource="TokenGeneration_RefreshTokens"))

    assert answered["response"]["claimsAndScopeOverrideDetails"]["groupOverrideDetails"]["groupsToOverride"] == []


@pytest.mark.parametrize("groups", [(), ("owner",), ("x[admin]",), ("Admin",)])
def test_nobody_else_waits_for_a_call(apps: Apps, cognito: Stubber, groups: tuple[str, ...]) -> None:
    """The API compares groups in that spelling alone, so no other name needs a look."""
    assert answer(apps, signing_in(*groups)) == signing_in(*groups)


def test_a_user_without_any_groups_may_come_without_a_list(apps: Apps, cognito: Stubber) -> None:
    request = EVENT | {"request": EVENT["request"] | {"groupConfiguration": {"groupsToOverride": None}}}

    assert answer(apps, request) == request


def test_when_cognito_does_not_say_an_admin_cannot_sign_in(apps: Apps, cognito: Stubber) -> None:
    cognito.add_client_error("admin_get_user", "TooManyRequestsException", http_status_code=400)

    with pytest.raises(ClientError):
        answer(apps, EVENT)
