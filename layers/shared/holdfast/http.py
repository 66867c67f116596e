"""The HTTP edge: reads an API Gateway event strictly, and answers with JSON or a problem document (RFC 9457)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from holdfast.engine import Engine
from holdfast.errors import (
    BookingError,
    Forbidden,
    IdempotencyKeyRequired,
    InvalidFields,
    MalformedRequest,
    NotFound,
    Unauthenticated,
)
from holdfast.fields import Strict, path, problems
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.model.ids import BOOKING_ID
from holdfast.model.names import NAME
from holdfast.payments.gateways.choose import Gateways
from holdfast.settings import Settings
from holdfast.storage.store import Store
from holdfast.strict_json import parse, shown

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MAX_BODY_BYTES = 8 * 1024
RESERVED_SECONDS = 1.0  # of the Lambda's time, kept back to write the answer
PROBLEM_TYPE = "urn:holdfast:problem:"
PROBLEM_MEDIA_TYPE = "application/problem+json"
JSON_IN_UTF_8 = re.compile(r'\s*application/json\s*(;\s*charset=(utf-8|"utf-8")\s*)?', re.IGNORECASE)
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,64}")  # visible ASCII
EPOCH_SECONDS = re.compile(r"[0-9]{1,12}")


class Response(NamedTuple):
    status: int
    body: Strict


class NoFields(Strict):
    """The body of a request that takes none: absent, or an empty object. Or a query without parameters."""


class Request:
    """One API Gateway event (payload 2.0). Its methods raise a refusal for a bad part."""

    def __init__(self, event: dict[str, Any], engine: Engine, client_id: str) -> None:
        self.event = event
        self.engine = engine
        self._client_id = client_id

    @property
    def user_id(self) -> str:
        """The `sub` of a Cognito access token of our own client; the authorizer has checked its signature."""
        claims = self._claims
        sub: str = claims.get("sub", "")
        ours = claims.get("client_id") == self._client_id and claims.get("token_use") == "access"
        if not ours or not NAME.fullmatch(sub) or self._has_expired:
            raise Unauthenticated("Send an access token of this API's user pool client.")
        return sub

    @property
    def admin_id(self) -> str:
        """The caller, who must be in the group `admin`."""
        return self._member_of("admin")

    @property
    def is_admin(self) -> bool:
        """Whether the caller is in the group `admin`, on a route that guests may call too."""
        return "admin" in self._groups

    @property
    def owner_id(self) -> str:
        """The caller, who must be in the group `owner`; of which properties, the use case asks the table."""
        return self._member_of("owner")

    @property
    def idempotency_key(self) -> str:
        key = self.header("idempotency-key")
        if not key:
            raise IdempotencyKeyRequired("Send an Idempotency-Key header of 1 to 64 visible ASCII characters.")
        if not IDEMPOTENCY_KEY.fullmatch(key):
            raise MalformedRequest("Idempotency-Key must be 1 to 64 visible ASCII characters.", field="Idempotency-Key")
        return key

    @property
    def booking_id(self) -> str:
        return self.path("booking_id", BOOKING_ID)

    def header(self, name: str) -> str:
        value: str = (self.event.get("headers") or {}).get(name, "")
        return value

    def path(self, name: str, pattern: re.Pattern[str] = NAME) -> str:
        value: str = (self.event.get("pathParameters") or {}).get(name, "")
        if not pattern.fullmatch(value):
            raise NotFound("No such resource.")
        return value

    def query[Fields: Strict](self, fields: type[Fields]) -> Fields:
        """The query string as `fields`, by the rules of a body; every value is a text, and an empty one is none."""
        given: dict[str, str] = self.event.get("queryStringParameters") or {}
        return _read({name: value for name, value in given.items() if value}, fields)

    def body[Fields: Strict](self, fields: type[Fields]) -> Fields:
        """The JSON body as `fields`; raises MalformedRequest, or InvalidFields naming every field that is wrong."""
        raw = self.raw_body()
        if not raw and not any(field.is_required() for field in fields.model_fields.values()):
            return fields()
        if not JSON_IN_UTF_8.fullmatch(self.header("content-type")):
            raise MalformedRequest("Content-Type must be application/json, in UTF-8.", field="Content-Type")
        return _read(parse(raw), fields)

    def raw_body(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The bytes that were sent, at most `limit`: what a webhook's signature covers."""
        body: str = self.event.get("body") or ""
        try:
            raw = base64.b64decode(body, validate=True) if self.event.get("isBase64Encoded") else body.encode()
        except (binascii.Error, UnicodeEncodeError) as error:
            raise MalformedRequest("The body is not what its encoding says.") from error
        if len(raw) > limit:
            raise MalformedRequest(f"The body is {len(raw)} bytes; at most {limit} are taken.")
        return raw

    def _member_of(self, group: str) -> str:
        user_id = self.user_id
        if group not in self._groups:
            raise Forbidden(f"This is for members of the group {group}.")
        return user_id

    @property
    def _groups(self) -> list[str]:
        groups: str | list[str] = self._claims.get("cognito:groups", "")
        return groups if isinstance(groups, list) else re.findall(r"[^\[\],\s]+", groups)

    @property
    def _has_expired(self) -> bool:
        """Whether the token had expired when the request came; the authorizer refuses expired tokens before that."""
        exp = str(self._claims.get("exp", ""))
        arrived_ms: int = self.event["requestContext"].get("timeEpoch", 0)
        return EPOCH_SECONDS.fullmatch(exp) is not None and int(exp) * 1000 <= arrived_ms

    @property
    def _claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = (
            self.event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims") or {}
        )
        return claims


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
    for lack of time. An `idempotent` route takes an Idempotency-Key header.
    """

    key: str
    handler: Handler
    who: Role
    body: type[Strict] | None
    query: type[Strict] | None
    idempotent: bool
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
        refusals: tuple[type[BookingError], ...] = (),
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[key] = Route(key, handler, who, body, query, idempotent, answers, refusals)
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
            return _respond(refusal.status, problem(refusal, event.get("rawPath", "")), PROBLEM_MEDIA_TYPE, refusal)
        return _respond(answer.status, answer.body, "application/json")

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


def _respond(status: int, body: Any, media_type: str, refusal: BookingError | None = None) -> dict[str, Any]:
    headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
    if refusal and "retry_after_seconds" in refusal.members:
        headers["Retry-After"] = str(refusal.members["retry_after_seconds"])
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return {
        "statusCode": status,
        "headers": headers,
        "body": _json(body),
        "isBase64Encoded": False,
    }


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


def _read[Fields: Strict](given: dict[str, Any], fields: type[Fields]) -> Fields:
    try:
        return fields.model_validate({shown(name): value for name, value in given.items()})
    except ValidationError as error:
        raise InvalidFields(*((path(location), words) for location, words in problems(error))) from error
