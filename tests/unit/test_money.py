"""Amounts as people read them."""

import pytest

from holdfast.model.money import money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (168_000, "INR", "1,680.00 INR"),
        (5, "INR", "0.05 INR"),
        (0, "EUR", "0.00 EUR"),
        (-1_234_567, "USD", "-12,345.67 USD"),
        (10_010, "JPY", "10,010 JPY"),
        (1_234, "KWD", "1.234 KWD"),
        (10**12, "INR", "10,000,000,000.00 INR"),
    ],
)
def test_an_amount_names_its_currency_and_has_its_digits(amount: int, currency: str, text: str) -> None:
    assert money(amount, currency) == text
