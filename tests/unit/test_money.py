"""Amounts as people read them."""

import pytest

from holdfast.model.money import CHARGEABLE, charge_step, money, smallest_charge, takes, to_gateway
from local.gateways.stripe_currencies import SMALLEST, step


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


@pytest.mark.parametrize("currency", sorted(currency for currency in CHARGEABLE if takes("stripe", currency)))
def test_steps_and_smallest_charges_are_those_that_stripe_documents(currency: str) -> None:
    """The local Stripe has a table of its own, in the API's units."""
    least, one = (
        to_gateway(amount, "stripe", currency)
        for amount in (smallest_charge(currency, "stripe"), charge_step(currency))
    )
    assert least == SMALLEST.get(currency, one)
    assert one % step(currency) == 0
