"""Users of the deployed Cognito pool, and their access tokens."""

from collections.abc import Iterable

import boto3

from local.stack import Stack

PASSWORD = "Holdfast-local-2026"  # noqa: S105  of every user of a pool that lives on one machine
DOMAIN = "holdfast.example"
ADMIN = "admin"
OWNER = "owner"
ANY_CODE = "000000"  # MiniStack takes any from a user whose second factor was switched on without a secret


def email_of(name: str) -> str:
    """What the user signs in with: an e-mail address as it is, or the name at a domain that nobody has."""
    return name if "@" in name else f"{name}@{DOMAIN}"


def user_id(stack: Stack, name: str) -> str:
    """The `sub` of that user, which is the user id everywhere. Creates the user if there is none."""
    cognito = boto3.client("cognito-idp")
    email = email_of(name)
    try:
        attributes = cognito.admin_get_user(UserPoolId=stack.user_pool_id, Username=email)["UserAttributes"]
    except cognito.exceptions.UserNotFoundException:
        created = cognito.admin_create_user(
            UserPoolId=stack.user_pool_id,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
            TemporaryPassword=PASSWORD,
        )
        cognito.admin_set_user_password(
            UserPoolId=stack.user_pool_id, Username=email, Password=PASSWORD, Permanent=True
        )
        attributes = created["User"]["Attributes"]
    return next(attribute["Value"] for attribute in attributes if attribute["Name"] == "sub")


def join(stack: Stack, name: str, groups: Iterable[str]) -> None:
    """Adds the user to the groups: an admin with the second factor that admins have to have."""
    cognito = boto3.client("cognito-idp")
    email = email_of(name)
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=stack.user_pool_id, Username=email, GroupName=group)
        if group == ADMIN:
            cognito.admin_set_user_mfa_preference(
                UserPoolId=stack.user_pool_id,
                Username=email,
                SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
            )


def access_token(stack: Stack, name: str, groups: Iterable[str] = ()) -> str:
    """A fresh access token. Creates the user, and adds the user to the groups, as needed."""
    user_id(stack, name)
    join(stack, name, groups)
    cognito = boto3.client("cognito-idp")
    email = email_of(name)
    answer = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=stack.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )
    if answer.get("ChallengeName") == "SOFTWARE_TOKEN_MFA":
        return cognito.admin_respond_to_auth_challenge(
            UserPoolId=stack.user_pool_id,
            ClientId=stack.client_id,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": ANY_CODE},
            Session=answer["Session"],
        )["AuthenticationResult"]["AccessToken"]
    return answer["AuthenticationResult"]["AccessToken"]
