"""What a guest sends about who stays. No message repeats what was sent: it is personal data.

The two libraries are imported at the first use: a start that answers other routes is spared them.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from holdfast.fields import Strict
from holdfast.model.countries import COUNTRIES
from holdfast.model.guest import GuestDetails
from holdfast.requests import TimeOfDay, is_writing

NAME_LENGTH = 100
EMAIL_LENGTH = 254  # RFC 5321, with erratum 1690 of RFC 3696
WISHES_LENGTH = 500
PHONE = re.compile(r"\+[0-9][0-9 ()./-]{3,38}")
COUNTRY = re.compile("[A-Z]{2}")
FILLERS = "\u115f\u1160\u3164\uffa0"  # of Hangul: letters by their category, which show nothing
NOT_A_PHONE = "is not a phone number with its country code, such as +91 98765 43210"


def _name(value: str) -> str:
    name = value.strip(" ")
    if not name.strip() or len(value) > NAME_LENGTH or not is_writing(name):
        raise ValueError(
            f"must be a line of 1 to {NAME_LENGTH} characters, not blank, none of them a control character"
        )
    if not any(unicodedata.category(letter).startswith("L") and letter not in FILLERS for letter in name):
        raise ValueError("must have at least one letter that can be seen")
    return name


def _wishes(value: str) -> str:
    wishes = value.replace("\r\n", "\n").strip(" \n")
    if len(value) > WISHES_LENGTH or not is_writing(wishes.replace("\n", "")):
        raise ValueError(f"must be at most {WISHES_LENGTH} characters, none of them a control character but new lines")
    return wishes


def _email(value: str) -> str:
    """The address as it is written to: its domain in lower case, its letters in one form. No DNS is asked."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see above

    says = "is not an e-mail address"
    if len(value) > EMAIL_LENGTH:
        raise ValueError(says)
    try:
        return validate_email(value, check_deliverability=False, strict=True).normalized
    except (EmailNotValidError, UnicodeError):
        raise ValueError(says) from None


def _phone(value: str) -> str:
    """In E.164. Possible, not assigned, is asked for: ranges are assigned faster than a library is released."""
    import phonenumbers  # noqa: PLC0415 - see above

    if not PHONE.fullmatch(value):
        raise ValueError(NOT_A_PHONE)
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError(NOT_A_PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(NOT_A_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError("is not a country by ISO 3166-1, such as IN")
    return value


def _schema(**rules: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **rules})


PersonName = Annotated[str, AfterValidator(_name), _schema(minLength=1, maxLength=NAME_LENGTH)]
Email = Annotated[str, AfterValidator(_email), _schema(format="idn-email", maxLength=EMAIL_LENGTH)]
Phone = Annotated[str, AfterValidator(_phone), _schema(pattern=f"^{PHONE.pattern}$")]
Country = Annotated[str, AfterValidator(_country), _schema(pattern=f"^{COUNTRY.pattern}$")]
Wishes = Annotated[str, AfterValidator(_wishes), _schema(maxLength=WISHES_LENGTH)]


class GuestRequest(Strict):
    """The body of `PUT /bookings/{booking_id}/guest`: all of the details, so that what is left out is gone."""

    name: PersonName
    email: Email
    phone: Phone | None = None
    country: Country | None = None
    arrival_time: TimeOfDay | None = None
    wishes: Wishes | None = None

    @property
    def details(self) -> GuestDetails:
        return GuestDetails(**self.model_dump() | {"wishes": self.wishes or None})
