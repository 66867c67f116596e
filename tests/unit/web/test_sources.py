"""What the pages' sources promise: routes with shells, no arithmetic on amounts, nothing of one machine."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kit.template import ROOT, template

WEB = ROOT / "web"
SOURCES = sorted([*WEB.glob("src/**/*.ts"), *WEB.glob("src/**/*.tsx")])
AMOUNT = r"\w*(?:amount|payable|price|balance|discount|tax|refund|wallet_applied|captured|_paid|\bkept\.\w+)\b"
ARITHMETIC = re.compile(rf"(?:{AMOUNT}\)?\s*(?:[-+*/%]=?)\s*[\w(])|(?:[\w)]\s*[-+*/%]\s*\w+\.{AMOUNT})")


def code_of(file: Path) -> str:
    """Without comments, strings and regular expressions."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(), flags=re.DOTALL)
    text = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`|>[^<>{}]*<", "''", text)
    return re.sub(r"/[^/\n]+/[gimsuy]*(?=[.,)])", "''", text)


def test_every_route_has_its_shell_at_the_distribution() -> None:
    text = "".join(file.read_text() for file in WEB.glob("src/routes*.ts"))
    routes = re.findall(r"\broute\('(\w+)', '(/[^']*)'", text)
    code = template()["Resources"]["PageShells"]["Properties"]["FunctionCode"]

    def file_of(name: str) -> str:
        return "index" if name == "home" else re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)

    shells = dict(re.findall(r"'(/[^']*)': '(\w+)'", code))
    assert shells == {path: file_of(name) for name, path in routes}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_amount_is_computed(file: Path) -> None:
    assert ARITHMETIC.findall(code_of(file)) == []


def test_the_rule_against_arithmetic_sees_it() -> None:
    bad = ("a.total_payable - b", "x * quote.base_amount", "line.price / 100", "wallet.balance + 1")
    assert [text for text in bad if not ARITHMETIC.search(text)] == []


OF_OWNERS = re.compile(r"(^|/)(owner|owner_\w+|routes_owner|routed_owner)(/|\.tsx?$|$)")
OWNERS_IMPORT = re.compile(r"^(?:import|export) [^;]*?from '([^']+)'", re.MULTILINE)


def test_no_page_of_a_guest_brings_an_owners() -> None:
    """Only the build's list of shells, and `import()` where the owners' addresses begin, know of them."""
    others = [file for file in SOURCES if not OF_OWNERS.search(file.relative_to(WEB).as_posix())]
    assert len(SOURCES) - len(others) > 30
    brought = {
        file.name: found
        for file in others
        if (found := [name for name in OWNERS_IMPORT.findall(file.read_text()) if OF_OWNERS.search(name)])
    }
    assert brought == {"shells.tsx": ["./routes_owner"]}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_a_file_is_short(file: Path) -> None:
    assert file.name == "schema.d.ts" or len(file.read_text().splitlines()) <= 300 or file.parent.name == "messages"


def test_the_lock_file_names_no_host_and_every_version_is_exact() -> None:
    lock = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    package: Any = json.loads((WEB / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    assert {name: version for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}


def test_nothing_of_one_machine_is_in_the_pages() -> None:
    """The stand-ins of the gateways, and addresses of this machine, come with config.json and are in no source."""
    said = [
        file.name for file in SOURCES if re.search(r"_local|localhost|127\.0\.0\.1|sk_test|pk_test", file.read_text())
    ]
    assert said == []
