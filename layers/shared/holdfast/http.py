"""The HTTP edge: reads an API Gateway event strictly, and answers with JSON or a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import to_json

from holdfast.engine import Engine
from holdfast.errors import (
    BookingError,
    NotFound,
    Unauthenticated,
)
from holdfast.fields import Strict
from holdfast.http_request import NoFields, Request
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.gateways.choose import Gateways
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

RESERVED_SECONDS = 1.0  # of the Lambda's time, kept back to write the answer
PROBLEM_TYPE = "urn:holdfast:problem:"
PROBLEM_MEDIA_TYPE = "application/problem+json"
CSV_MEDIA_TYPE = "text/csv; charset=utf-8"


class Csv(NamedTuple):
    """A table as text, for a caller who accepts text/csv; `next_page` is the query of the page that follows, if any."""

    text: str
    next_page: str | None = None


class Response(NamedTuple):
    """An answer; the `version` of what it shows becomes its ETag.

    One with `fresh_seconds` is the same for everybody, and may be kept that long by anybody between.
    """

    status: int
    body: Strict | Csv
    version: int | None = None
    fresh_seconds: int | None = None


Handler = Callable[[Request], Response]
type LambdaHandler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class Role(StrEnum):
    """Who may call a route. `Api` checks it before the handler runs."""

    ANYONE = "anyone"
    GATEWAY = "gateway"  # anyone who signs the body as the payment gateway does: the handler checks that
    GUEST = "guest"
    OWNER = "owner"
    ADMIN = "admin"


class Route(NamedTuple):
    """One route: who may call it, what it takes, and all that it may answer. `apidocs` writes the OpenAPI file from it.

    The refusals are those of the use case; `apidocs` adds those that any call may get, for its token, body or query or
    for lack of time. An `idempotent` route takes an Idempotency-Key header, a `versioned` one If-Match; one with `csv`
    answers with a table to a caller who accepts text/csv. An answer of one with `cache_seconds` is the same for all
    callers, and shared caches may keep it so long; anyone may ask with If-None-Match whether it has changed.
    """

    key: str
    handler: Handler
    who: Role
    body: type[Strict] | None
    query: type[Strict] | None
    idempotent: bool
    versioned: bool
    csv: bool
    cache_seconds: int | None
    answers: Mapping[int, type[Strict]]
    refusals: tuple[type[BookingError], ...]


class Api:
    """The routes of one function, by API Gateway's own route key, such as `GET /bookings/{booking_id}`."""

    def __init__(self, settings: Settings) -> None:
        self.routes: dict[str, Route] = {}
        self.engine = Engine(Store.connect(settings), Gateways(settings), utc_now, settings.late_grace_seconds)
        self._client_id = settings.cognito_client_id

    def route(
        self,
        key: str,
        *,
        answers: Mapping[int, type[Strict]],
        who: Role = Role.GUEST,
        body: type[Strict] | None = None,
        query: type[Strict] | None = None,
        idempotent: bool = False,
        versioned: bool = False,
        csv: bool = False,
        cache_seconds: int | None = None,
        refusals: tuple[type[BookingError], ...] = (),
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[key] = Route(
                key, handler, who, body, query, idempotent, versioned, csv, cache_seconds, answers, refusals
            )
            return handler

        return register

    @property
    def lambda_handler(self) -> LambdaHandler:
        """What Lambda calls: with the request's id in every log line, and the metrics written at the end."""
        return logger.inject_lambda_context(correlation_id_path="requestContext.requestId")(
            publishes_metrics(self.handle)
        )

    def handle(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answers one event. A refusal becomes a problem document; anything else is a bug, and crashes."""
        seconds_left = context.get_remaining_time_in_millis() / 1000 - RESERVED_SECONDS
        request = Request(event, self.engine.within(seconds_left), self._client_id)
        try:
            answer = self._answer(request, event["routeKey"])
        except BookingError as refusal:
            logger.info(
                f"refused: {refusal.code}",
                extra={"code": refusal.code, "status": refusal.status, "route": event["routeKey"]},
            )
            return _refused(refusal, event.get("rawPath", ""))
        tag = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
        if answer.fresh_seconds is not None:
            tag |= {"Cache-Control": f"public, max-age={answer.fresh_seconds}", "Vary": "Origin"}
        if isinstance(answer.body, Csv):
            more = {"Link": f'<?{answer.body.next_page}>; rel="next"'} if answer.body.next_page else {}
            return _response(answer.status, answer.body.text, CSV_MEDIA_TYPE, tag | more)
        cache_seconds = self.routes[event["routeKey"]].cache_seconds
        if cache_seconds is not None:
            return _cached(answer.status, _json(answer.body), cache_seconds, request.header("if-none-match"))
        return _response(answer.status, _json(answer.body), "application/json", tag)

    def _answer(self, request: Request, key: str) -> Response:
        route = self.routes.get(key)
        if route is None:
            raise NotFound("There is no such route.")
        if route.who is Role.GUEST:
            request.user_id  # noqa: B018 - raises for anyone else
        elif route.who is Role.OWNER:
            request.owner_id  # noqa: B018 - the same
        elif route.who is Role.ADMIN:
            request.admin_id  # noqa: B018 - the same
        if route.query is None and route.who is not Role.GATEWAY:  # a gateway may add to its webhook's address
            request.query(NoFields)
        return route.handler(request)


def _refused(refusal: BookingError, path: str) -> dict[str, Any]:
    headers = {}
    if "retry_after_seconds" in refusal.members:
        headers["Retry-After"] = str(refusal.members["retry_after_seconds"])
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return _response(refusal.status, _json(problem(refusal, path)), PROBLEM_MEDIA_TYPE, headers)


def _cached(status: int, body: str, seconds: int, known: str) -> dict[str, Any]:
    """The answer with a tag of its bytes, or 304 without them if the caller knows that tag (RFC 9110, 13.1.2).

    A browser asks each time, so nobody sees a room of before their own hold; a cache in front of the API need not.
    """
    tag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age=0, s-maxage={seconds}", "ETag": tag, "Vary": "Origin"}
    if known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return _response(304, "", "application/json", headers)
    return _response(status, body, "application/json", headers)


def _response(status: int, body: str, media_type: str, headers: dict[str, str]) -> dict[str, Any]:
    always = {"Content-Type": media_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {"statusCode": status, "headers": always | headers, "body": body, "isBase64Encoded": False}


def _json(body: Any) -> str:
    if isinstance(body, BaseModel):  # leaves out the fields that have their default
        return body.model_dump_json(exclude_defaults=True)
    return to_json(body).decode()


def problem(refusal: BookingError, path: str) -> dict[str, Any]:
    """The problem document of a refusal; `instance` is the path that was asked for."""
    return {
        "type": PROBLEM_TYPE + refusal.code,
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail,
        "instance": path,
        **refusal.members,
    }
