"""docs/security.md names as its proofs tests that there are; and one proof that had no better place."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS31Validator

from apidocs import openapi
from tests.kit.template import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def named(page: str) -> list[tuple[Path, list[str]]]:
    """Each test file or folder that a page names, with the test, or the class and its test, named in it.

    A bare file's name is of the one file of that name under `tests`; a bare `::name` is in the file named last.
    """
    found: list[tuple[Path, list[str]]] = []
    for text in re.findall(r"`([^`\n]+)`", page):
        path, _, within = text.partition("::")
        if path.startswith("tests/"):
            file = ROOT / path
        elif re.fullmatch(r"(test_\w+|hostile)\.py", path):
            [file] = (ROOT / "tests").rglob(path)
        elif not path and within:
            file = found[-1][0]
        else:
            continue
        found.append((file, within.split("::") if within else []))
    return found


def test_what_the_page_names_exists() -> None:
    missing = [
        (path, names)
        for path, names in named(PAGE)
        if not path.exists() or not all(re.search(rf"(def|class) {name}\b", path.read_text()) for name in names)
    ]

    assert len(named(PAGE)) > 20
    assert missing == []


def test_each_threat_of_the_ten_has_a_test_of_its_own() -> None:
    rows = dict(re.findall(r"^\| \*\*(API\d+)\*\*.*\|(.*)\|$", PAGE, re.MULTILINE))

    assert list(rows) == [f"API{number}" for number in range(1, 11)]
    assert {threat for threat, shown_by in rows.items() if not named(shown_by)} == set()


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the schema of everything that a request may carry, by the description."""
    document = json.loads(openapi.DOCUMENT.read_text())
    schemas = document["components"]["schemas"]

    def of_body(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        yield from schema.get("properties", {}).items()
        for one in [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
            yield from of_body(one)

    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                yield parameter["name"], parameter["schema"]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from of_body(content["schema"])


def test_no_request_can_carry_an_address_but_in_texts_that_are_only_kept_or_compared() -> None:
    components = {"components": json.loads(openapi.DOCUMENT.read_text())["components"]}
    found = [
        (name, OAS31Validator(schema | components, format_checker=OAS31Validator.FORMAT_CHECKER))
        for name, schema in fields()
    ]

    assert len(found) > 20
    for address in ("http://169.254.169.254/latest", "//evil.example", "evil.example/x"):
        takes = {name for name, schema in found if schema.is_valid(address)}
        assert takes <= {
            "address",
            "alt",
            "city",
            "description",
            "reason",
            "name",
            "wishes",
            "Idempotency-Key",
            "If-None-Match",
            "gateway_signature",
        }
