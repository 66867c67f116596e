"""What a field may hold, and the sentence that answers a wrong one: the base of every model at the edge.

pydantic checks; people read the answer. A rule that needs more than a type is an annotation with its own sentence,
such as `Annotated[int, Whole(1, 9)]`; `problems` has a sentence for each of pydantic's own errors.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, core_schema

# Before it builds its first schema, pydantic reads the metadata of every package there is, in search of its plugins: as
# much work as importing the whole of this package. We have none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ONE_OF = frozenset({"literal_error", "enum"})
WORDS = {  # by pydantic's type of error: https://docs.pydantic.dev/latest/errors/validation_errors
    "bool_type": "must be true or false",
    "date_type": "must be a date, YYYY-MM-DD",
    "datetime_type": "must be an instant with its offset, such as 2026-12-24T18:00:00Z",
    "extra_forbidden": "is not a known field",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "missing": "is required",
    "model_type": "must be an object",
    "string_type": "must be a text",
    "string_unicode": "is not valid Unicode",
    "tuple_type": "must be a list",
}


class Strict(BaseModel):
    """No coercion, no unknown fields, no change afterwards. The schema is built when it is first used."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True)


class _Checked:
    """An annotation whose `check` takes a value of the right type, and raises ValueError with what would be right.

    These are plain classes: making one a dataclass costs a cold start more than two models.
    """

    def check(self, value: Any) -> Any:
        raise NotImplementedError

    def described(self) -> dict[str, Any]:
        """What the rule adds to the type's JSON Schema."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | self.described()


class Whole(_Checked):
    """An int in `[least, most]`."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def check(self, value: int) -> int:
        if not self.least <= value <= self.most:
            raise ValueError(f"must be {self.least} to {self.most}")
        return value

    def described(self) -> dict[str, Any]:
        return {"minimum": self.least, "maximum": self.most}


class Text(_Checked):
    """A str that matches the pattern from end to end; `says` is the rule in words. Refuses surrogates.

    A pattern that is a text is compiled at its first use: a start is spared it.
    """

    def __init__(self, pattern: re.Pattern[str] | str, says: str) -> None:
        self.pattern, self.says = pattern, says

    def check(self, value: str) -> str:
        return _unicode(_matching(value, self.pattern, self.says))

    def described(self) -> dict[str, Any]:
        return {"pattern": whole_text(self.pattern)}


class Readable(_Checked):
    """A str of one line that can be read: 1 to `most` printable characters, not all of them blanks."""

    def __init__(self, most: int) -> None:
        self.most = most

    def check(self, value: str) -> str:
        if len(value) > self.most or not value.isprintable() or not value.strip():
            raise ValueError(f"must be a line of 1 to {self.most} printable characters, not blank")
        return value

    def described(self) -> dict[str, Any]:
        return {"minLength": 1, "maxLength": self.most}


class Digits(_Checked):
    """An int that comes as a text of ASCII digits, in a query or in the environment."""

    def __init__(self, pattern: re.Pattern[str] | str, says: str) -> None:
        self.pattern, self.says = pattern, says

    def check(self, value: Any) -> int:
        return int(_matching(str(value), self.pattern, self.says))

    def described(self) -> dict[str, Any]:
        return {"type": "string", "pattern": whole_text(self.pattern)}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.described()


def _as_date(value: Any) -> Any:
    """The date that an ISO text names; anything else as it is, for pydantic to refuse."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(_as_date)]
Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]  # RFC 3339, as answers show it


def problems(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """Each wrong location, known fields before unknown ones, with what would be right."""
    return [(one["loc"], _words(one)) for one in error.errors(include_url=False, include_input=False)]


def path(location: tuple[int | str, ...]) -> str:
    """The name of the field, as `occupancy[0].adults`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).removeprefix(".")


def whole_text(pattern: re.Pattern[str] | str) -> str:
    """The pattern as JSON Schema has it, where one that is not anchored may be found anywhere in the text."""
    return f"^{pattern if isinstance(pattern, str) else pattern.pattern}$"


def _words(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":  # raised by an annotation above, or by a model's own validator
            return str(context["error"])
        case "too_short":
            return f"must have at least {context['min_length']}"
        case "too_long":
            return f"must have at most {context['max_length']}"
        case kind if kind in ONE_OF:
            names = context["expected"].replace("'", "")
            return f"must be one of {names}" if " or " in names else f"must be {names}"
        case kind:
            return WORDS.get(kind, "is not valid")


def _matching(value: str, pattern: re.Pattern[str] | str, says: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(says)
    return value


def _unicode(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(WORDS["string_unicode"]) from error
    return value
