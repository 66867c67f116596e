"""Currencies: the one table of minor units, and of what each gateway takes of them; and amounts for people.

Amounts here are integers in the minor unit of ISO 4217. A gateway may want another unit, only whole steps of one, or
at least a smallest charge: https://docs.stripe.com/currencies and https://razorpay.com/docs/payments/international-payments.
"""

from __future__ import annotations

# Digits after the point, by ISO 4217; every other currency has two.
_NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())

_STRIPE = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK
    JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STN
    SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW""".split()
)
_RAZORPAY = frozenset(
    """AED ALL AMD ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BZD CAD CHF CLP CNY COP CRC CUP
    CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD GBP GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD JMD JOD JPY KES
    KGS KHR KMF KRW KWD KYD KZT LAK LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
    OMR PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SCR SEK SGD SOS SSP SVC SZL THB TND TTD TWD TZS UAH USD UYU UZS
    VND VUV XAF XCD XOF XPF YER ZAR ZMW""".split()
)
_TAKEN = {"stripe": _STRIPE, "razorpay": _RAZORPAY}
CHARGEABLE = _STRIPE | _RAZORPAY

# Stripe's unit where it is not ISO 4217's: two digits that must be 00, and none.
_STRIPE_HUNDREDTHS = frozenset("ISK UGX".split())
_STRIPE_WHOLE = frozenset(["MGA"])
# Both gateways take three digits, of which the last must be 0.
_TENS = frozenset("BHD IQD JOD KWD OMR TND".split())

# The smallest charge, in the minor unit. For the rest Stripe has no figure: it compares in the account's currency.
_STRIPE_SMALLEST = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
_RAZORPAY_SMALLEST = 100  # of a charge and of a refund, in any currency


def to_gateway(amount: int, gateway: str, currency: str) -> int:
    """The amount as the gateway counts it; exact for whole steps."""
    times, per = _factor(gateway, currency)
    return amount * times // per


def from_gateway(amount: int, gateway: str, currency: str) -> int:
    times, per = _factor(gateway, currency)
    return amount * per // times


def _factor(gateway: str, currency: str) -> tuple[int, int]:
    if gateway == "stripe" and currency in _STRIPE_HUNDREDTHS:
        return 100, 1
    if gateway == "stripe" and currency in _STRIPE_WHOLE:
        return 1, 100
    return 1, 1


def charge_step(currency: str) -> int:
    """A total of the currency can be charged by every gateway that takes it if it is a multiple of this."""
    if currency in _TENS:
        return 10
    return 100 if currency in _STRIPE_WHOLE else 1


def takes(gateway: str, currency: str) -> bool:
    return currency in _TAKEN[gateway]


def smallest_charge(currency: str, gateway: str | None = None) -> int:
    """The smallest amount that the gateway charges in the currency; without one, that every gateway charges."""
    names = [gateway] if gateway else [name for name, taken in _TAKEN.items() if currency in taken]
    smallest = {"stripe": _STRIPE_SMALLEST.get(currency, 1), "razorpay": _RAZORPAY_SMALLEST}
    least = max((smallest[name] for name in names), default=1)
    return -(-least // charge_step(currency)) * charge_step(currency)


def refund_days(gateway: str) -> int | None:
    """How long after a payment its gateway refunds it, in days; None where there is no end.

    https://razorpay.com/docs/payments/refunds/errors: normal refunds end after six months.
    """
    return 180 if gateway == "razorpay" else None


def smallest_refund(currency: str, gateway: str) -> int:
    """The smallest refund: Stripe has no floor; Razorpay has one (https://razorpay.com/docs/api/refunds)."""
    return _RAZORPAY_SMALLEST if gateway == "razorpay" else charge_step(currency)


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


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two non-negative integers, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)
