"""Regular expressions of rules, by RE2: none can run away, and thousands are looked for at once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

MAX_PATTERN_LENGTH = 500
MAX_PATTERN_MEMORY = 1 << 18
"""Bytes of one compiled expression, which bounds both its size and the time it takes."""

MAX_OPEN_PATTERNS = 100
"""Expressions of one rule set without a fixed piece of three letters in them, each of which must
be tried on every query."""


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with an expression, None where it can be used."""
    if not 0 < len(pattern) <= MAX_PATTERN_LENGTH:
        return f"expected a regular expression of 1 to {MAX_PATTERN_LENGTH} characters"
    try:
        compiled(pattern)
    except _error() as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return (
            f"not a regular expression that RE2 takes: {text}; "
            "look-around, back references and very large repetitions are not supported"
        )
    return None


@lru_cache(maxsize=50_000)
def compiled(pattern: str) -> Any:
    """An object with `search(text)`."""
    import re2

    return re2.compile(pattern, _options())


class PatternIndex:
    """Finds which of many expressions occur in a text, in one pass over it."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        self._filter: Any = None
        if self._patterns:
            import re2

            self._filter = re2.Filter()
            for pattern in self._patterns:
                self._filter.Add(pattern, _options())
            self._filter.Compile()

    @property
    def open_patterns(self) -> tuple[str, ...]:
        """Those that have no fixed piece of three letters to look for first."""
        if self._filter is None:
            return ()
        return tuple(self._patterns[n] for n in self._filter.Match("", True) or ())

    def found_in(self, text: str) -> list[str]:
        if self._filter is None:
            return []
        return [self._patterns[n] for n in self._filter.Match(text, False) or ()]


@lru_cache(maxsize=1)
def _options() -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MAX_PATTERN_MEMORY
    return options


def _error() -> type[Exception]:
    import re2

    error: type[Exception] = re2.error
    return error
