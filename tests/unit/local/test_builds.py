"""When a build is taken again: not after a change of anything that it is made of."""

from pathlib import Path
from typing import Any

import pytest

from local.cloud.deploy import digest_of_sources
from tests.kit.template import template

SOURCES = ("template.yaml", "samconfig.toml", "functions/reserve/app.py", "layers/shared/holdfast/http.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


def test_what_a_run_leaves_beside_the_sources_changes_nothing(root: Path) -> None:
    before = digest_of_sources(root)
    (root / "functions/reserve/app.cpython-313.pyc").write_text("compiled")
    (root / "README.md").write_text("of no build")

    assert digest_of_sources(root) == before


@pytest.mark.parametrize("name", SOURCES)
def test_another_content_of_a_source_is_another_build(root: Path, name: str) -> None:
    before = digest_of_sources(root)
    (root / name).write_text("2")

    assert digest_of_sources(root) != before


def test_a_file_that_comes_or_goes_is_another_build(root: Path) -> None:
    before = digest_of_sources(root)
    (root / "functions/reserve/more.py").write_text("")
    more = digest_of_sources(root)
    (root / "functions/reserve/app.py").unlink()

    assert len({before, more, digest_of_sources(root)}) == 3


def test_all_code_of_the_template_is_in_the_folders_that_are_looked_at() -> None:
    def sources(value: Any) -> list[str]:
        if isinstance(value, dict):
            named = [value[key] for key in ("CodeUri", "ContentUri") if isinstance(value.get(key), str)]
            return named + [one for part in value.values() for one in sources(part)]
        return [one for part in value for one in sources(part)] if isinstance(value, list) else []

    found = sources(template())
    assert len(found) > 20
    assert {path.removeprefix("./").split("/")[0] for path in found} == {"functions", "layers"}
