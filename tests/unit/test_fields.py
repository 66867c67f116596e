"""The answer to a wrong field is for people: no pattern, no type of ours, and the same rule in the description."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from pydantic_core.core_schema import ErrorType

from holdfast.fields import WORDS, Day, Digits, Readable, Strict, Text, Whole, problems
from holdfast.properties.requests import SearchQuery
from holdfast.settings import BadEnvironment, Settings
from tests.kit.front_door import FrontDoor

LETTERS = re.compile(r"[a-z]{1,3}")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(Strict):
    deep: int


class Form(Strict):
    rooms: Annotated[int, Whole(1, 9)] = 1
    code: Annotated[str, Text(LETTERS, "must be 1 to 3 small letters")] = "a"
    reason: Annotated[str, Readable(5)] = "why"
    asked: Annotated[int, Digits(re.compile(r"[1-9]"), "must be 1 to 9")] = 1
    day: Day = date(2026, 12, 24)
    one: Literal["only"] = "only"
    gateway: Literal["stripe", "razorpay"] = "stripe"
    colour: Annotated[Colour, Field(strict=False)] = Colour.RED
    sure: bool = True
    inner: Inner | None = None
    many: Annotated[tuple[int, ...], Field(strict=False, min_length=1, max_length=2)] = (1,)


def answered(**sent: Any) -> dict[str, str]:
    """The words for each wrong field of a form."""
    with pytest.raises(ValidationError) as refused:
        Form.model_validate(sent)
    return {".".join(str(step) for step in location): words for location, words in problems(refused.value)}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"rooms": 10}, {"rooms": "must be 1 to 9"}),
        ({"rooms": "1"}, {"rooms": "must be a whole number"}),
        ({"rooms": 1.0}, {"rooms": "must be a whole number"}),
        ({"rooms": True}, {"rooms": "must be a whole number"}),
        ({"rooms": None}, {"rooms": "must be a whole number"}),
        ({"code": "abcd"}, {"code": "must be 1 to 3 small letters"}),
        ({"code": "a\n"}, {"code": "must be 1 to 3 small letters"}),
        ({"code": 7}, {"code": "must be a text"}),
        ({"reason": " "}, {"reason": "must be a line of 1 to 5 printable characters, not blank"}),
        ({"reason": "\ud800"}, {"reason": "must be a line of 1 to 5 printable characters, not blank"}),
        ({"asked": "+1"}, {"asked": "must be 1 to 9"}),
        ({"asked": True}, {"asked": "must be 1 to 9"}),
        ({"day": "2026-12-24T00:00:00"}, {"day": "must be a date, YYYY-MM-DD"}),
        ({"day": 1_796_860_800}, {"day": "must be a date, YYYY-MM-DD"}),
        ({"one": "other"}, {"one": "must be only"}),
        ({"gateway": "paypal"}, {"gateway": "must be one of stripe or razorpay"}),
        ({"gateway": "\ud800"}, {"gateway": "is not valid Unicode"}),
        ({"colour": "green"}, {"colour": "must be one of red or blue"}),
        ({"sure": 1}, {"sure": "must be true or false"}),
        ({"inner": 1}, {"inner": "must be an object"}),
        ({"inner": {}}, {"inner.deep": "is required"}),
        ({"many": []}, {"many": "must have at least 1"}),
        ({"many": [1, 2, 3]}, {"many": "must have at most 2"}),
        ({"many": "12"}, {"many": "must be a list"}),
        ({"x": 1}, {"x": "is not a known field"}),
        ({"x": 1, "rooms": 0}, {"rooms": "must be 1 to 9", "x": "is not a known field"}),
    ],
)
def test_each_mistake_has_its_words(sent: dict[str, Any], words: dict[str, str]) -> None:
    assert list(answered(**sent).items()) == list(words.items())


def test_the_words_are_for_errors_that_pydantic_has() -> None:
    assert set(WORDS) <= set(get_args(ErrorType))


@given(st.text(st.characters(), min_size=1, max_size=3))
def test_a_number_in_a_query_is_ascii_digits(text: str) -> None:
    """Python's `int` takes signs, blanks, underscores and the digits of every script."""
    taken = text in set("123456789")
    try:
        assert SearchQuery.model_validate({"rooms": text}).rooms == int(text)
    except ValidationError:
        assert not taken
    else:
        assert taken


@given(st.dates())
def test_a_day_is_taken_as_it_is_written_and_in_no_other_way(day: date) -> None:
    written = day.isoformat()

    assert Form.model_validate({"day": written}).day == day
    for other in (f"{written} ", f"{written}T00:00:00", written.replace("-", ""), written.replace("-", "/")):
        assert answered(day=other) == {"day": "must be a date, YYYY-MM-DD"}


def test_a_search_is_refused_in_plain_words(front_door: FrontDoor) -> None:
    query = {"rooms": "10", "guests": "0", "check_in": "soon", "city": "#", "near": "me"}

    reply = front_door.call("GET /properties", user=None, query=query)

    assert reply.body["detail"] == (
        "check_in: must be a date, YYYY-MM-DD; rooms: must be 1 to 9; guests: must be 1 to 99; "
        "city: must be 1 to 64 characters, none of them # or a control character; near: is not a known field"
    )


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TABLE_NAME", "", "TABLE_NAME must be 3 to 255 letters, digits, dots, dashes or underscores"),
        ("HOLD_SECONDS", "ten", "HOLD_SECONDS must be 1 to 9999 seconds"),
        ("HOLD_SECONDS", "0", "HOLD_SECONDS must be 1 to 9999 seconds"),
        ("DUE_SHARDS", "-8", "DUE_SHARDS must be 1 to 999"),
        (
            "STRIPE_API_BASE",
            "ftp://stripe",
            "STRIPE_API_BASE must be empty, or an address by https://, or by http:// of this machine",
        ),
        ("RAZORPAY_API_BASE", "http://razor pay", "RAZORPAY_API_BASE must be empty, or an address"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "holdfast")
    monkeypatch.setenv(variable, value)

    with pytest.raises(BadEnvironment, match=f"^{re.escape(words)}"):
        Settings.from_environment()


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)

    with pytest.raises(BadEnvironment, match=r"^TABLE_NAME is required$"):
        Settings.from_environment()
