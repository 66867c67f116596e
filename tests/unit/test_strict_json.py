"""Reading a body's JSON strictly, however large it is."""

import json
import time

import pytest

from holdfast.errors import MalformedRequest
from holdfast.strict_json import parse

MANY = 60_000
SECONDS = 5.0  # a comparison of each name with each would take minutes


def test_many_names_are_read_at_once() -> None:
    started = time.process_time()

    assert len(parse(json.dumps(dict.fromkeys(map(str, range(MANY)), 0)).encode())) == MANY
    assert time.process_time() - started < SECONDS


def test_names_that_come_twice_are_said_once_each_and_sorted() -> None:
    with pytest.raises(MalformedRequest, match="Sent more than once: a, b\\."):
        parse(b'{"b": 1, "a": 1, "c": 1, "a": 2, "b": 2, "b": 3}')


def test_many_names_that_come_twice_are_found_at_once() -> None:
    started = time.process_time()
    pairs = ", ".join(f'"{n % MANY}": 0' for n in range(MANY + 1))

    with pytest.raises(MalformedRequest, match="Sent more than once: 0\\."):
        parse(f"{{{pairs}}}".encode())
    assert time.process_time() - started < SECONDS
