"""What the fields of the catalog file may hold."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from holdfast.fields import Text, Whole
from holdfast.model.limits import MAX_AMOUNT

INSTANT = re.compile(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


def _as_instant(value: Any) -> Any:
    """The instant that an RFC 3339 text with its offset names; anything else as it is, for pydantic to refuse."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    return value


Code = Annotated[str, Text(CODE, "must be 1 to 32 letters, digits, dashes or underscores, beginning with no dash")]
User = Annotated[str, Text(USER, "must be 1 to 64 letters, digits or any of . _ @ + -, the first a letter or digit")]
Price = Annotated[int, Whole(1, MAX_AMOUNT)]
Limit = Annotated[int, Whole(0, 1_000_000_000)]
Instant = Annotated[datetime, BeforeValidator(_as_instant)]
