"""The attribute names of stored items where they differ from the model's: a contract with tables already written."""

from __future__ import annotations

from pathlib import Path

import msgspec

STORED_NAMES: dict[str, dict[str, str]] = msgspec.json.decode(Path(__file__).with_suffix(".json").read_bytes())
