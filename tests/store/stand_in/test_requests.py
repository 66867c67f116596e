"""Single requests to the simulation's stand-in and to other DynamoDBs; `DIFFERENCES` has what is known to differ."""

from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError  # noqa: TID251 - what the stand-in raises as the SDK would

from holdfast.storage.items import Item
from holdfast.storage.marshal import put_action, to_wire
from tests.kit.clock import FakeClock
from tests.store.stand_in.sides import Side

# (which DynamoDB, which request): why it answers otherwise; none of these requests is one that the store makes.
DIFFERENCES = {
    ("moto", "a value that is not used"): "does not look whether values are used",
    ("moto", "a value that is not given"): "crashes, with a TypeError for a reason",
    ("moto", "a path through what is no map"): "changes nothing, and says that it did",
    ("moto", "the size of what is missing"): "crashes, with a ValueError for a reason",
    ("ministack", "set and remove one path"): "carries both out, in that order",
    ("ministack", "a path through what is no map"): "changes nothing, and says that it did",
}


def _update(**parts: Any) -> dict[str, Any]:
    return {"TransactItems": [{"Update": {"Key": to_wire({"pk": "P", "sk": "S"}), **parts}}]}


def _delete(sk: str = "S", **parts: Any) -> dict[str, Any]:
    return {"TransactItems": [{"Delete": {"Key": to_wire({"pk": "P", "sk": sk}), **parts}}]}


_VALUE = {":v": {"N": "1"}}
REQUESTS: dict[str, dict[str, Any]] = {
    "a value that is not used": _update(
        UpdateExpression="SET a = :v", ExpressionAttributeValues=_VALUE | {":w": {"N": "1"}}
    ),
    "a name that is not used": _update(
        UpdateExpression="SET a = :v", ExpressionAttributeValues=_VALUE, ExpressionAttributeNames={"#b": "b"}
    ),
    "a value that is not given": _update(UpdateExpression="SET a = :v"),
    "a reserved word": _update(UpdateExpression="SET free = :v", ExpressionAttributeValues=_VALUE),
    "set and remove one path": _update(UpdateExpression="SET n = :v REMOVE n", ExpressionAttributeValues=_VALUE),
    "an operand that is missing": _update(UpdateExpression="SET a = z + :v", ExpressionAttributeValues=_VALUE),
    "a path through what is no map": _update(UpdateExpression="SET n.a = :v", ExpressionAttributeValues=_VALUE),
    "one item twice": {
        "TransactItems": [_update(UpdateExpression="REMOVE a")["TransactItems"][0] for _ in range(2)],
    },
    "a change": _update(UpdateExpression="SET m.b = m.a - :v REMOVE m.c", ExpressionAttributeValues=_VALUE),
    "a condition on what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="z <> :v", ExpressionAttributeValues=_VALUE
    ),
    "a comparison with what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="z < :v", ExpressionAttributeValues=_VALUE
    ),
    "a comparison of two kinds": _update(
        UpdateExpression="REMOVE a", ConditionExpression="s = :v", ExpressionAttributeValues=_VALUE
    ),
    "the size of a map": _update(
        UpdateExpression="REMOVE a", ConditionExpression="size(m) < :v", ExpressionAttributeValues=_VALUE
    ),
    "the size of what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="size(z) < :v", ExpressionAttributeValues=_VALUE
    ),
    "either or": _update(
        UpdateExpression="REMOVE a",
        ConditionExpression="attribute_not_exists(pk) OR (n = :v AND attribute_exists(m.a))",
        ExpressionAttributeValues=_VALUE,
    ),
    "a deletion": _delete(),
    "a deletion of what is missing": _delete("none"),
    "a deletion under a condition that holds": _delete(ConditionExpression="attribute_exists(s)"),
    "a deletion under a condition that fails": _delete(ConditionExpression="attribute_not_exists(s)"),
    "two maps that are the same": _update(
        UpdateExpression="REMOVE a",
        ConditionExpression="m = :v",
        ExpressionAttributeValues={":v": {"M": {"c": {"N": "3"}, "a": {"N": "5"}}}},
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_by_itself_is_answered_the_same(
    sides: tuple[Side, Side, FakeClock], name: str, request: pytest.FixtureRequest
) -> None:
    which = request.node.callspec.params["table"]
    known = DIFFERENCES.get((which, name))
    outcomes = []
    for side in sides[:2]:
        client: Any = side.table.client
        item: Item = {"pk": "P", "sk": "S", "n": 1, "s": "text", "m": {"a": 5, "c": 3}}
        side.table.put(put_action(side.table.name, item))
        asked = msgspec.json.decode(msgspec.json.encode(REQUESTS[name]))
        for action in asked["TransactItems"]:
            for body in action.values():
                body["TableName"] = side.table.name
        try:
            client.transact_write_items(**asked, ClientRequestToken=name[:36])
            outcome: Any = "done"
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            code = error.response["Error"]["Code"]
            outcome = [reason["Code"] for reason in reasons] or code
            if outcome == ["ValidationError"]:
                outcome = "ValidationException"  # of one action of several, given as its reason
        outcomes.append((outcome, side.items().get(("P", "S"))))
    if known:
        assert outcomes[0] != outcomes[1], f"{which} does {name} right by now: take it off the list"
    else:
        assert outcomes[0] == outcomes[1]
