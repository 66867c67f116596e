"""Tokens and claims that mean harm, each with the status it must get."""

from typing import Any

from tests.component.hostile import ARRIVED_SECONDS, CREDIT, FULL_WIDTH, HOLD, Hostile, Request, changed
from tests.kit.apps import CLIENT_ID
from tests.kit.front_door import ADMIN, STAY, request_for


def claims(says: str, status: int = 401, code: str = "unauthenticated", route: str = HOLD, **given: Any) -> Hostile:
    """A token that the authorizer let through and that is not what we take: `None` leaves a claim out."""

    def made(_: str) -> Request:
        path = {"user_id": "victim"} if "user_id" in route else None
        body = STAY if route == HOLD else {"amount": 100, "reason": "Mine"}
        request = request_for(route, body, key="hostile", path=path)
        found = request["requestContext"]["authorizer"]["jwt"]["claims"]
        found |= given
        for name in [name for name, value in given.items() if value is None]:
            del found[name]
        return request

    return Hostile(says, made, status, code)


ODD_TIMES = {
    "missing": None,
    "empty": "",
    "nothing": "None",
    "a date": "Sun Nov 22 18:35:00 UTC 2026",
    "an instant": "2026-11-22T18:35:00Z",
    "an exponent": "1.7953725E9",
    "a fraction as text": "1795372500.5",
    "a fraction": 1795372500.5,
    "below nothing": "-1795372500",
    "signed": "+1795372500",
    "of blanks": " 1795372500 ",
    "with a newline": "1795372500\n",
    "with underscores": "1_795_372_500",
    "full-width": "1795372500".translate(FULL_WIDTH),
    "hexadecimal": "0x6b02f8d4",
    "endless": "inf",
    "beyond all time": "9" * 5000,
    "a truth": True,
    "a list": ["1795372500"],
    "an object": {"seconds": 1795372500},
}

ODD_GROUPS = {
    "of brackets around it": "[[admin]]",
    "of a comma": "[x,admin]",
    "of a comma behind it": "[admin,x]",
    "of a newline": "[x\nadmin]",
    "of a tab": "[x\tadmin]",
    "of a blank that is none": "[x\u00a0admin]",
    "of quotes": '["admin"]',
    "that no brackets hold": "admin",
    "with half of them": "[admin",
    "with the other half": "admin]",
    "outside of them": "x[admin]",
    "as a list, which API Gateway never sends": ["admin"],
    "as an object": {"admin": True},
    "in other letters": "[аdmin]",  # noqa: RUF001 - a Cyrillic letter
    "of nothing": "[]",
}

CALLERS = [
    claims("an ID token", token_use="id"),
    claims("a token that does not say its use", token_use=None),
    claims("a token of another client", client_id="another-client"),
    claims("a token whose client stands in aud only", client_id=None, aud=CLIENT_ID),
    claims("a token that expired as the request came", exp=str(ARRIVED_SECONDS)),
    claims("a token that expired a second before, its time a number", exp=ARRIVED_SECONDS - 1),
    *(claims(f"a token whose time is {says}", exp=exp) for says, exp in ODD_TIMES.items()),
    claims("a token of nobody", sub=None),
    claims("a token of an empty name", sub=""),
    claims("a sub that is another item's key", sub="victim#ACCOUNT"),
    claims("a sub with a newline", sub="victim\n"),
    claims("a guest at an admin's route", 403, "forbidden", CREDIT),
    claims("an owner at an admin's route", 403, "forbidden", CREDIT, **{"cognito:groups": "[owner]"}),
    claims("a group that only looks like it", 403, "forbidden", CREDIT, **{"cognito:groups": "[administrators]"}),
    claims("a group in capitals", 403, "forbidden", CREDIT, **{"cognito:groups": "[ADMIN]"}),
    claims("a group with the name in brackets", 403, "forbidden", CREDIT, **{"cognito:groups": "[x[admin]]"}),
    *(
        claims(f"the group {says}", 403, "forbidden", CREDIT, **{"cognito:groups": odd})
        for says, odd in ODD_GROUPS.items()
    ),
    claims("a group by another claim", 403, "forbidden", CREDIT, groups="[admin]", scope="admin"),
    claims("an ID token of an admin", 401, "unauthenticated", CREDIT, sub=ADMIN, token_use="id"),
    changed("no authorizer at all", 401, "unauthenticated", requestContext={"http": {"method": "POST"}}),
]
