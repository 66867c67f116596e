"""The owners that a catalog file names for a property."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.catalog import CatalogError, read_catalog
from tests.kit.template import ROOT

DEMO: dict[str, Any] = json.loads((ROOT / "local" / "demo.json").read_text())


def written(folder: Path, owners: object) -> Path:
    file = folder / "catalog.json"
    [first, *others] = DEMO["properties"]
    file.write_text(json.dumps(DEMO | {"properties": [first | {"owners": owners}, *others]}))
    return file


def test_a_property_may_have_some_or_none(tmp_path: Path) -> None:
    first, second, *_ = read_catalog(written(tmp_path, ["olga", "otto@example.com"])).properties

    assert (first.owners, second.owners) == (("olga", "otto@example.com"), ())


@pytest.mark.parametrize("owners", ["olga", [""], ["o l g a"], ["olga#x"], [None], ["o"] * 21])
def test_a_wrong_one_is_refused_by_its_place(tmp_path: Path, owners: object) -> None:
    with pytest.raises(CatalogError, match=r"\$\.properties\[0\]\.owners"):
        read_catalog(written(tmp_path, owners))
