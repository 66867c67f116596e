"""One bad input and what is said of it."""

from typing import Any, NamedTuple

SURROGATE = "\ud800"  # half a character: JSON can say it, UTF-8 cannot


class Bad(NamedTuple):
    says: str
    changes: dict[str, Any]
    field: str
    status: int = 422
    code: str = "invalid_request"
