"""What the pages point to is there: each relative link, and each file or folder that a page names in backticks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "layers" / "shared" / "holdfast"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "tests").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"\.?[\w-][\w.-]*(/([\w.-]+|\*|<\w+>))*(/\*\.\w+)?/?")
FILE = re.compile(r".*\.(py|md|yaml|yml|toml|json|txt|lock)")
MADE_BY_A_RUN = (".aws-sam", ".local", ".tools", ".venv", "dynamodb-local-metadata.json")


def linked(page: str) -> list[str]:
    """The targets of the page's links to other files of the repository."""
    targets = [target.partition("#")[0] for target in LINK.findall(FENCED.sub("", page))]
    return [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]


def named(page: str) -> list[str]:
    """The files and folders that the page names in backticks, without the test named within."""
    texts = [text.partition("::")[0] for text in CODE.findall(FENCED.sub("", page))]
    return [text for text in texts if PATH.fullmatch(text) and (FILE.fullmatch(text) or within_the_repository(text))]


def within_the_repository(text: str) -> bool:
    first, slash, _ = text.partition("/")
    return bool(slash) and (first in MADE_BY_A_RUN or (ROOT / first).is_dir() or (ENGINE / first).is_dir())


@cache
def all_names() -> set[str]:
    """The name of every file, but for what runs and tools have made."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return {path.name for folder in folders for path in folder.rglob("*")} | {path.name for path in ROOT.iterdir()}


def exists(text: str, page: Path) -> bool:
    """Whether a path is there: from the root, from the engine or beside the page; a bare name, anywhere."""
    if text.split("/", maxsplit=1)[0] in MADE_BY_A_RUN or text in all_names():
        return True
    pattern = re.sub(r"<\w+>", "*", text.rstrip("/"))
    return any(next(base.glob(pattern), None) for base in (ROOT, ENGINE, page.parent))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_and_names_is_there(page: Path) -> None:
    text = page.read_text()

    assert {target for target in linked(text) if not (page.parent / target).exists()} == set()
    assert {path for path in named(text) if not exists(path, page)} == set()


def test_links_and_paths_are_found_in_a_page() -> None:
    page = (
        "See [a](docs/a.md#top), [b](https://b.example), `payments/nothing.py::test_x`, `make test`, `/wallet`, `a.b`."
    )

    assert linked(page) == ["docs/a.md"]
    assert named(page) == ["payments/nothing.py"]
    assert not exists("payments/nothing.py", ROOT / "README.md")
    assert exists("functions/<name>/app.py", ROOT / "README.md")


def test_each_command_of_make_that_is_described_is_there() -> None:
    """And is run although a folder has its name."""
    makefile = (ROOT / "Makefile").read_text()
    described = re.findall(r"^# make ([\w-]+)", makefile, re.MULTILINE)
    phony = set(" ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)).split())

    assert described
    assert [
        name for name in described if name not in phony or not re.search(rf"^{name}:", makefile, re.MULTILINE)
    ] == []


def test_the_readme_has_the_cold_start_and_the_place_of_each_function() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    readme = (ROOT / "README.md").read_text()
    table = readme.partition("Instructions in millions")[2].partition("Budget")[0]
    picture = readme.partition("## How it works")[2].partition("Imports point one way")[0]

    assert {row.split()[0] for row in table.splitlines() if row} & functions == functions
    assert set(re.findall(r"\w+", picture)) & functions == functions
