"""`template.yaml` as the tests read it, and the table that it defines."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


def _tag(loader: _Template, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Template.add_multi_constructor("!", _tag)


@cache
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Template)  # noqa: S506 - a SafeLoader
    return loaded


def table_definition(name: str) -> dict[str, Any]:
    """`CreateTable` as the template would ask for it: keys, indexes and their projections, billing."""
    properties = template()["Resources"]["Table"]["Properties"]
    kept = ("AttributeDefinitions", "KeySchema", "BillingMode")
    of_index = ("IndexName", "KeySchema", "Projection")
    indexes = [{part: index[part] for part in of_index} for index in properties["GlobalSecondaryIndexes"]]
    return {"TableName": name, "GlobalSecondaryIndexes": indexes} | {part: properties[part] for part in kept}


def functions() -> dict[str, dict[str, Any]]:
    """The properties of each function, by its folder's name."""
    return {
        resource["Properties"]["CodeUri"].removeprefix("functions/"): resource["Properties"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def http_events(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in properties.get("Events", {}).values():
        if event["Type"] == "HttpApi":
            yield event["Properties"]
