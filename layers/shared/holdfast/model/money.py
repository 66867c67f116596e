"""Amounts for people: minor units with their currency, as `1,680.00 INR`."""

from __future__ import annotations

# Digits after the point, by ISO 4217; every other currency has two.
_NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def exponent(currency: str) -> int:
    """How many digits the minor unit has."""
    return 0 if currency in _NO_MINOR_UNIT else 3 if currency in _THREE_DIGITS else 2


def money(amount: int, currency: str) -> str:
    """The amount in the major unit, grouped by thousands: 168000 paise are `1,680.00 INR`."""
    digits = exponent(currency)
    whole, part = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    fraction = f".{part:0{digits}d}" if digits else ""
    return f"{sign}{whole:,}{fraction} {currency}"
