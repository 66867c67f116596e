"""The guards of the template over who signs in, and how."""

from __future__ import annotations

from tests.guards.front import takes
from tests.guards.guard import MISSING, TemplateGuard, all_of, found, instead, pinned, without

CLIENT = "UserPoolClient.Properties"
POOL = "UserPool.Properties"
PASSWORD = f"{POOL}.Policies.PasswordPolicy"
TRIGGER = f"{POOL}.LambdaConfig"
GOOD_PAGES = ("https://book.example.com/signed-in", "http://localhost:3000/", "http://127.0.0.1:4566/signed-in")
BAD_PAGES = ("*", "http://book.example.com/", "https://book.example.com@evil.example/", "myapp://", "")


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
        f"{POOL}.AccountRecoverySetting.RecoveryMechanisms",
        [{"Name": "verified_email", "Priority": 1}],
        [{"Name": "verified_phone_number", "Priority": 1}],
    ),
    all_of(
        "sign-in-names",
        pinned("sign-in-names", f"{POOL}.UsernameAttributes", ["email"], ["phone_number"]),
        pinned("sign-in-names", f"{POOL}.UsernameConfiguration.CaseSensitive", False, True),
    ),
    all_of(
        "email-verified",
        pinned("email-verified", f"{POOL}.AutoVerifiedAttributes", ["email"], []),
        pinned(
            "email-verified",
            f"{POOL}.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate",
            ["email"],
            [],
        ),
    ),
    all_of(
        "second-factor",
        pinned("second-factor", f"{POOL}.MfaConfiguration", ["IsLite", "ON", "OPTIONAL"], "OPTIONAL", "OFF"),
        pinned("second-factor", f"{POOL}.EnabledMfas", ["SOFTWARE_TOKEN_MFA"], ["SMS_MFA"], []),
        TemplateGuard(
            "second-factor",
            lambda template: found(template, f"{POOL}.DeviceConfiguration") is MISSING,
            (instead(f"{POOL}.DeviceConfiguration", {"ChallengeRequiredOnNewDevice": True}),),
        ),
    ),
    pinned(
        "admin-second-factor",
        TRIGGER,
        [
            "IsLite",
            "AWS::NoValue",
            {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": "SignInFunction.Alias"}},
        ],
        {"PreTokenGeneration": "SignInFunction.Alias"},
    ),
    all_of(
        "sign-in-start",
        pinned("sign-in-start", "SignInPermission.Properties.SourceArn", "UserPool.Arn"),
        pinned("sign-in-start", "SignInPermission.Properties.SourceAccount", "AWS::AccountId"),
        pinned("sign-in-start", "SignInPermission.Properties.Principal", "cognito-idp.amazonaws.com", "*"),
    ),
    all_of(
        "sign-in-boundary",
        pinned("sign-in-boundary", "SignInFunction.Properties.PermissionsBoundary", "SignInBoundary", "Boundary"),
        pinned(
            "sign-in-boundary",
            "SignInBoundary.Properties.PolicyDocument.Statement.0.Action",
            "cognito-idp:AdminGetUser",
            "cognito-idp:*",
        ),
        pinned("sign-in-boundary", "SignInPolicy.Properties.PolicyDocument.Statement.0.Resource", "UserPool.Arn", "*"),
    ),
    pinned(
        "password-flows",
        f"{CLIENT}.ExplicitAuthFlows.1",
        ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    ),
    all_of(
        "sign-in-addresses",
        *(
            TemplateGuard(
                "sign-in-addresses",
                takes(name, GOOD_PAGES, BAD_PAGES),
                (without(f"Parameters.{name}.AllowedPattern"), instead(f"Parameters.{name}.AllowedPattern", ".*")),
            )
            for name in ("CallbackUrls", "LogoutUrls")
        ),
    ),
)
