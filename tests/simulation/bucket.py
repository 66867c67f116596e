"""A stand-in for S3's client, under the engine's own `Bucket`: the four calls that it makes, over files in memory."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError  # noqa: TID251 - it stands for what the SDK raises

from holdfast.storage.bucket import Bucket, UploadForm
from tests.simulation.scheduler import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tests.simulation.faults import Faults

BUCKET = "simulated-pictures"
UPLOADS_KEPT_US = 86_400 * SECOND  # by the rule of the template for what nobody has processed


class StoredFile(NamedTuple):
    data: bytes
    since_us: int

    @property
    def tag(self) -> str:
        return f'"{self.data.hex()}"'


class NoSuchKey(ClientError):
    pass


class FilesInMemory:
    """Answers as S3 does, with the faults that fall on each call; `on_delete` gets the keys, at their instant."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)

    def __init__(self, faults: Faults) -> None:
        self.files: dict[str, StoredFile] = {}
        self.on_delete: list[Callable[[Iterable[str]], None]] = []
        self._faults = faults

    def put(self, key: str, data: bytes, *, age_us: int = 0) -> None:
        """What somebody else puts there."""
        self.files[key] = StoredFile(data, self._faults.now_us() - age_us)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - the SDK's names
        def look() -> dict[str, Any]:
            if Key not in self.files:
                raise NoSuchKey({"Error": {"Code": "NoSuchKey"}, "ResponseMetadata": _status(404)}, "GetObject")
            file = self.files[Key]
            return {"Body": SimpleNamespace(read=lambda most: file.data[:most]), "ETag": file.tag}

        return self._faults.bucket("s3 get", look, about=Key)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803
        def write() -> dict[str, Any]:
            self.put(Key, Body)
            return {}

        return self._faults.bucket("s3 put", write, writes=True, about=Key)

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        keys = [of["Key"] for of in Delete["Objects"]]

        def delete() -> dict[str, Any]:
            for key in keys:
                self.files.pop(key, None)
            for listener in self.on_delete:
                listener(keys)
            return {}

        return self._faults.bucket("s3 delete", delete, writes=True, about=keys)

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803
        def look() -> dict[str, Any]:
            return {"Contents": [{"Key": key} for key in sorted(self.files) if key.startswith(Prefix)]}

        return self._faults.bucket("s3 list", look, about=Prefix) | {"IsTruncated": False}

    def expire_uploads(self) -> int:
        """The bucket's own rule, some time or other: uploads go after a day. How many went."""
        over_us = self._faults.now_us() - UPLOADS_KEPT_US
        old = [key for key, file in self.files.items() if key.startswith("uploads/") and file.since_us <= over_us]
        for key in old:
            del self.files[key]
        return len(old)


def _status(code: int) -> Any:
    return {"HTTPStatusCode": code}


class SimulatedBucket(Bucket):
    """The engine's bucket over these files. Its forms are not signed: whoever has one may upload."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(BUCKET, "https://simulated")
        self.stored = FilesInMemory(faults)
        self.__dict__["_client"] = self.stored

    def upload_form(self, key: str, content_type: str, *, most: int, until: datetime) -> UploadForm:
        return UploadForm(self._upload_url, {"key": key, "Content-Type": content_type})
