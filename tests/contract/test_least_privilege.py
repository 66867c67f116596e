"""What each role may do: read from the template as SAM expands it, and held against what the handlers asked for."""

import json
import re
from typing import Any

import botocore.session  # noqa: TID251 - plays the operator who puts the secrets in
import msgspec
import pytest

import holdfast.payments.gateways.secrets as secret_store
from holdfast.model.booking import Booking
from holdfast.model.guest import GuestDetails
from holdfast.payments.gateways.choose import Gateways
from holdfast.settings import Settings
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.contract.expansion import resources
from tests.contract.function_scenarios import SCENARIOS
from tests.contract.iam_recorder import BUCKET, IamRecorder, Right
from tests.contract.roles import FOLDERS, KEYS, NAMES, USERS, as_list, bounded, functions, named, rights, statements
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import TABLE_NAME
from tests.kit.stand_in import watched
from tests.kit.template import functions as declared
from tests.kit.template import http_events

QUEUES = {"ExpireFailures.Arn", "RunFailures.Arn"}


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [functions()[name]["Role"]["Fn::GetAtt"][0] for name in NAMES]

    assert len(set(roles)) == len(NAMES)
    assert set(NAMES) == set(functions())


def test_each_function_that_reads_a_secret_is_tried_with_both_gateways() -> None:
    assert [name for name in NAMES if "secretsmanager:GetSecretValue" in str(list(statements(name)))] == PAYING


@pytest.mark.parametrize("name", NAMES)
def test_no_role_names_everything(name: str) -> None:
    for statement in statements(name):
        assert statement["Effect"] == "Allow"
        assert not [action for action in as_list(statement["Action"]) if "*" in action]
        assert not [one for one in named(statement["Resource"]) if "*" in one and one not in FOLDERS]


def test_backups_are_of_the_table_into_the_vault() -> None:
    allowed = bounded("BackupBoundary")

    assert not [action for action, _ in allowed if "*" in action]
    assert {(action, resource) for action, resource in allowed if not action.startswith("kms:")} == {
        ("dynamodb:CreateBackup", "Table.Arn"),
        ("dynamodb:DescribeTable", "Table.Arn"),
        ("dynamodb:ListTagsOfResource", "Table.Arn"),
        ("dynamodb:StartAwsBackupJob", "Table.Arn"),
        ("dynamodb:DeleteBackup", "${Table.Arn}/backup/*"),
        ("dynamodb:DescribeBackup", "${Table.Arn}/backup/*"),
        ("backup:CopyIntoBackupVault", "BackupVault.BackupVaultArn"),
        ("backup:DescribeBackupVault", "BackupVault.BackupVaultArn"),
        ("backup:TagResource", "arn:${AWS::Partition}:backup:${AWS::Region}:${AWS::AccountId}:recovery-point:*"),
        ("tag:GetResources", "*"),
    }
    assert {resource for action, resource in allowed if action.startswith("kms:")} == {KEYS}


def test_the_function_at_sign_in_may_look_at_users_and_touch_nothing_else() -> None:
    assert bounded("SignInBoundary") == {
        ("cognito-idp:AdminGetUser", USERS),
        ("logs:CreateLogStream", "SignInLogs.Arn"),
        ("logs:PutLogEvents", "SignInLogs.Arn"),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    }


def test_a_function_that_runs_on_its_own_leaves_what_it_lost_in_a_queue() -> None:
    """A crash and a run that was throttled until it was too old; nobody waits for its answer."""
    configured = {
        resource["Properties"]["FunctionName"]["Ref"]: resource["Properties"]
        for resource in resources().values()
        if resource["Type"] == "AWS::Lambda::EventInvokeConfig"
    }

    assert set(configured) == {
        f"{name.title()}Function" for name in ("audit", "expire", "opener", "pictures", "settle")
    }
    for name, config in configured.items():
        lost = config["DestinationConfig"]["OnFailure"]["Destination"]
        assert lost == {"Fn::GetAtt": ["RunFailures", "Arn"]}, name
        assert config["MaximumEventAgeInSeconds"] >= 300, (
            f"{name}: Lambda waits minutes between attempts of a throttled run"
        )


