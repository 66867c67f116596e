"""The gateways' secrets: read from Secrets Manager with a short cache, and compared in constant time."""

from __future__ import annotations

import hmac
import time
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError, TransformParameterError
from botocore.config import Config

from holdfast.errors import Busy
from holdfast.logs import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_AGE_SECONDS = 300  # a rotated secret takes effect within this time
ASK_AGAIN_SECONDS = 30  # after the store did not answer: until then nobody waits for it

_kept: dict[str, dict[str, Any]] = {}  # the last good value of each secret
_ask_at: dict[str, float] = {}  # on the monotonic clock, of secrets that could not be read


def secret_value(name: str) -> dict[str, Any]:
    """The secret's JSON object, as Secrets Manager holds it now or held at most five minutes ago.

    While the store does not answer, or holds no JSON, the last good value stays in use. Raises Busy if there is none.
    """
    if name in _kept and time.monotonic() < _ask_at.get(name, 0.0):
        return _kept[name]
    try:
        value: Any = _provider().get(name, max_age=MAX_AGE_SECONDS, transform="json")
    except (GetParameterError, TransformParameterError) as error:
        facts = {"secret_name": name, "error": type(error).__name__}
        logger.error("a gateway's keys cannot be read; the last good ones stay in use, if any", extra=facts)
        if name not in _kept:
            raise Busy("The gateway's keys cannot be read now; please repeat the request.") from error
        _ask_at[name] = time.monotonic() + ASK_AGAIN_SECONDS
        return _kept[name]
    _kept[name] = dict(value)
    return _kept[name]


def matches_any(signed: bytes, given: Sequence[bytes], secrets: Sequence[str]) -> bool:
    """Whether one of the given hex signatures is the HMAC-SHA256 of `signed` under one of the secrets.

    Bytes are compared, in constant time, so that a signature that is not ASCII is only wrong.
    """
    wanted = [hmac.new(secret.encode(), signed, sha256).hexdigest().encode() for secret in secrets]
    return any([hmac.compare_digest(want, have) for want in wanted for have in given])  # noqa: C419 - all are compared


@cache
def _provider() -> SecretsProvider:
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return SecretsProvider(boto_config=config)
