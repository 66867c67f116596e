"""The guards of the template over what is stored, who may touch it, and what is never lost."""

from __future__ import annotations

import json

from tests.guards.front import resources
from tests.guards.guard import (
    MISSING,
    Template,
    TemplateGuard,
    all_of,
    found,
    instead,
    more,
    pinned,
    without,
)

KEPT = ["IsProd", "Retain", "Delete"]
TRAIL = ("Finalize", "Wallet", "Cancel", "Desk", "Topup", "Webhook", "Settle")  # the functions that move money
BUCKET = "arn:${AWS::Partition}:s3:::${AWS::StackName}-site-${AWS::AccountId}-${AWS::Region}"
DELETED = "ExpireFunction.Properties.Events.Deleted.Properties"


def kept_in_production(name: str, resource: str) -> TemplateGuard:
    return all_of(
        name,
        pinned(name, f"{resource}.DeletionPolicy", KEPT, "Delete", ["IsProd", "Delete", "Delete"]),
        pinned(name, f"{resource}.UpdateReplacePolicy", KEPT, "Delete"),
    )


def stream_filter(template: Template) -> bool:
    patterns = found(template, f"{DELETED}.FilterCriteria.Filters")
    if patterns is MISSING or len(patterns) != 1:
        return False
    passed = json.loads(patterns[0]["Pattern"])
    return bool(
        passed.get("eventName") == ["REMOVE"]
        and passed.get("userIdentity") == {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}
        and passed["dynamodb"]["Keys"] == {"pk": {"S": [{"prefix": "BOOKING#"}]}, "sk": {"S": ["BOOKING"]}}
    )


def each_run_has_its_queue(template: Template) -> bool:
    """Of the functions that nobody waits for; Lambda pauses for minutes between attempts of a throttled run."""
    alone = [
        properties.get("EventInvokeConfig", {})
        for name, properties in resources(template, "AWS::Serverless::Function")
        if "Schedule" in str(properties.get("Events")) or name == "PicturesFunction"
    ]
    lost = {"OnFailure": {"Type": "SQS", "Destination": "RunFailures.Arn"}}
    return len(alone) >= 5 and all(
        config.get("DestinationConfig") == lost and config.get("MaximumEventAgeInSeconds", 0) >= 300 for config in alone
    )


def each_rule_has_its_queue(template: Template) -> bool:
    events = [
        event["Properties"]
        for _, properties in resources(template, "AWS::Serverless::Function")
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Schedule"
    ]
    return len(events) >= 4 and all(
        event.get("DeadLetterConfig") == {"Arn": "ScheduleFailures.Arn"} for event in events
    )


def queues_are_encrypted_and_kept(template: Template) -> bool:
    queues = list(resources(template, "AWS::SQS::Queue"))
    return len(queues) >= 2 and all(
        queue.get("SqsManagedSseEnabled") is True and queue.get("MessageRetentionPeriod") == 1_209_600
        for _, queue in queues
    )


