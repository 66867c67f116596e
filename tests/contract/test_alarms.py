"""Alarms: what each watches is really published, and each rises at what is wrong."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from holdfast.model.verdict import OVERDUE_HOURS
from tests.contract.watched import RESOURCES, Emitted, service_name
from tests.kit.front_door import FrontDoor
from tests.kit.template import functions, template

ALARMS: dict[str, dict[str, Any]] = {
    name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm"
}


OWN = "Holdfast/${AWS::StackName}"


# The metrics of AWS that are watched, each with the dimensions under which the service publishes it.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
AWS_METRICS = {
    ("AWS/Lambda", "Errors"): [{"FunctionName"}],
    ("AWS/Lambda", "Throttles"): [{"FunctionName"}],
    ("AWS/Lambda", "IteratorAge"): [{"FunctionName"}],
    ("AWS/ApiGateway", "5xx"): [{"ApiId"}],
    ("AWS/ApiGateway", "Latency"): [{"ApiId"}],
    ("AWS/DynamoDB", "ReadThrottleEvents"): [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ("AWS/DynamoDB", "WriteThrottleEvents"): [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): [{"QueueName"}],
}


# For each alarm: what is still well, what is not, and the most seconds of it until the alarm rises.
RISES = {
    "RequestErrorsAlarm": (0, 1, 60),
    "RequestThrottlesAlarm": (0, 1, 60),
    "OwnerErrorsAlarm": (0, 1, 60),
    "OwnerThrottlesAlarm": (0, 1, 60),
    "SignInErrorsAlarm": (0, 1, 60),
    "SignInThrottlesAlarm": (0, 1, 60),
    "BackgroundErrorsAlarm": (0, 1, 300),
    "AuditErrorsAlarm": (0, 1, 300),
    "ServerErrorsAlarm": (4, 5, 180),
    "TableThrottlesAlarm": (9, 10, 180),
    "ExpiryLagAlarm": (90, 91, 300),
    "SweepFailuresAlarm": (0, 1, 300),
    "RoundFailuresAlarm": (0, 1, 300),
    "ExpirySilenceAlarm": (1, 0, 300),
    "SettlementSilenceAlarm": (1, 0, 300),
    "StuckPaymentsAlarm": (0, 1, 300),
    "UnmatchedPaymentsAlarm": (0, 1, 300),
    "GatewayKeyAlarm": (0, 1, 300),
    "RefundedOutsideAlarm": (0, 1, 300),
    "DisputedPaymentsAlarm": (0, 1, 300),
    "CapturedShortAlarm": (0, 1, 300),
    "StreamAgeAlarm": (900_000, 900_001, 300),  # ms; a hold that TTL deleted has waited an hour by then
    "BrokenInvariantsAlarm": (0, 1, 3600),
    "AuditSilenceAlarm": (1, 0, 7200),
    "ExpireFailuresAlarm": (0, 1, 300),
    "ScheduleFailuresAlarm": (0, 1, 300),
    "RunFailuresAlarm": (0, 1, 300),
    "RefusedWebhooksAlarm": (4, 5, 900),
    "RefusedTokensAlarm": (499, 500, 300),
    "SlowAnswersAlarm": (20_000, 20_001, 300),  # ms
    "LargeCreditsAlarm": (5_000_000, 5_000_001, 3600),  # minor units
    "OpenerErrorsAlarm": (0, 1, 300),
    "MonthsAheadAlarm": (18, 17, 86_400),
}


EVERY = {"rate(1 minute)": 60, "rate(5 minutes)": 300, "rate(1 day)": 86_400}
BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}


def parts(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each metric that the alarm reads, by itself or in a sum, with its period and statistic."""
    if "Metrics" not in alarm:
        yield alarm
    for part in alarm.get("Metrics", []):
        if "MetricStat" in part:
            stat = part["MetricStat"]
            yield stat["Metric"] | {"Period": stat["Period"], "Statistic": stat["Stat"]}


def dimensions(part: dict[str, Any]) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in part.get("Dimensions", [])}


def threshold(alarm: dict[str, Any]) -> float:
    """As a stack with the defaults has it."""
    given = alarm["Threshold"]
    value: float = template()["Parameters"][given]["Default"] if isinstance(given, str) else given
    return value


