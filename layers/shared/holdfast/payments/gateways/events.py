"""What a webhook's event says, whatever its shape: a gateway adds kinds, versions and objects as it likes."""

from __future__ import annotations

import json
from typing import Any

from holdfast.model.names import ORDER_ID


def parsed(body: bytes) -> Any:
    """The event's JSON; raises ValueError if it is none, or is nested beyond all sense."""
    try:
        return json.loads(body.decode())
    except RecursionError as error:
        raise ValueError("the event is nested too deeply") from error


def part(event: Any, *names: str) -> Any:
    """What stands under these names, one in the other; None where there is nothing, or something else."""
    for name in names:
        event = event.get(name) if isinstance(event, dict) else None
    return event


def order_in(event: Any, *names: str) -> str | None:
    """The order's id under these names; None if what stands there cannot be one."""
    found = part(event, *names)
    return found if isinstance(found, str) and ORDER_ID.fullmatch(found) else None
