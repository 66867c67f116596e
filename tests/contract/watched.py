"""The resources that watch the stack, and the metrics of its functions."""

from typing import Any

from tests.kit.template import functions, template

RESOURCES: dict[str, Any] = template()["Resources"]
Emitted = set[tuple[str, tuple[tuple[str, str], ...]]]


def service_name(function: str) -> str:
    name: str = functions()[function]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    return name
