"""Which groups a token names: `admin` only for those whom Cognito asks for a second factor.

Cognito calls this before it issues tokens, at a sign-in and at each renewal. Its event does not say how somebody signed
in. Who has a second factor switched on is asked for it at every sign-in, since the pool remembers no devices: so the
user's own settings are looked up. Other groups, and people in none, need no look.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from holdfast.logs import logger

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ADMIN = "admin"
CONNECT_SECONDS = 1
READ_SECONDS = 2  # Cognito waits five for the whole answer, and asks again itself


class UserPools:
    """The users of Cognito, as far as their second factor goes."""

    def has_second_factor(self, pool_id: str, user_name: str) -> bool:
        """Raises botocore's errors when Cognito refuses or does not answer: then nobody signs in as an admin."""
        user = self._client.admin_get_user(UserPoolId=pool_id, Username=user_name)
        return bool(user.get("UserMFASettingList"))

    @cached_property
    def _client(self) -> CognitoIdentityProviderClient:
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
        client: CognitoIdentityProviderClient = botocore.session.get_session().create_client(  # type: ignore[assignment]
            "cognito-idp", config=config
        )
        return client


def limit_groups(event: dict[str, Any], user_pools: UserPools) -> dict[str, Any]:
    """Cognito's event (version 2) with the groups that the tokens shall name; as it came where all of them stay."""
    configuration = event["request"]["groupConfiguration"]
    groups = configuration.get("groupsToOverride") or []
    if ADMIN not in groups or user_pools.has_second_factor(event["userPoolId"], event["userName"]):
        return event
    logger.warning(
        "an admin signed in without a second factor and is none in this token",
        extra={"user_id": event["request"]["userAttributes"].get("sub")},
    )
    kept = configuration | {"groupsToOverride": [group for group in groups if group != ADMIN]}
    return event | {"response": {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": kept}}}
