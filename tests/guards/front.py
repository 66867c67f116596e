"""The guards of the template at the front door: tokens, origins, throttles, time, logs, addresses, pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.guards.guard import MISSING, Template, TemplateGuard, found, instead, pinned, without

API_SECONDS = 29  # API Gateway gives up at 30
OPEN = {
    "GET /properties",
    "GET /properties/{property_id}",
    "GET /room-types/{room_type_id}/calendar",
    "GET /proof",
    "POST /webhooks/{gateway}",
}
COSTLY = {
    "POST /bookings",
    "POST /bookings/{booking_id}/revive",
    "GET /bookings/{booking_id}/pricing",
}
PAYING = {
    "POST /bookings/{booking_id}/payment",
    "POST /bookings/{booking_id}/finalize",
    "POST /bookings/{booking_id}/cancel",
    "POST /wallet/topups",
    "POST /wallet/topups/{topup_id}/finalize",
}
GOOD_ORIGINS = ("https://book.example.com", "http://localhost:3000", "http://127.0.0.1:4569")
BAD_ORIGINS = ("*", "https://*", "http://book.example.com", "http://localhost.evil.example", "null", "")
GOOD_ADDRESSES = ("", "https://api.stripe.com", "http://127.0.0.1:8420", "http://localhost:4566")
BAD_ADDRESSES = (
    "http://api.stripe.com",
    "http://localhost.evil.example",
    "http://127.0.0.1@evil.example",
    "ftp://x",
    "//x",
)
ADDRESSES = ("StripeApiBase", "RazorpayApiBase", "ImageUploadBase", "ImagesBaseUrl", "WebSources")
SCRIPTS = {"'self'", "https://js.stripe.com", "https://*.js.stripe.com", "https://checkout.razorpay.com"}
AUTHORIZER = "Api.Properties.Auth.Authorizers.Cognito"
CORS = "Api.Properties.CorsConfiguration"
ROUTES = "Api.Properties.RouteSettings"
HEADERS = "PageHeaders.Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig"
POLICY = f"{HEADERS}.ContentSecurityPolicy.ContentSecurityPolicy.0"


def resources(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, one["Properties"]) for name, one in template["Resources"].items() if one["Type"] == kind)


def http_routes(template: Template) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each route with the function that answers it and its event."""
    for name, properties in resources(template, "AWS::Serverless::Function"):
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                route = event["Properties"]
                yield f"{route['Method']} {route['Path']}", name, route


def only_these_are_open(template: Template) -> bool:
    return {key for key, _, event in http_routes(template) if "Auth" in event} == OPEN


def all_answer_before_the_api_gives_up(template: Template) -> bool:
    usual = found(template, "Globals.Function.Timeout")
    seconds = {name: found(template, f"{name}.Properties.Timeout") for _, name, _ in http_routes(template)}
    scheduled = {name for name in seconds if "Schedule" in str(found(template, f"{name}.Properties.Events"))}
    limits = {name: usual if own is MISSING else own for name, own in seconds.items() if name not in scheduled}
    return all(isinstance(limit, int) and limit <= API_SECONDS for limit in limits.values())


def each_has_its_throttle(routes: set[str], kind: str) -> Any:
    def check(template: Template) -> bool:
        limits = {"ThrottlingRateLimit": f"{kind}RouteRate", "ThrottlingBurstLimit": f"{kind}RouteBurst"}
        return all(found(template, ROUTES).get(route) == limits for route in routes)

    return check


def takes(parameter: str, good: tuple[str, ...], bad: tuple[str, ...]) -> Any:
    def check(template: Template) -> bool:
        pattern = found(template, f"Parameters.{parameter}.AllowedPattern")
        if pattern is MISSING:
            return False
        return all(re.fullmatch(pattern, text) for text in good) and not any(
            re.fullmatch(pattern, text) for text in bad
        )

    return check


def logs_nothing_secret(template: Template) -> bool:
    written = str(found(template, "Api.Properties.AccessLogSettings.Format"))
    return "$context.authorizer.claims.sub" in written and not re.search(
        r"header|query|body|email|path\b|authorizer\.(?!claims\.sub)", written, re.IGNORECASE
    )


def directive(template: Template, name: str) -> set[str]:
    text = found(template, POLICY)
    parts = [part.split() for part in text.split(";")] if isinstance(text, str) else []
    return next((set(words) for first, *words in parts if first == name), set())


def without_route(route: str) -> Any:
    def remove(template: Template) -> None:
        found(template, ROUTES).pop(route)

    return remove


def with_policy(old: str, new: str) -> Any:
    def remove(template: Template) -> None:
        instead(POLICY, found(template, POLICY).replace(old, new))(template)

    return remove


