"""What a sender says about one item, and the version that orders it among the others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from indexing.documents import ItemId

Operation = Literal["put", "merge", "delete"]

MAX_VERSION = 2**62
"""Fits Postgres' bigint and Qdrant's integers, and holds microseconds for 146,000 years."""

_EXPECTED = "expected a whole number from 0 to 2^62, or a time in ISO 8601 with its zone"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One item put as a whole, changed in some fields, or deleted."""

    operation: Operation
    item_id: ItemId
    version: int | None = None
    """None where the sender has none: then the change counts as of now, in order of arrival."""
    fields: Mapping[str, Any] = {}
    """Validated values. `put`: the whole item without its id; `merge`: what changed, None for
    what is to be removed. Of a merge, `attributes` holds single attributes in the same way."""


def read_version(value: object) -> int:
    """A sender's version as a number, microseconds since 1970 where it is a time; raises
    `ValueError` with a text for the sender."""
    if isinstance(value, bool):
        raise ValueError(_EXPECTED)
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    # Not shown: the value may be nested too deep, or have too many digits, to be written down.
    if not isinstance(value, int) or not 0 <= value <= MAX_VERSION:
        raise ValueError(_EXPECTED)
    return value


def _of_text(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_VERSION)):
        return read_version(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_EXPECTED}, got {text!r:.60}") from None
    if moment.tzinfo is None:
        raise ValueError(f"a time needs its zone, such as Z or +01:00, got {text!r:.60}")
    try:
        since_1970 = round(moment.timestamp() * 1_000_000)
    except (OverflowError, ValueError):  # the year 1 with a zone east of Greenwich
        raise ValueError(f"{_EXPECTED}, got {text!r:.60}") from None
    if since_1970 < 0:
        raise ValueError(f"a time before 1970 is no version, got {text!r:.60}")
    return since_1970
