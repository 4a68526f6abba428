"""Spans of time as people write them: `90s`, `15m`, `6h`, `2d`."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FORM = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([smhd])")
EXPECTED = "a number with s, m, h or d behind it, as 90s, 15m, 6h or 2d"


def parse_duration(text: str) -> timedelta:
    """Raises `ValueError` for what is none, and for nothing at all."""
    match = _FORM.fullmatch(text.strip().lower())
    if match is None or not float(match[1]):
        raise ValueError(EXPECTED)
    return timedelta(**{_UNITS[match[2]]: float(match[1])})