def only_by_tls(template: Template) -> bool:
    statements = found(template, "SiteBucketPolicy.Properties.PolicyDocument.Statement")
    return any(
        (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:*")
        and one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for one in statements
    )


def served_to_the_distribution_alone(template: Template) -> bool:
    statements = found(template, "SiteBucketPolicy.Properties.PolicyDocument.Statement")
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    return len(allowed) == 1 and (
        allowed[0]["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        and allowed[0]["Action"] == "s3:GetObject"
        and allowed[0]["Resource"] == ["${SiteBucket.Arn}/images/*", "${SiteBucket.Arn}/web/*"]
        and "${Site}" in str(allowed[0].get("Condition"))
    )


DATA_GUARDS = (
    all_of(
        "table-kept",
        kept_in_production("table-kept", "Table"),
        pinned(
            "table-kept",
            "Table.Properties.DeletionProtectionEnabled",
            ["IsProd", True, False],
            ["IsProd", False, False],
        ),
    ),
    pinned("table-recoverable", "Table.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", True),
    kept_in_production("secrets-kept", "StripeSecret"),
    kept_in_production("secrets-kept", "RazorpaySecret"),
    all_of(
        "users-kept",
        kept_in_production("users-kept", "UserPool"),
        pinned(
            "users-kept",
            "UserPool.Properties.DeletionProtection",
            ["IsProd", "ACTIVE", "INACTIVE"],
            "INACTIVE",
        ),
    ),
    kept_in_production("files-kept", "SiteBucket"),
    all_of(
        "table-encrypted",
        pinned("table-encrypted", "Table.Properties.SSESpecification.SSEEnabled", True, False),
        pinned("table-encrypted", "Table.Properties.SSESpecification.SSEType", "KMS"),
    ),
    TemplateGuard(
        "queues",
        queues_are_encrypted_and_kept,
        (
            without("ExpireFailures.Properties.SqsManagedSseEnabled"),
            instead("ScheduleFailures.Properties.MessageRetentionPeriod", 60),
        ),
    ),
    pinned(
        "bucket-closed",
        "SiteBucket.Properties.PublicAccessBlockConfiguration",
        dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True),
        {"BlockPublicAcls": True},
    ),
    TemplateGuard(
        "bucket-transport", only_by_tls, (without("SiteBucketPolicy.Properties.PolicyDocument.Statement.0"),)
    ),
    TemplateGuard(
        "bucket-readers",
        served_to_the_distribution_alone,
        (
            more(
                "SiteBucketPolicy.Properties.PolicyDocument.Statement",
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
            ),
            more("SiteBucketPolicy.Properties.PolicyDocument.Statement.1.Resource", "${SiteBucket.Arn}/uploads/*"),
            without("SiteBucketPolicy.Properties.PolicyDocument.Statement.1.Condition"),
        ),
    ),
    pinned("uploads-end", "SiteBucket.Properties.LifecycleConfiguration.Rules.0.ExpirationInDays", 1, 365),
    pinned(
        "deletes-of-guests",
        "GuestsFunction.Properties.Policies.0.Statement.1.Condition.ForAllValues:StringLike",
        {"dynamodb:LeadingKeys": "BOOKING#*"},
        {"dynamodb:LeadingKeys": "*"},
    ),
    all_of(
        "pictures-start",
        pinned("pictures-start", "PicturesPermission.Properties.SourceAccount", "AWS::AccountId"),
        pinned("pictures-start", "PicturesPermission.Properties.SourceArn", BUCKET),
    ),
    pinned(
        "stream-queue",
        f"{DELETED}.DestinationConfig.OnFailure",
        {"Type": "SQS", "Destination": "ExpireFailures.Arn"},
    ),
    all_of(
        "stream-retries",
        pinned("stream-retries", f"{DELETED}.MaximumRetryAttempts", 10, 0, -1),
        pinned("stream-retries", f"{DELETED}.BisectBatchOnFunctionError", True),
        pinned("stream-retries", f"{DELETED}.FunctionResponseTypes", ["ReportBatchItemFailures"], []),
    ),
    TemplateGuard(
        "stream-filter",
        stream_filter,
        (
            without(f"{DELETED}.FilterCriteria"),
            more(f"{DELETED}.FilterCriteria.Filters", {"Pattern": "{}"}),
            instead(
                f"{DELETED}.FilterCriteria.Filters.0.Pattern", '{"eventName": ["REMOVE"], "dynamodb": {"Keys": {}}}'
            ),
        ),
    ),
    TemplateGuard(
        "run-queue",
        each_run_has_its_queue,
        (
            without("SettleFunction.Properties.EventInvokeConfig.DestinationConfig"),
            without("AuditFunction.Properties.EventInvokeConfig"),
            instead("ExpireFunction.Properties.EventInvokeConfig.MaximumEventAgeInSeconds", 60),
        ),
    ),
    all_of("trail-kept", *(kept_in_production("trail-kept", f"{name}Logs") for name in TRAIL)),
    all_of(
        "trail-whole",
        *(
            guard
            for name in TRAIL
            for guard in (
                pinned(
                    "trail-whole", f"{name}Logs.Properties.RetentionInDays", "TrailRetentionDays", "LogRetentionDays"
                ),
                pinned(
                    "trail-whole",
                    f"{name}Function.Properties.Environment.Variables.POWERTOOLS_LOG_LEVEL",
                    "INFO",
                    "LogLevel",
                    "ERROR",
                ),
                pinned(
                    "trail-whole",
                    f"{name}Function.Properties.LoggingConfig.ApplicationLogLevel",
                    "INFO",
                    "LogLevel",
                    "ERROR",
                ),
            )
        ),
    ),
    TemplateGuard(
        "schedule-queue",
        each_rule_has_its_queue,
        (without("SettleFunction.Properties.Events.EveryMinute.Properties.DeadLetterConfig"),),
    ),
)
