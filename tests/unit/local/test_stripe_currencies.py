"""Which amounts the local Stripe takes, by Stripe's documentation."""

import pytest

from holdfast.model.money import charge_step, smallest_charge, smallest_refund, to_gateway
from local.gateways.stripe_currencies import (
    CODE_STEP,
    CODE_TOO_SMALL,
    SMALLEST,
    AmountRefused,
    check_charge,
    check_step,
)

TAKEN = [
    *((50, "usd"), (30, "gbp"), (50, "inr"), (50, "jpy"), (17_500, "huf"), (1_500, "czk"), (200, "aed")),
    *((100, "isk"), (500_000, "ugx"), (10, "kwd"), (12_340, "bhd"), (1, "ars"), (12_345, "krw"), (12_345, "mga")),
]
REFUSED = [
    *((49, "usd", CODE_TOO_SMALL), (29, "gbp", CODE_TOO_SMALL), (49, "jpy", CODE_TOO_SMALL)),
    *((17_499, "huf", CODE_TOO_SMALL), (199, "aed", CODE_TOO_SMALL), (0, "ars", CODE_TOO_SMALL)),
    *((50, "isk", CODE_STEP), (500_001, "ugx", CODE_STEP), (500_010, "ugx", CODE_STEP)),
    *((10_001, "kwd", CODE_STEP), (12_345, "bhd", CODE_STEP), (12_345, "jod", CODE_STEP)),
    *((12_345, "omr", CODE_STEP), (12_345, "tnd", CODE_STEP)),
]


@pytest.mark.parametrize(("amount", "currency"), TAKEN)
def test_such_an_amount_is_taken(amount: int, currency: str) -> None:
    check_charge(amount, currency)
    check_charge(amount, currency.upper())


@pytest.mark.parametrize(("amount", "currency", "code"), REFUSED)
def test_such_an_amount_is_refused(amount: int, currency: str, code: str) -> None:
    with pytest.raises(AmountRefused) as refused:
        check_charge(amount, currency)
    assert refused.value.code == code


def test_a_refund_may_be_smaller_than_a_charge_but_not_of_half_a_step() -> None:
    check_step(1, "usd")
    with pytest.raises(AmountRefused):
        check_step(50, "isk")


@pytest.mark.parametrize(
    "currency", [*sorted(SMALLEST), "ISK", "UGX", "KWD", "BHD", "JOD", "OMR", "TND", "KRW", "MGA", "ARS"]
)
def test_what_the_engine_charges_is_taken_and_less_is_not(currency: str) -> None:
    """The engine's table, held against this one."""
    smallest = smallest_charge(currency, "stripe")
    check_charge(to_gateway(smallest, "stripe", currency), currency)
    check_step(to_gateway(smallest_refund(currency, "stripe"), "stripe", currency), currency)
    if currency in SMALLEST:
        with pytest.raises(AmountRefused):
            check_charge(to_gateway(smallest - charge_step(currency), "stripe", currency), currency)