def periods(alarm: dict[str, Any], name: str = "EvaluationPeriods") -> int:
    """As a stack with the defaults has it."""
    given = alarm[name]
    while isinstance(given, list):
        given = given[2]  # what is chosen if the condition does not hold
    return int(given)


def function_of(part: dict[str, Any]) -> str | None:
    """The function whose metric that is, by its folder's name."""
    given = dimensions(part)
    found = [
        name
        for name, properties in functions().items()
        if (part["Namespace"] == OWN and given.get("service") == service_name(name))
        or (part["Namespace"] == "AWS/Lambda" and RESOURCES[given["FunctionName"]]["Properties"] is properties)
    ]
    return found[0] if found else None


WATCHED = sorted(
    {
        (part["MetricName"], tuple(sorted(dimensions(part).items())))
        for alarm in ALARMS.values()
        for part in parts(alarm)
        if part["Namespace"] == OWN and dimensions(part)
    }
)


@pytest.mark.parametrize(("metric", "given"), WATCHED)
def test_what_an_alarm_watches_of_ours_is_written_by_that_function(
    metric: str, given: tuple[tuple[str, str], ...], emitted_by: Callable[[str], Emitted]
) -> None:
    [(name, service)] = given
    assert name == "service"
    [function] = [function for function in functions() if service_name(function) == service]

    assert (metric, given) in emitted_by(function)


def test_what_an_alarm_watches_of_a_log_is_made_of_what_that_log_says() -> None:
    filters = [found["Properties"] for found in RESOURCES.values() if found["Type"] == "AWS::Logs::MetricFilter"]
    made = {change["MetricName"]: (one, change) for one in filters for change in one["MetricTransformations"]}
    watched = {
        part["MetricName"]
        for alarm in ALARMS.values()
        for part in parts(alarm)
        if part["Namespace"] == OWN and not dimensions(part)
    }

    assert watched == set(made) == {"TokensRefused"}
    refused, change = made["TokensRefused"]
    assert (change["MetricNamespace"], change["MetricValue"]) == (OWN, "1")
    assert refused["LogGroupName"] == "ApiLogs"
    assert refused["FilterPattern"] == '{ $.status = "401" }'
    written = json.loads(RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"])
    assert written["status"] == "$context.status", "a text, as the pattern compares it"


def test_what_an_alarm_watches_of_aws_is_published_under_those_dimensions() -> None:
    watched = [part for alarm in ALARMS.values() for part in parts(alarm) if part["Namespace"] != OWN]
    indexes = {index["IndexName"] for index in RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]}
    kinds = {
        "FunctionName": "AWS::Serverless::Function",
        "ApiId": "AWS::Serverless::HttpApi",
        "TableName": "AWS::DynamoDB::Table",
        "QueueName": "AWS::SQS::Queue",
    }

    assert watched
    for part in watched:
        assert set(dimensions(part)) in AWS_METRICS[part["Namespace"], part["MetricName"]], part
        for name, value in dimensions(part).items():
            if name == "GlobalSecondaryIndexName":
                assert value in indexes
            else:
                assert RESOURCES[value.removesuffix(".QueueName")]["Type"] == kinds[name], part


@pytest.mark.parametrize("name", ALARMS)
def test_no_alarm_sums_more_than_ten_metrics(name: str) -> None:
    """CloudWatch refuses it: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html says so."""
    assert len(list(parts(ALARMS[name]))) <= 10


