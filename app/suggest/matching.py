"""What is looked up for what was typed so far: an expression of FTS5."""

from collections.abc import Sequence

from app.vocabulary.counting import fold
from app.vocabulary.spelling import Speller
from app.vocabulary.words import Vocabulary
from rules.text import words
from rules.tolerance import forms

MAX_WORDS = 12
"""Of what was typed; titles that hold more of them are those that hold these."""


def typed_words(text: str) -> tuple[str, ...]:
    return words(text, str.lower)[:MAX_WORDS]


def expression_of(
    typed: Sequence[str], vocabulary: Vocabulary, speller: Speller, keep: frozenset[str]
) -> str:
    """Every word in singular or plural, the last as the beginning of one; or the same with words
    corrected that the catalogue does not have. At least one word must have been typed."""
    plain = _all_of(typed)
    corrected = _corrected(typed, vocabulary, speller, keep)
    return plain if corrected is None else f"({plain}) OR ({_all_of(corrected)})"


def _corrected(
    typed: Sequence[str], vocabulary: Vocabulary, speller: Speller, keep: frozenset[str]
) -> list[str] | None:
    whole, last = typed[:-1], typed[-1]
    correction = speller.correct(whole, keep)
    begun = _begun(last, vocabulary, speller, keep)
    if correction is None and begun is None:
        return None
    return [*(correction.text.split() if correction else whole), *(begun or [last])]


def _begun(
    last: str, vocabulary: Vocabulary, speller: Speller, keep: frozenset[str]
) -> list[str] | None:
    """It may be the beginning of a word with a typo, or a word that is misspelt more."""
    if last in keep or vocabulary.prefixes.weight(fold(last)):
        return None
    nearest = vocabulary.prefixes.nearest(fold(last))
    if nearest is not None:
        return [nearest]
    correction = speller.correct((last,), keep)
    return None if correction is None else correction.text.split()


def _all_of(typed: Sequence[str]) -> str:
    *whole, last = typed
    return " AND ".join([*map(_any_form, whole), f"{_quoted(last)} *"])


def _any_form(word: str) -> str:
    """Its singular, which it may be the plural of, and its regular plurals."""
    alternatives = sorted({word, *forms(word), f"{word}s", f"{word}es"})
    return f"({' OR '.join(map(_quoted, alternatives))})"


def _quoted(word: str) -> str:
    """A string, so that nothing in it is an operator; `usb-c` is a phrase of two tokens."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'
