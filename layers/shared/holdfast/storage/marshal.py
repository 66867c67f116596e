"""DynamoDB's typed form of items, keys and conditional writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.storage.items import Item, Key


def put_action(table: str, item: Item, condition: str = "", values: Item | None = None) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": table, "Item": to_wire(item)}
    if condition:
        put |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if values:
        put["ExpressionAttributeValues"] = to_wire(values)
    return {"Put": put}


def check_action(table: str, key: Key, condition: str, values: Item | None = None) -> dict[str, Any]:
    """Writes nothing: the transaction fails unless the condition holds."""
    check: dict[str, Any] = {"TableName": table, "Key": wire_key(key), "ConditionExpression": condition}
    if values:
        check["ExpressionAttributeValues"] = to_wire(values)
    return {"ConditionCheck": check}


def delete_action(
    table: str, key: Key, condition: str = "", values: Item | None = None, names: dict[str, str] | None = None
) -> dict[str, Any]:
    """Deletes the item, if there is one and the condition holds."""
    delete: dict[str, Any] = {"TableName": table, "Key": wire_key(key)}
    if condition:
        delete["ConditionExpression"] = condition
    if values:
        delete["ExpressionAttributeValues"] = to_wire(values)
    if names:
        delete["ExpressionAttributeNames"] = names
    return {"Delete": delete}


def set_action(
    table: str, key: Key, fields: Item, condition: str, values: Item | None = None, remove: Sequence[str] = ()
) -> dict[str, Any]:
    """Sets these fields and removes others. Every name is written `#name`, in the condition too: many are reserved."""
    update = "SET " + ", ".join(f"#{name} = :set_{name}" for name in fields)
    if remove:
        update += " REMOVE " + ", ".join(f"#{name}" for name in remove)
    used = {*fields, *remove, *re.findall(r"#(\w+)", condition)}
    sets = {f":set_{name}": value for name, value in fields.items()}
    return update_action(table, key, update, condition, sets | (values or {}), {f"#{name}": name for name in used})


def update_action(
    table: str, key: Key, update: str, condition: str, values: Item, names: dict[str, str] | None = None
) -> dict[str, Any]:
    action: dict[str, Any] = {
        "TableName": table,
        "Key": wire_key(key),
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if values:
        action["ExpressionAttributeValues"] = to_wire(values)
    if names:
        action["ExpressionAttributeNames"] = names
    return {"Update": action}


def to_wire(item: Item) -> dict[str, Any]:
    """DynamoDB's typed form. Raises TypeError for what no item holds, floats above all."""
    return {name: _wire(value) for name, value in item.items()}


def from_wire(wire: dict[str, Any]) -> Item:
    # Nearly all of a page are numbers: a call for each of them would take as long again.
    return {name: int(value["N"]) if "N" in value else _plain(value) for name, value in wire.items()}


def wire_key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _wire(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int():
            return {"N": str(value)}
        case dict():
            return {"M": to_wire(value)}
        case list() | tuple():
            return {"L": [_wire(part) for part in value]}
    raise TypeError(f"an item cannot hold {value!r}")


def _plain(wire: dict[str, Any]) -> Any:
    [(kind, value)] = wire.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return int(value)
        case "M":
            return from_wire(value)
        case "L":
            return [_plain(part) for part in value]
        case "NULL":
            return None
    raise TypeError(f"an item cannot hold a {kind}")
