"""The log as an operator reads it: one JSON object a line."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from holdfast.logs import logger


@dataclass
class LogLines:
    text: io.StringIO

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]

    @property
    def tagged(self) -> list[dict[str, Any]]:
        return [line for line in self.all if "tag" in line]

    @property
    def tags(self) -> list[str]:
        return [line["tag"] for line in self.tagged]

    def of(self, tag: str) -> dict[str, Any]:
        """The one line with that tag."""
        [line] = [line for line in self.tagged if line["tag"] == tag]
        return line

    def clear(self) -> None:
        self.text.seek(0)
        self.text.truncate()


@contextmanager
def captured_lines() -> Iterator[LogLines]:
    """Every line that is logged meanwhile."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    text = io.StringIO()
    before = handler.setStream(text)
    try:
        yield LogLines(text)
    finally:
        handler.setStream(before)