def given(name: str, gateway: str = "") -> set[Right]:
    """What the function's own role allows for its code to use, with that gateway or with none.

    Lambda itself puts the batches and runs that were given up into the queues, by the function's role.
    """
    others = {"stripe": "RazorpaySecret.Id", "razorpay": "StripeSecret.Id"}
    return {
        (action, resource)
        for action, resource in rights(statements(name))
        if resource != others.get(gateway) and not (action == "sqs:SendMessage" and resource in QUEUES)
    }


PAYING = [name for name in NAMES if "secretsmanager:GetSecretValue" in str(declared()[name].get("Policies"))]


@pytest.mark.parametrize(
    ("name", "paid_at"), [(name, "stripe") for name in NAMES] + [(name, "razorpay") for name in PAYING]
)
def test_a_function_may_do_what_it_does_and_nothing_else(
    name: str,
    paid_at: str,
    front_door: FrontDoor,
    hotel: CatalogStore,
    clock: FakeClock,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hotel.add_promo(a_promo())
    recorder = IamRecorder()
    use_gateway(paid_at, front_door, recorder, secrets_of(name), monkeypatch)
    recorder.watch(front_door.app(name), monkeypatch)

    table: Any = store.table.client
    with watched(table, recorder.note_table):
        SCENARIOS[name](front_door, clock, store)

    assert recorder.rights == given(name, paid_at)


def secrets_of(name: str) -> dict[str, str]:
    """The settings that name the function's secrets, each secret called what the template calls it."""
    variables = functions()[name]["Environment"]["Variables"]
    return {
        variable.lower(): named(variables[variable])[0]
        for variable in ("STRIPE_SECRET_NAME", "RAZORPAY_SECRET_NAME")
        if variable in variables
    }


def use_gateway(
    gateway: str, front_door: FrontDoor, recorder: IamRecorder, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plays every request with that gateway; the watched function reads its keys as in AWS, and then gets the fake."""
    settings = Settings.model_validate({"table_name": TABLE_NAME, **secrets})
    value = {"api_key": "sk_test_made_up", "key_id": "rzp_test_made_up", "key_secret": "made-up", "webhook_secrets": []}
    session: Any = botocore.session.get_session()
    for secret in secrets.values():
        session.create_client("secretsmanager", region_name="us-east-1").create_secret(
            Name=secret, SecretString=json.dumps(value)
        )
    secret_store._provider.cache_clear()

    class Keyed(Gateways):
        def __getitem__(self, name: str) -> Any:
            if recorder.running:
                super().__getitem__(name)
            return front_door.gateway

    send = front_door.send
    front_door.gateway.name = gateway
    front_door.gateways = Keyed(settings)
    monkeypatch.setattr(
        front_door, "send", lambda request: send(json.loads(json.dumps(request).replace("stripe", gateway)))
    )


def test_counting_promo_attempts_touches_accounts_only() -> None:
    [counting] = [statement for statement in statements("bookings") if statement["Action"] == "dynamodb:UpdateItem"]

    assert counting["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "USER#*"}}


def test_guest_details_are_written_beside_bookings_only() -> None:
    """And with their own attributes only, so that nothing that the role may write reads as a booking."""
    [writing] = [one for one in statements("guests") if "dynamodb:DeleteItem" in one["Action"]]
    attributes = set(writing["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"])

    assert writing["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": "BOOKING#*"}
    assert attributes == {"pk", "sk", "ttl", *GuestDetails.__struct_fields__}
    assert not attributes & {field.encode_name for field in msgspec.structs.fields(Booking) if field.required}
    assert {name for name in NAMES if "dynamodb:DeleteItem" in str(list(statements(name)))} == {
        "guests",
        "register",  # of room types, and of what is submitted anew
        "reviews",  # of pointers
    }


@pytest.mark.parametrize("name", NAMES)
def test_only_the_api_the_rules_the_stream_the_bucket_and_the_pool_may_start_a_function(name: str) -> None:
    """A direct invoke with made-up claims needs a right that no resource policy here gives."""
    [logical_id] = [
        key
        for key, resource in resources().items()
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"] == functions()[name]
    ]
    granted = [
        resource["Properties"]
        for resource in resources().values()
        if resource["Type"] == "AWS::Lambda::Permission" and logical_id in str(resource["Properties"]["FunctionName"])
    ]

    assert {permission["Action"] for permission in granted} == {"lambda:InvokeFunction"}
    assert {(permission["Principal"], source(permission)) for permission in granted} == {
        ("apigateway.amazonaws.com", f"Api/*/{event['Method']}{re.sub('{[^}]+}', '*', event['Path'])}")
        for event in http_events(declared()[name])
    } | {
        ("events.amazonaws.com", f"{logical_id}{event}.Arn")
        for event, definition in declared()[name].get("Events", {}).items()
        if definition["Type"] == "Schedule"
    } | OTHER_CALLERS.get(name, set())


OTHER_CALLERS = {
    "pictures": {("s3.amazonaws.com", BUCKET)},
    "sign_in": {("cognito-idp.amazonaws.com", "UserPool.Arn")},
}


def test_only_the_stacks_own_bucket_may_start_the_pictures_function() -> None:
    permission, bucket = (resources()[name]["Properties"] for name in ("PicturesPermission", "SiteBucket"))

    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert f"arn:${{AWS::Partition}}:s3:::{bucket['BucketName']['Fn::Sub']}" == BUCKET
    [started] = bucket["NotificationConfiguration"]["LambdaConfigurations"]
    assert started["Function"] == {"Ref": "PicturesFunctionAliaslive"}
    assert started["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "uploads/"}]}}


def test_the_bucket_is_closed_but_to_the_distribution() -> None:
    bucket, policy = (resources()[name]["Properties"] for name in ("SiteBucket", "SiteBucketPolicy"))

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    refused, served = policy["PolicyDocument"]["Statement"]
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert served["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert served["Action"] == "s3:GetObject"
    assert named(served["Resource"]) == ["${SiteBucket.Arn}/images/*", "${SiteBucket.Arn}/web/*"]
    assert "${Site}" in str(served["Condition"]["StringEquals"]["aws:SourceArn"])


def test_what_nobody_confirms_is_gone_in_a_day() -> None:
    [*forgotten, _] = resources()["SiteBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert {(rule["Prefix"], rule["Status"], rule["ExpirationInDays"]) for rule in forgotten} == {
        ("uploads/", "Enabled", 1),
        ("audit/", "Enabled", 1),
    }


def test_pictures_are_written_beside_properties_only() -> None:
    for name, items in (("images", ["PROPERTY#*", "CITY#*", "CATALOG"]), ("pictures", "PROPERTY#*")):
        [writing] = [one for one in statements(name) if "dynamodb:UpdateItem" in one["Action"]]
        assert writing["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": items}}
    [touching] = [one for one in statements("pictures") if "dynamodb" in str(one["Action"])]
    assert "dynamodb:BatchGetItem" in touching["Action"]


def source(permission: dict[str, Any]) -> str:
    """Who may call: the API with stage, method and path, or the rule."""
    match permission["SourceArn"]:
        case {"Fn::Sub": [str(text), {"__ApiId__": {"Ref": api}, "__Stage__": stage}]}:
            account = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            assert text.startswith(account + "${__ApiId__}/${__Stage__}/")
            return text.removeprefix(account).replace("${__ApiId__}", api).replace("${__Stage__}", stage)
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::GetAtt": [caller, "Arn"]}:
            assert resources()[caller]["Type"] in {"AWS::Events::Rule", "AWS::Cognito::UserPool"}
            return f"{caller}.Arn"
    raise AssertionError(f"a caller that nobody can read: {permission}")
