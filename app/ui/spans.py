"""Ranges of a number as an address spells them: `10-50` of a facet, `10..50` as it was typed."""

import re

import msgspec

from indexing.filters import Range

_NUMBER = r"(\d{1,12}(?:\.\d{1,4})?)?"
_SPAN = re.compile(rf"{_NUMBER}(-|\.\.){_NUMBER}")


class Span(msgspec.Struct, frozen=True):
    """From `low` to `high`. A facet's ranges leave `high` out, so that no item is in two of them;
    who types a highest price means it, too."""

    low: float | None
    high: float | None
    typed: bool = False

    def __str__(self) -> str:
        return f"{number_text(self.low)}{'..' if self.typed else '-'}{number_text(self.high)}"

    def condition(self, field: str) -> Range:
        if self.typed:
            return Range(field, gte=self.low, lte=self.high)
        return Range(field, gte=self.low, lt=self.high)


def read_span(text: str) -> Span | None:
    """None for what is no range, or one without any bound."""
    # The number is taken lazily, so that `10..50` is not read as `10.` and `.50`.
    found = _SPAN.fullmatch(text.strip())
    if found is None or not (found[1] or found[3]):
        return None
    low, high = (float(part) if part else None for part in (found[1], found[3]))
    return Span(low, high, found[2] == "..")


def number_text(number: float | None) -> str:
    """The shortest that means the same: `10`, `12.5`; nothing for no bound."""
    if number is None:
        return ""
    return f"{number:.4f}".rstrip("0").rstrip(".")
