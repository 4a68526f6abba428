"""Words that look like a part number, an SKU or an EAN, found with and without their dashes.
Called by `composition` for items, and by whoever reads a query or marks hits."""

import re
from collections.abc import Sequence
from functools import lru_cache

from indexing.units import quantities

MAX_CODE_LENGTH = 32
"""Letters and digits of the longest code, which is a UUID; what is longer is an address."""

_MIN_MIXED = 4
"""Letters and digits, two digits among them, that a code of both has at least: shorter ones (`3d`,
`4k`, `5g`, `mp3`, `s22`) are names that are never spelled with separators."""

_MIN_DIGITS = 5
"""Of digits alone, since four are a year, a page count or a wattage."""

_MIN_PARTED_DIGITS = 7
"""Of digits parted by dashes, since `220-240` and `62.5/125` are ranges and pairs."""

# Possessive, and never without success after it has begun, so that each character is read once.
_WORD = re.compile(r"(?<!\w)[A-Za-z0-9]++(?:[-/._][A-Za-z0-9]++)*+")
_WITHOUT_SEPARATORS = str.maketrans("", "", "-/._")
_TWO_DIGITS = re.compile(r"[0-9][^0-9]*[0-9]")
_NUMBER = re.compile(
    r"""[0-9]+\.[0-9]+  # a decimal number
        |[0-9]+(?:[.,][0-9]+)?(?:[xX][0-9]+(?:[.,][0-9]+)?)+[A-Za-z]{0,2}  # `1920x1080`
        |[0-9]*(?:1st|2nd|3rd|[0-9]th)
        |[0-9]+[-/._][A-Za-z]{3,}  # `16-port`, `64-bit`""",
    re.VERBOSE | re.IGNORECASE,
)


def code_tokens(text: str) -> list[str]:
    """The joined forms of all codes of a text, each once."""
    as_such, parted = code_forms(text)
    return list(dict.fromkeys((*as_such, *parted)))


def code_forms(text: str) -> tuple[list[str], list[str]]:
    """Joined forms: of codes that stand in the text without separators, and of the others."""
    as_such: list[str] = []
    parted: list[str] = []
    for word in text.split():
        if not word.isalpha():
            for token, separated in _codes_of(word):
                (parted if separated else as_such).append(token)
    return as_such, parted


def joined(word: str) -> str:
    """`WH-1000XM4` gives `wh1000xm4`, which BM25 takes for one word."""
    return word.translate(_WITHOUT_SEPARATORS).lower()


def is_code(word: str) -> bool:
    """Whether a word, without punctuation around it, names an article by its shape: ASCII letters
    with digits, or digits alone, which may be parted by `-`, `/`, `.` and `_`. Quantities (`2tb`),
    dimensions, decimals, ordinals and numbers with a whole word (`16-port`) are none; `usb-c` has
    no digit."""
    if not _WORD.fullmatch(word):
        return False
    plain = joined(word)
    if plain.isdigit():
        long_enough = len(plain) >= (_MIN_DIGITS if plain == word else _MIN_PARTED_DIGITS)
    else:
        long_enough = len(plain) >= _MIN_MIXED and bool(_TWO_DIGITS.search(plain))
    if not long_enough or len(plain) > MAX_CODE_LENGTH:
        return False
    if word.isdigit() or not word[0].isdigit():
        return True
    return not (_NUMBER.fullmatch(word) or _is_quantity(word))


@lru_cache(maxsize=10_000)
def _codes_of(word: str) -> Sequence[tuple[str, bool]]:
    """Of a word with the punctuation around it, the joined forms, and whether they were parted."""
    if not _TWO_DIGITS.search(word):
        return ()
    found = [code for match in _WORD.finditer(word) for code in _listed(match[0])]
    return [(joined(code), not code.isalnum()) for code in found]


def _listed(word: str) -> list[str]:
    """A slash may join a code or part a list (`HL-5140/5150`), so the parts count, too."""
    parts = word.split("/") if "/" in word else []
    return list(filter(is_code, [word, *parts]))


def _is_quantity(word: str) -> bool:
    return any(found.end - found.start == len(word) for found in quantities(word))
