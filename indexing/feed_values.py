"""Reads single values of a feed: numbers, flags and dates as suppliers write them.

Each raises `ValueError` with what was expected, and never guesses where two readings are possible.
"""

import re
from datetime import UTC, datetime

_TRUE = frozenset({"true", "yes", "y", "in stock", "in_stock", "available"})
_FALSE = frozenset({"false", "no", "n", "out of stock", "out_of_stock", "unavailable"})
# One number with what a shop writes around it: `EUR 1,299.00`, `$.99`, `Rs.500`, `49,- €`. Commas,
# apostrophes and blanks part thousands; `5-10` and `4.5/5` hold a second number and are refused.
_NUMBER = re.compile(
    r"(?:[^\d.+-]|(?<=[^\W\d_])\.)*"
    r"([+-]?(?:(?:\d{1,3}(?:[,'’\s]\d{2,3})*[,'’\s]\d{3}|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"\D*"
)

_SWAPPED = str.maketrans(",.", ".,")


def is_absent(value: object) -> bool:
    match value:
        case None:
            return True
        case str():
            return not value.strip()
        case list():
            return all(is_absent(part) for part in value)
        case _:
            return value == {}


def read_number(value: object, decimal_comma: bool = False, scale: float | None = None) -> float:
    if isinstance(value, str):
        text = value.translate(_SWAPPED) if decimal_comma else value
        found = _NUMBER.fullmatch(text)
        if found is None:
            like = "1.299,00, as decimal_comma says," if decimal_comma else "1,299.00"
            raise ValueError(f"expected a number like {like} got {value!r:.60}")
        number = float(re.sub(r"[,'’\s]", "", found[1]))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # a whole number of hundreds of digits, which JSON allows
            raise ValueError(f"expected a number, got {value!r:.60}") from None
    else:
        raise ValueError(f"expected a number, got {value!r:.60}")
    # Rounded, since 4995 * 0.01 is 49.95 to a shop and 49.950000000000003 to a processor.
    return number if scale is None else round(number * scale, 6)


def read_flag(value: object) -> bool:
    """A number is a quantity in stock, which an oversold item has below 0."""
    if isinstance(value, (int, float)):
        return value > 0
    text = read_text(value).lower()
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return float(text) > 0
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"expected true or false, got {value!r:.60}; name others under `values`")


def read_date(value: object, date_format: str | None) -> str:
    try:
        if date_format:
            # Without a zone in the format, the moment is taken as UTC below.
            moment = datetime.strptime(read_text(value), date_format)  # noqa: DTZ007
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        elif re.fullmatch(r"\d{9,}", text := read_text(value)):
            moment = datetime.fromtimestamp(int(text), UTC)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        expected = date_format or "an ISO 8601 date or seconds since 1970"
        raise ValueError(f"expected {expected}, got {value!r:.60}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def read_text(value: object) -> str:
    match value:
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list() if all(not isinstance(part, (list, dict)) for part in value):
            return ", ".join(read_text(part) for part in value if not is_absent(part))
        case dict() | list():
            raise ValueError(f"expected a single value, got {value!r:.60}")
        case _:
            return str(value)
