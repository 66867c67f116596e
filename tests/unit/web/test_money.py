"""The pages count the digits of a currency as the API does."""

import re

from holdfast.model import money
from tests.kit.template import ROOT

SOURCE = (ROOT / "web/src/format/money.ts").read_text()


def test_the_pages_have_the_lists_of_the_api() -> None:
    lists = {
        name: set(codes.split()) for name, codes in re.findall(r"^const ([A-Z_]+) = '([A-Z ]+)'$", SOURCE, re.MULTILINE)
    }

    assert lists == {"NO_MINOR_UNIT": money._NO_MINOR_UNIT, "THREE_DIGITS": money._THREE_DIGITS}


def test_a_browser_is_asked_for_no_digits() -> None:
    assert "resolvedOptions" not in SOURCE
    assert re.search(r"minimumFractionDigits: places,\s+maximumFractionDigits: places,", SOURCE)
