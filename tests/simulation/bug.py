"""What a planted bug is."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """In `holdfast.<module>`, in the function of that name, one text for another."""

    module: str
    function: str
    right: str
    wrong: str


class Bug(NamedTuple):
    name: str
    profile: str  # where it shows
    edits: tuple[Edit, ...]
