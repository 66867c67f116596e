"""Which amounts Stripe takes, by https://docs.stripe.com/currencies: units, special currencies and smallest charges.

The table is of its own, from the documentation: a mistake in the engine's table must not be repeated here.
"""

# Currencies without a minor unit (BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF) come as they are.
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())  # the last digit must be 0
TWO_DECIMAL_IN_WHOLE = frozenset("ISK UGX".split())  # they have no minor unit, but two digits in the API, always 00

# "Minimum and maximum charge amounts", in the API's unit. Other currencies are compared in the account's currency.
SMALLEST = dict.fromkeys("AUD BRL CAD CHF EUR INR JPY NZD SGD USD".split(), 50) | {
    "AED": 200,
    "BGN": 100,
    "CZK": 1_500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
    "MXN": 1_000,
    "MYR": 200,
    "NOK": 300,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "THB": 1_000,
}
CODE_TOO_SMALL = "amount_too_small"
CODE_STEP = "parameter_invalid_integer"


class AmountRefused(Exception):
    """What Stripe answers to such an amount: a code of https://docs.stripe.com/error-codes, and a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def step(currency: str) -> int:
    """Amounts of the currency are multiples of this."""
    if currency.upper() in TWO_DECIMAL_IN_WHOLE:
        return 100
    return 10 if currency.upper() in THREE_DECIMAL else 1


def check_step(amount: int, currency: str) -> None:
    """Raises AmountRefused."""
    if amount % step(currency):
        raise AmountRefused(CODE_STEP, f"Invalid integer: in {currency} amounts are multiples of {step(currency)}")


def check_charge(amount: int, currency: str) -> None:
    """Raises AmountRefused."""
    check_step(amount, currency)
    smallest = SMALLEST.get(currency.upper(), 1)
    if amount < smallest:
        raise AmountRefused(CODE_TOO_SMALL, f"Amount must be at least {smallest} in {currency}")
