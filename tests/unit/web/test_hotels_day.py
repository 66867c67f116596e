"""What runs a hotel knows its day, currency and zone from one place: as it is public, whatever its draft says."""

import re
from pathlib import Path

import pytest

from tests.kit.template import ROOT

SRC = ROOT / "web" / "src"
RUNS_A_HOTEL = [SRC / f"pages/owner_{page}.tsx" for page in ("arrivals", "board", "rates", "blocks")]


@pytest.mark.parametrize("file", [*RUNS_A_HOTEL, SRC / "owner/history.tsx"], ids=lambda file: file.stem)
def test_what_runs_a_hotel_asks_neither_its_draft_nor_the_date_alone(file: Path) -> None:
    """A date alone is not the hotel's day, which ends in the morning."""
    assert re.findall(r"hotel\.(?:currency|timezone|day_ends_at)|todayIn\(", file.read_text()) == []
