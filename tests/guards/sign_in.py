"""The guards of the template over who signs in, and how."""

from __future__ import annotations

from tests.guards.guard import all_of, pinned

CLIENT = "UserPoolClient.Properties"
PASSWORD = "UserPool.Properties.Policies.PasswordPolicy"


SIGN_IN_GUARDS = (
    all_of(
        "password-form",
        pinned("password-form", f"{PASSWORD}.MinimumLength", 12, 6),
        *(
            pinned("password-form", f"{PASSWORD}.{rule}", True, False)
            for rule in ("RequireLowercase", "RequireUppercase", "RequireNumbers")
        ),
    ),
    all_of(
        "token-lifetimes",
        pinned("token-lifetimes", f"{CLIENT}.AccessTokenValidity", 60, 1440),
        pinned("token-lifetimes", f"{CLIENT}.IdTokenValidity", 60, 1440),
        pinned("token-lifetimes", f"{CLIENT}.RefreshTokenValidity", 30, 3650),
        pinned(
            "token-lifetimes",
            f"{CLIENT}.TokenValidityUnits",
            {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
            {"AccessToken": "days", "IdToken": "minutes", "RefreshToken": "days"},
        ),
    ),
    pinned("unknown-users", f"{CLIENT}.PreventUserExistenceErrors", "ENABLED", "LEGACY"),
    pinned("token-revocation", f"{CLIENT}.EnableTokenRevocation", True, False),
    pinned("code-flow", f"{CLIENT}.AllowedOAuthFlows", ["code"], ["code", "implicit"]),
    pinned(
        "password-recovery",
        "UserPool.Properties.AccountRecoverySetting.RecoveryMechanisms",
        [{"Name": "verified_email", "Priority": 1}],
        [{"Name": "verified_phone_number", "Priority": 1}],
    ),
)
