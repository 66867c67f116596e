"""A public name of the engine consists of words that docs/glossary.md explains, or that need no explaining."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "layers" / "shared" / "holdfast"
PAGE = (ROOT / "docs" / "glossary.md").read_text()
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

# Words of every program and every shop. What means something of its own here belongs into the glossary instead.
PLAIN = set(
    """
    a action add admin advance allowed alone already and any api as back bad balance below beside bring build busy
    by calendar calls cancel cancellable cancellation card change charge check choose city commit condition connect
    content count csv day decline delete depends derived describe detail difference digit discount end ends entry
    environment error event exhausted fail failure field first flat folder for forbidden form found from future gst
    guest handle header history hour image in instant instead insufficient invalid is kept kind last latest least
    length limit list made make malformed many mark match metric minutes mismatch missing mode money named no not
    note now of one open order out outcome own owner paid parse part path pause payable perform plain preview price
    pricing process progress public publishes query rate razorpay readable reason record refuse repeated report
    request require response result retry reuse role route row run search second secret set settings shape shown
    since size small smallest sold state status still strict stripe sum table take taken text to today too
    unauthenticated unknown unpayable update upload use utc value way whole with without writing wrong zone
    """.split()
)


def words(text: str) -> set[str]:
    """Lower-case words of a name or a phrase: `TooManyTopUps` has too, many, top and ups."""
    return {word.lower() for word in WORD.findall(text)}


def rows(page: str) -> list[list[str]]:
    """The cells of each row of the page's tables."""
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| word |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def public_names() -> list[tuple[str, str]]:
    """Each module-level class and function without a leading underscore, with its file."""
    return [
        (path.relative_to(ENGINE).as_posix(), node.name)
        for path in sorted(ENGINE.rglob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]


def forms(word: str) -> set[str]:
    """The word, and what it may be the plural or the past of: `night` of `nights`, `expire` of `expired`."""
    return {word, re.sub("ies$", "y", word), *(word.removesuffix(end) for end in ("s", "es", "d", "ed"))}


def unexplained(name: str) -> set[str]:
    """The words of a name that neither the glossary's first column nor PLAIN has."""
    known = PLAIN | {word for row in rows(PAGE) for word in words(row[0])}
    return {word for word in words(name) if not forms(word) & known}


def test_every_word_of_a_public_name_is_explained_or_plain() -> None:
    names = public_names()

    assert len(names) > 100
    assert {f"{path}: {name}": found for path, name in names if (found := unexplained(name))} == {}


def test_a_coined_word_is_found() -> None:
    assert unexplained("GatewayGizmo") == {"gizmo"}
    assert unexplained("un_stick_payments") == {"un", "stick"}


def test_every_row_says_where_by_a_name_that_the_code_has() -> None:
    code = "\n".join(path.read_text() for path in ENGINE.rglob("*.py"))
    names = {(row[0], name) for row in rows(PAGE) for name in re.findall(r"`(\w+)`", row[2])}

    assert all(len(row) == 3 for row in rows(PAGE))
    assert {(word, name) for word, name in names if not re.search(rf"\b{name}\b", code)} == set()
