# ruff: noqa: TID251 - asks botocore which commands AWS has
"""`docs/operating.md` has for every alarm what clears it, and whatever it names there exists."""

import re
from collections.abc import Iterator

import botocore.session
import pytest
from botocore import xform_name

from tests.kit.front_door import routes
from tests.kit.template import ROOT, functions, template

ROUTE = re.compile(r"`((?:GET|POST|PUT|DELETE) /[^`?]+)")
COMMAND = re.compile(r"`aws ([\w-]+) ([\w-]+)")
DEPLOY = re.compile(r"`sam deploy|\b[Dd]eploy\b")
NAME = re.compile(r"`([A-Z]\w+)`|<([A-Z]\w+)>|\b([A-Z]\w+)=\w")
FUNCTION = re.compile(r"\bof (?:the function )?((?:`[a-z_]+`(?: or )?)+)")
MAKE = re.compile(r"`make ([\w-]+)")


def alarm_rows() -> dict[str, tuple[str, str]]:
    """The whole row and its last column, what clears the alarm, by the alarms that the row names."""
    text = (ROOT / "docs" / "operating.md").read_text()
    rows = re.finditer(r"^\| ([A-Z][A-Za-z, ]+) \| .+ \| .+ \| (.+) \|$", text, re.MULTILINE)
    return {name.strip(): (row[0], row[2]) for row in rows for name in row[1].split(",")}


ROWS = alarm_rows()


def missing(text: str) -> Iterator[str]:
    """What the text names as something to do or to set, and is not there."""
    known = {re.sub(r"{\w+}", "{}", route) for route in routes()}
    yield from (route for route in ROUTE.findall(text) if re.sub(r"{\w+}", "{}", route.strip()) not in known)
    services = botocore.session.get_session()
    for service, verb in COMMAND.findall(text):
        found = service in services.get_available_services() and services.get_service_model(service).operation_names
        if verb.replace("-", "_") not in map(xform_name, found or ()):
            yield f"aws {service} {verb}"
    settable = template()["Parameters"].keys() | template()["Outputs"].keys()
    yield from (name for names in NAME.findall(text) for name in names if name and name not in settable)
    named = [name for some in FUNCTION.findall(text) for name in re.findall(r"\w+(?=`)", some)]
    yield from (name for name in named if name not in functions())
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    yield from (f"make {target}" for target in MAKE.findall(text) if target not in targets)


def does_something(text: str) -> bool:
    return any(action.search(text) for action in (re.compile("`POST /"), COMMAND, NAME, MAKE, DEPLOY))


def test_every_alarm_has_its_row() -> None:
    alarms = {
        name.removesuffix("Alarm")
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }

    assert alarms == set(ROWS)


@pytest.mark.parametrize("alarm", sorted(ROWS))
def test_a_row_says_what_clears_the_alarm_and_all_that_it_names_is_there(alarm: str) -> None:
    row, clears = ROWS[alarm]

    assert does_something(clears), clears
    assert list(missing(clears)) == []
    assert [route for route in missing(row) if " /" in route] == []


@pytest.mark.parametrize(
    "text",
    [
        "`POST /admin/bookings/{booking_id}/mend`",
        "`aws lambda cure` of the function `audit`",
        "`aws medicine invoke`",
        "`aws lambda invoke` of the function `expire` or `doctor`",
        "`aws lambda invoke` of `doctor`",
        "more in `MaxPatience`",
        "`sam deploy --parameter-overrides MaxPatience=5`",
        "`DELETE /admin/bookings/{booking_id}`",
        "`aws sqs purge-queue --queue-url <LostUrl>`",
        "`make well`",
    ],
)
def test_what_is_not_there_is_found(text: str) -> None:
    assert len(list(missing(text))) == 1


def test_a_place_to_look_at_is_no_action() -> None:
    assert not does_something("`audit`'s log group names the items")


@pytest.mark.parametrize(
    ("alarm", "action"),
    [
        ("StuckPayments", "POST /admin/bookings/{booking_id}/refunds/close"),
        ("StuckPayments", "POST /admin/topups/{topup_id}/close"),
        ("UnmatchedPayments", "POST /admin/cases/{case_id}/close"),
        ("RefundedOutside", "POST /admin/cases/{case_id}/close"),
        ("DisputedPayments", "POST /admin/cases/{case_id}/close"),
        ("CapturedShort", "POST /admin/cases/{case_id}/close"),
        ("LargeCredits", "POST /admin/wallets/{user_id}/credits/{seq}/reverse"),
    ],
)
def test_an_alarm_about_money_names_the_route_that_clears_it(alarm: str, action: str) -> None:
    assert action in ROWS[alarm][1]