FRONT_GUARDS = (
    pinned("default-authorizer", "Api.Properties.Auth.DefaultAuthorizer", "Cognito", "NONE"),
    pinned(
        "audience", f"{AUTHORIZER}.JwtConfiguration.audience", ["UserPoolClient"], ["UserPoolClient", "another"], []
    ),
    pinned(
        "issuer",
        f"{AUTHORIZER}.JwtConfiguration.issuer",
        "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another",
    ),
    pinned(
        "token-source",
        f"{AUTHORIZER}.IdentitySource",
        "$request.header.Authorization",
        "$request.querystring.token",
        "$request.header.X-Token",
    ),
    TemplateGuard(
        "open-routes",
        only_these_are_open,
        (instead("WalletFunction.Properties.Events.Balance.Properties.Auth", {"Authorizer": "NONE"}),),
    ),
    TemplateGuard(
        "cors-origins",
        lambda template: (
            found(template, f"{CORS}.AllowOrigins") == "CorsOrigins"
            and takes("CorsOrigins", GOOD_ORIGINS, BAD_ORIGINS)(template)
        ),
        (
            instead(f"{CORS}.AllowOrigins", ["*"]),
            without("Parameters.CorsOrigins.AllowedPattern"),
            instead("Parameters.CorsOrigins.AllowedPattern", r"^https?://.*$"),
        ),
    ),
    pinned("cors-methods", f"{CORS}.AllowMethods", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], ["*"], "*"),
    pinned(
        "cors-headers",
        f"{CORS}.AllowHeaders",
        ["authorization", "content-type", "idempotency-key", "if-match"],
        ["*"],
        "*",
    ),
    TemplateGuard(
        "cors-cookies",
        lambda template: found(template, f"{CORS}.AllowCredentials") in {MISSING, False},
        (instead(f"{CORS}.AllowCredentials", True),),
    ),
    pinned(
        "throttle",
        "Api.Properties.DefaultRouteSettings",
        {"ThrottlingRateLimit": "ThrottleRate", "ThrottlingBurstLimit": "ThrottleBurst"},
        {},
    ),
    TemplateGuard(
        "open-throttles", each_has_its_throttle(OPEN, "Open"), tuple(without_route(route) for route in sorted(OPEN))
    ),
    TemplateGuard(
        "paying-throttles",
        each_has_its_throttle(PAYING, "Paying"),
        tuple(without_route(route) for route in sorted(PAYING)),
    ),
    TemplateGuard(
        "costly-throttles",
        each_has_its_throttle(COSTLY, "Costly"),
        tuple(without_route(route) for route in sorted(COSTLY)),
    ),
    TemplateGuard(
        "time-limits",
        all_answer_before_the_api_gives_up,
        (
            instead("Globals.Function.Timeout", 60),
            without("Globals.Function.Timeout"),
            instead("FinalizeFunction.Properties.Timeout", 60),
            instead("WebhookFunction.Properties.Timeout", 30),
        ),
    ),
    TemplateGuard(
        "access-log",
        logs_nothing_secret,
        (
            without("Api.Properties.AccessLogSettings"),
            instead(
                "Api.Properties.AccessLogSettings.Format",
                '{"sub":"$context.authorizer.claims.sub","q":"$context.queryString"}',
            ),
            instead("Api.Properties.AccessLogSettings.Format", '{"requestId":"$context.requestId"}'),
        ),
    ),
    TemplateGuard(
        "service-addresses",
        lambda template: all(takes(name, GOOD_ADDRESSES, BAD_ADDRESSES)(template) for name in ADDRESSES),
        tuple(
            removal
            for name in ADDRESSES
            for removal in (
                without(f"Parameters.{name}.AllowedPattern"),
                instead(f"Parameters.{name}.AllowedPattern", r"^(https?://[^\s]+)?$"),
            )
        ),
    ),
    TemplateGuard(
        "page-scripts",
        lambda template: (
            directive(template, "script-src") == SCRIPTS
            and directive(template, "default-src") == {"'none'"}
            and directive(template, "base-uri") == {"'none'"}
        ),
        (
            with_policy("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
            with_policy("script-src 'self'", "script-src *"),
            with_policy("default-src 'none'", "default-src *"),
            with_policy("base-uri 'none'", "base-uri *"),
            without(f"{HEADERS}.ContentSecurityPolicy"),
        ),
    ),
    TemplateGuard(
        "page-frames",
        lambda template: (
            directive(template, "frame-ancestors") == {"'none'"}
            and found(template, f"{HEADERS}.FrameOptions.FrameOption") == "DENY"
        ),
        (with_policy("frame-ancestors 'none'", "frame-ancestors *"), without(f"{HEADERS}.FrameOptions")),
    ),
    TemplateGuard(
        "page-transport",
        lambda template: (
            found(template, f"{HEADERS}.StrictTransportSecurity.AccessControlMaxAgeSec") == 63_072_000
            and {
                behaviour["ViewerProtocolPolicy"]
                for behaviour in (
                    found(template, "Site.Properties.DistributionConfig.DefaultCacheBehavior"),
                    *found(template, "Site.Properties.DistributionConfig.CacheBehaviors"),
                )
            }
            == {"redirect-to-https"}
        ),
        (
            without(f"{HEADERS}.StrictTransportSecurity"),
            instead("Site.Properties.DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"),
            instead("Site.Properties.DistributionConfig.CacheBehaviors.0.ViewerProtocolPolicy", "allow-all"),
        ),
    ),
    TemplateGuard(
        "page-headers",
        lambda template: (
            found(template, "Site.Properties.DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
            == "PageHeaders"
            and "ResponseHeadersPolicyId" in found(template, "Site.Properties.DistributionConfig.CacheBehaviors.0")
            and found(template, f"{HEADERS}.ContentTypeOptions.Override") is True
        ),
        (
            without("Site.Properties.DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId"),
            without("Site.Properties.DistributionConfig.CacheBehaviors.0.ResponseHeadersPolicyId"),
            without(f"{HEADERS}.ContentTypeOptions"),
        ),
    ),
)
