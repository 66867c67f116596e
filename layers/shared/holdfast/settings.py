"""The settings. Only this module reads them from the environment; `template.yaml` sets every name."""

import os
import re
from typing import Annotated, Self

from pydantic import ValidationError

from holdfast.fields import Digits, Strict, Text, path, problems

TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
HOLD_DIGITS = re.compile(r"[1-9][0-9]{0,3}")
GRACE_DIGITS = re.compile(r"0|[1-9][0-9]{0,4}")
SHARD_DIGITS = re.compile(r"[1-9][0-9]{0,2}")
AUDIT_DIGITS = re.compile(r"1|6|24")
STACK_ID = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,127})?")  # a CloudFormation stack's name
API_BASE = re.compile(  # as the parameters of template.yaml: a key or a picture travels encrypted, or not at all
    r"(?:https://[^\s@]+|http://(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?(?:/\S*)?)?"
)

ApiBase = Annotated[str, Text(API_BASE, "must be empty, or an address by https://, or by http:// of this machine")]


class BadEnvironment(Exception):
    """The function was deployed with a setting that is missing or wrong; the message names each."""


class Settings(Strict):
    table_name: Annotated[str, Text(TABLE_NAME, "must be 3 to 255 letters, digits, dots, dashes or underscores")]
    hold_seconds: Annotated[int, Digits(HOLD_DIGITS, "must be 1 to 9999 seconds")] = 600  # ten minutes
    late_grace_seconds: Annotated[int, Digits(GRACE_DIGITS, "must be 0 to 99999 seconds")] = 900  # of late payments
    due_shards: Annotated[int, Digits(SHARD_DIGITS, "must be 1 to 999")] = 8
    stack_id: Annotated[str, Text(STACK_ID, "must be empty, or the stack's name")] = ""  # marks our orders at gateways
    audit_hours: Annotated[int, Digits(AUDIT_DIGITS, "must be 1, 6 or 24 hours")] = 1  # from one audit to the next
    stream_arn: str = ""  # the table's
    cognito_client_id: str = ""
    stripe_api_base: ApiBase = ""  # empty: Stripe itself
    stripe_secret_name: str = ""  # a Secrets Manager secret: {"api_key": ..., "webhook_secrets": [...]}
    razorpay_api_base: ApiBase = ""  # empty: Razorpay itself
    images_bucket: str = ""
    images_upload_url: ApiBase = ""  # where browsers post uploads
    images_base_url: ApiBase = ""  # where the pictures of the bucket are served
    razorpay_secret_name: str = ""  # {"key_id": ..., "key_secret": ..., "webhook_secrets": [...]}

    @classmethod
    def from_environment(cls) -> Self:
        """Reads upper-cased field names, such as TABLE_NAME; raises BadEnvironment when one is missing or wrong."""
        present = {field: os.environ[field.upper()] for field in cls.model_fields if field.upper() in os.environ}
        try:
            return cls.model_validate(present)
        except ValidationError as error:
            wrong = [f"{path(location).upper()} {words}" for location, words in problems(error)]
            raise BadEnvironment("; ".join(wrong)) from None