def test_every_index_is_watched_for_throttles() -> None:
    watched = [dimensions(part).get("GlobalSecondaryIndexName") for part in parts(ALARMS["TableThrottlesAlarm"])]
    indexes = [index["IndexName"] for index in RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]]

    assert sorted(watched, key=str) == sorted([None, *indexes] * 2, key=str)


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_rises_at_what_is_wrong_and_not_at_what_is_well(name: str) -> None:
    alarm = ALARMS[name]
    well, wrong, seconds = RISES[name]
    breaches, limit = BREACHES[alarm["ComparisonOperator"]], threshold(alarm)

    assert not breaches(well, limit)
    assert breaches(wrong, limit)
    assert periods(alarm, "DatapointsToAlarm") <= periods(alarm)
    assert {part["Period"] * periods(alarm) for part in parts(alarm)} == {seconds}
    counted = {"SampleCount"} if name.endswith("SilenceAlarm") else {"Sum", "Maximum"}
    counted |= {"Minimum"} if name == "MonthsAheadAlarm" else set()
    assert {part["Statistic"] for part in parts(alarm)} <= counted


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_a_function_on_a_schedule_runs_often_enough_to_raise_its_alarm(name: str) -> None:
    """An hourly function has no two datapoints within five minutes."""
    alarm = ALARMS[name]
    for part in parts(alarm):
        function = function_of(part) if part["Namespace"] in {OWN, "AWS/Lambda"} else None
        for event in functions()[function].get("Events", {}).values() if function else ():
            if event["Type"] == "Schedule":
                every = {"rate(1 minute)": 60, "rate(5 minutes)": 300, "rate(1 day)": 86_400}[
                    event["Properties"]["Schedule"]
                ]
                runs = max(1, part["Period"] * periods(alarm) // every)
                assert periods(alarm, "DatapointsToAlarm") <= runs


def test_every_alarm_notifies_the_one_topic_when_it_rises_and_when_it_falls() -> None:
    for alarm in ALARMS.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["Alarms"]
        assert alarm.get("ActionsEnabled", True) is True


def test_silence_raises_only_the_alarms_of_what_runs_each_minute() -> None:
    """A new stack has had no audit in its first hour: that is no alarm, but audits that stop are one."""
    missing = {name: alarm["TreatMissingData"] for name, alarm in ALARMS.items()}

    assert {name for name, says in missing.items() if says == "breaching"} == {
        "ExpirySilenceAlarm",
        "SettlementSilenceAlarm",
    }
    assert {name for name, says in missing.items() if says == "missing"} == {"AuditSilenceAlarm", "MonthsAheadAlarm"}
    for name in ("AuditSilenceAlarm", "MonthsAheadAlarm"):
        assert ALARMS[name]["InsufficientDataActions"] == ["Alarms"]


def test_no_audit_is_silent_for_longer_than_its_verdict_may_be_old() -> None:
    """For each interval that the template takes; the alarm counts whole hours."""
    silence, parameter = ALARMS["AuditSilenceAlarm"], template()["Parameters"]["AuditHours"]
    chosen = ["AuditsEachDay", OVERDUE_HOURS[24], ["AuditsEachSixHours", OVERDUE_HOURS[6], OVERDUE_HOURS[1]]]

    assert silence["Period"] == 3600
    assert silence["EvaluationPeriods"] == silence["DatapointsToAlarm"] == chosen
    assert parameter["AllowedValues"] == list(OVERDUE_HOURS)
    conditions = template()["Conditions"]
    assert (conditions["AuditsEachDay"], conditions["AuditsEachSixHours"]) == (["AuditHours", 24], ["AuditHours", 6])


@pytest.mark.parametrize("name", ["StuckPaymentsAlarm", "UnmatchedPaymentsAlarm", "BrokenInvariantsAlarm"])
def test_what_is_still_wrong_keeps_its_alarm_while_nobody_counts_it(name: str) -> None:
    assert ALARMS[name]["TreatMissingData"] == "ignore"
    assert ALARMS[name]["Statistic"] == "Maximum"


def test_the_stream_cannot_hide_that_no_sweep_comes(front_door: FrontDoor, capsys: pytest.CaptureFixture[str]) -> None:
    front_door.expire({"Records": []})
    front_door.expire({"dry_run": True})

    assert ALARMS["ExpirySilenceAlarm"]["MetricName"] not in capsys.readouterr().out


def test_every_queue_of_failures_has_its_alarm() -> None:
    queues = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::SQS::Queue"}
    watched = {
        dimensions(part)["QueueName"].removesuffix(".QueueName")
        for alarm in ALARMS.values()
        for part in parts(alarm)
        if part["Namespace"] == "AWS/SQS"
    }

    assert queues == watched


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_is_watched_for_errors_and_throttles(metric: str) -> None:
    watched = {
        function_of(part)
        for alarm in ALARMS.values()
        for part in parts(alarm)
        if (part["Namespace"], part["MetricName"]) == ("AWS/Lambda", metric)
    }

    assert watched == set(functions())
