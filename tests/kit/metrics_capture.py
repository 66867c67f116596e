"""The metrics that functions write into their log in CloudWatch's embedded format."""

import json
from collections.abc import Iterator
from typing import Any

import pytest


def written_metrics(capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each directive of a line, which says what to read from it, with the line."""
    for text in capsys.readouterr().out.splitlines():
        line = json.loads(text) if text.startswith('{"_aws"') else {}
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            yield directive, line
