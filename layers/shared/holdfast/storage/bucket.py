"""The bucket of pictures: all calls of S3, and the forms by which browsers upload to it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import botocore.session
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from holdfast.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from holdfast.settings import Settings

CONNECT_SECONDS = 1
READ_SECONDS = 5
CALL_SECONDS = 2 * (CONNECT_SECONDS + READ_SECONDS)  # with the one repeat
DELETED_AT_ONCE = 1000  # keys, by S3's limit
CACHED_SECONDS = 86_400  # by browsers and CloudFront: what was deleted is shown that long, at most


class UploadForm(NamedTuple):
    """Where a browser posts a file to, and the fields that come before it."""

    url: str
    fields: dict[str, str]


class Upload(NamedTuple):
    """What was uploaded. A file that is larger than was asked for is cut off behind the limit."""

    data: bytes
    tag: str  # the ETag


class Bucket:
    """One bucket. Its methods raise Busy when S3 does not answer. Safe to share between threads."""

    def __init__(self, name: str, upload_url: str) -> None:
        self.name = name
        self._upload_url = upload_url

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Connects when it is first used: a client of S3 costs a cold start as much as all the rest."""
        return cls(settings.images_bucket, settings.images_upload_url)

    def upload_form(self, key: str, content_type: str, *, most: int, until: datetime) -> UploadForm:
        """A form for one file of this key and type, of 1 to `most` bytes, that S3 takes until then.

        It is signed here, with the function's own credentials, and without a call.
        """
        fields = {"key": key, "Content-Type": content_type}
        policy = {
            "expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conditions": [
                {"bucket": self.name},
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, most],
            ],
        }
        request = AWSRequest()
        request.context |= {"s3-presign-post-fields": fields, "s3-presign-post-policy": policy}
        session = self._session
        S3SigV4PostAuth(session.get_credentials(), "s3", session.get_config_variable("region")).add_auth(request)
        return UploadForm(self._upload_url, fields)

    def read(self, key: str, most: int) -> Upload | None:
        """The object, or the first bytes of it, one more than `most`; None if there is none."""
        with _answered():
            try:
                answer = self._client.get_object(Bucket=self.name, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            return Upload(answer["Body"].read(most + 1), answer["ETag"])

    def write(self, key: str, data: bytes, content_type: str) -> None:
        cached = f"public, max-age={CACHED_SECONDS}"
        with _answered():
            self._client.put_object(Bucket=self.name, Key=key, Body=data, ContentType=content_type, CacheControl=cached)

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes the objects that there are of these keys."""
        wanted = list(keys)
        for first in range(0, len(wanted), DELETED_AT_ONCE):
            batch: Any = [{"Key": key} for key in wanted[first : first + DELETED_AT_ONCE]]
            with _answered():
                answer = self._client.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})
            if answer.get("Errors"):
                raise Busy

    def keys(self, prefix: str) -> Iterator[str]:
        """Of every object under that prefix."""
        after: dict[str, Any] = {}
        while True:
            with _answered():
                page = self._client.list_objects_v2(Bucket=self.name, Prefix=prefix, **after)
            yield from (found["Key"] for found in page.get("Contents", []))
            if not page["IsTruncated"]:
                return
            after = {"ContinuationToken": page["NextContinuationToken"]}

    @cached_property
    def _session(self) -> Any:
        return botocore.session.get_session()

    @cached_property
    def _client(self) -> S3Client:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
        client: S3Client = self._session.create_client("s3", config=config)
        return client


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"].get("HTTPStatusCode", 0) < 500:
            raise
        raise Busy from error
    except BotoCoreError as error:
        raise Busy from error
