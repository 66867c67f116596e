"""The log as an operator reads it: one JSON object a line."""

import io
import json
from dataclasses import dataclass
from typing import Any


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
