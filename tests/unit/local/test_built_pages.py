"""What is published is what was built, file by file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local import web_build
from local.built_pages import built_files, list_digests
from local.tools import LocalError


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build of two files, with a record of its own."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<html>")
    (folder / "assets" / "core-1.js").write_bytes(b"run()")
    (folder / ".sources").write_text("digest")
    list_digests(folder)
    return folder


def test_the_files_of_a_build_are_given_and_its_records_are_not(dist: Path) -> None:
    assert built_files(dist) == {"index.html": b"<html>", "assets/core-1.js": b"run()"}


@pytest.mark.parametrize(
    "change",
    [
        lambda dist: (dist / "assets" / "core-1.js").write_bytes(b"run(); send()"),
        lambda dist: (dist / "assets" / "more.js").write_bytes(b"send()"),
        lambda dist: (dist / "index.html").unlink(),
        lambda dist: (dist / ".digests").unlink(),
    ],
    ids=["changed", "more", "missing", "no list"],
)
def test_what_is_not_as_it_was_built_is_refused(change: Callable[[Path], object], dist: Path) -> None:
    change(dist)

    with pytest.raises(LocalError, match="make web-build"):
        built_files(dist)


def test_pages_of_other_sources_are_not_published(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_build, "DIST", dist)
    monkeypatch.setattr(web_build, "STAMP", dist / ".sources")

    with pytest.raises(LocalError, match="other sources"):
        web_build.pages_of_these_sources()
