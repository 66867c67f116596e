"""Users of the deployed Cognito pool, and their access tokens."""

from collections.abc import Iterable

import boto3

from local.stack import Stack

PASSWORD = "Holdfast-local-2026"  # noqa: S105  of every user of a pool that lives on one machine


def user_id(stack: Stack, name: str) -> str:
    """The `sub` of that user, which is the user id everywhere. Creates the user if there is none."""
    cognito = boto3.client("cognito-idp")
    try:
        attributes = cognito.admin_get_user(UserPoolId=stack.user_pool_id, Username=name)["UserAttributes"]
    except cognito.exceptions.UserNotFoundException:
        created = cognito.admin_create_user(
            UserPoolId=stack.user_pool_id, Username=name, MessageAction="SUPPRESS", TemporaryPassword=PASSWORD
        )
        cognito.admin_set_user_password(UserPoolId=stack.user_pool_id, Username=name, Password=PASSWORD, Permanent=True)
        attributes = created["User"]["Attributes"]
    return next(attribute["Value"] for attribute in attributes if attribute["Name"] == "sub")


def access_token(stack: Stack, name: str, groups: Iterable[str] = ()) -> str:
    """A fresh access token. Creates the user, and adds the user to the groups, as needed."""
    user_id(stack, name)
    cognito = boto3.client("cognito-idp")
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=stack.user_pool_id, Username=name, GroupName=group)
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=stack.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return signed_in["AuthenticationResult"]["AccessToken"]
