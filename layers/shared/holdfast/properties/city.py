"""Names of cities as search finds them: their plain form is part of keys in the table."""

from __future__ import annotations

import re

from holdfast.fields import Text
from holdfast.storage.property_items import plain_city

MAX_PLAIN_BYTES = 256
NOT_IN_KEYS = re.compile(r"[\x00-\x1f#]")


class CityText(Text):
    """A city's name that matches the pattern, and whose plain form a key can hold.

    Without its case, accents and Unicode form a name may be empty, many times as long, or have a # in it.
    """

    def check(self, value: str) -> str:
        plain = plain_city(super().check(value))
        if not plain or NOT_IN_KEYS.search(plain) or len(plain.encode()) > MAX_PLAIN_BYTES:
            raise ValueError(
                f"must be a name of letters: no form of #, at most {MAX_PLAIN_BYTES} bytes written plainly"
            )
        return value


class CityCursor(Text):
    """A place in a list of hotels: the plain form of a city, and a hotel's id after a #."""

    def check(self, value: str) -> str:
        plain = super().check(value).rpartition("#")[0]
        if len(plain.encode()) > MAX_PLAIN_BYTES:
            raise ValueError(self.says)
        return value
