"""What a caller sends: one API Gateway event, read strictly."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from holdfast.errors import (
    Forbidden,
    IdempotencyKeyRequired,
    InvalidFields,
    MalformedRequest,
    NotFound,
    Unauthenticated,
)
from holdfast.fields import Strict, path, problems
from holdfast.model.ids import BOOKING_ID
from holdfast.model.names import NAME
from holdfast.strict_json import parse, shown

if TYPE_CHECKING:
    from holdfast.engine import Engine

MAX_BODY_BYTES = 8 * 1024
JSON_IN_UTF_8 = re.compile(r'\s*application/json\s*(;\s*charset=(utf-8|"utf-8")\s*)?', re.IGNORECASE)
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,64}")  # visible ASCII
VERSION_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
EPOCH_SECONDS = re.compile(r"[0-9]{1,12}")


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
    def if_match(self) -> int | None:
        """The version that If-Match names; None for any, by `*`."""
        value = self.header("if-match").strip()
        if value == "*":
            return None
        if not (found := VERSION_TAG.fullmatch(value)):
            raise MalformedRequest(
                'Send If-Match with the version that you read, such as "3", or * for any.', field="If-Match"
            )
        return int(found[1])

    @property
    def wants_csv(self) -> bool:
        accepted = [part.partition(";")[0].strip().lower() for part in self.header("accept").split(",")]
        return "text/csv" in accepted

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

    def body[Fields: Strict](self, fields: type[Fields], limit: int = MAX_BODY_BYTES) -> Fields:
        """The JSON body as `fields`; raises MalformedRequest, or InvalidFields naming every field that is wrong."""
        raw = self.raw_body(limit)
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
        """As API Gateway writes a list into a text: `[admin owner]`. A name may have brackets and commas, no space."""
        groups = str(self._claims.get("cognito:groups"))
        return groups[1:-1].split(" ") if groups.startswith("[") and groups.endswith("]") else []

    @property
    def _has_expired(self) -> bool:
        """Whether the token had expired when the request came; one whose time cannot be read has.

        The authorizer refuses expired tokens before that.
        """
        exp = str(self._claims.get("exp", ""))
        arrived_ms: int = self.event["requestContext"].get("timeEpoch", 0)
        return EPOCH_SECONDS.fullmatch(exp) is None or int(exp) * 1000 <= arrived_ms

    @property
    def _claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = (
            self.event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims") or {}
        )
        return claims


def _read[Fields: Strict](given: dict[str, Any], fields: type[Fields]) -> Fields:
    try:
        return fields.model_validate({shown(name): value for name, value in given.items()})
    except ValidationError as error:
        raise InvalidFields(*((path(location), words) for location, words in problems(error))) from error
