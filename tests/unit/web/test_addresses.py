"""The way back from the sign-in stays on the pages."""

import re

import pytest

from tests.kit.template import ROOT


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [("/", True), ("/hold?a=b", True), ("//evil.example", False), ("/\\evil.example", False), ("https://x", False)],
)
def test_the_sign_in_returns_to_an_address_of_the_pages(address: str, is_taken: bool) -> None:
    [pattern] = re.findall(r"&& /(\^.+)/\.test\(user\.state\)", (ROOT / "web/src/auth/oidc.ts").read_text())

    assert bool(re.match(pattern, address)) is is_taken
