"""No Python file is longer than a newcomer reads at once."""

import pytest

from tests.kit.template import ROOT

LONGEST = 300  # lines
FOLDERS = ("layers", "functions", "local", "bench", "tests", "apidocs")


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_python_file_has_more_than_300_lines(folder: str) -> None:
    files = {path.relative_to(ROOT): path.read_text().count("\n") for path in (ROOT / folder).rglob("*.py")}

    assert files
    assert {str(path): lines for path, lines in files.items() if lines > LONGEST} == {}
