"""The built pages and the list of their digests: what is published is what was built, or nothing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from local.tools import LocalError

DIGESTS = ".digests"  # as `sha256sum` writes them, of every file that a build leaves for a browser
AGAIN = "build them again, by `make web-build`"


def list_digests(dist: Path) -> None:
    """Writes the list beside the pages, at the end of a build."""
    lines = [f"{_digest(body)}  {name}\n" for name, body in sorted(_files(dist).items())]
    (dist / DIGESTS).write_text("".join(lines))


def built_files(dist: Path) -> Mapping[str, bytes]:
    """Each file by its name, as it was built. Raises LocalError when one has changed, is missing or is of no build."""
    if not (dist / DIGESTS).is_file():
        raise LocalError(f"{dist} has no built pages: {AGAIN}")
    lines = (dist / DIGESTS).read_text().splitlines()
    wanted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = _files(dist)
    found = {name: _digest(body) for name, body in files.items()}
    if wrong := sorted(name for name, _ in wanted.items() ^ found.items()):
        raise LocalError(f"{dist / wrong[0]} is not as it was built: {AGAIN}")
    return files


def _files(dist: Path) -> dict[str, bytes]:
    """But for those whose names begin with a dot: the build's own records, which are never published."""
    return {
        file.relative_to(dist).as_posix(): file.read_bytes()
        for file in dist.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
