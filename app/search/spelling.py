"""A query's spelling, put right before rules see it; carried out by the pipeline."""

import re
from collections.abc import Callable

from app.search.wording import is_unfinished
from app.vocabulary.rule_words import words_of_rules
from app.vocabulary.spelling import Change, Speller
from app.vocabulary.words import Vocabulary
from indexing.queries import SearchQuery
from rules.ruleset import RuleSet
from rules.text import words

Correct = Callable[[SearchQuery, RuleSet], str | None]
"""The query as it should be taken; None where it stays as it was typed."""


def leave_as_typed(query: SearchQuery, rule_set: RuleSet) -> str | None:
    return None


def correct_by(
    speller: Speller, vocabulary: Callable[[], Vocabulary], knows_word: Callable[[str], bool]
) -> Correct:
    """Words that a rule speaks of are right, and words that the encoder knows, whether or not the
    catalogue has them: `trainers` is no `strainers`, and finds sneakers by its meaning. So is a
    last word that a catalogue's word begins with, since it is still being typed."""

    def correct(query: SearchQuery, rule_set: RuleSet) -> str | None:
        asked = words(query.text)
        known = frozenset(word for word in asked if knows_word(word))
        if is_unfinished(asked, vocabulary()):
            known |= {asked[-1]}
        found = speller.correct(asked, words_of_rules(rule_set) | known)
        if found is None:
            return None
        text = query.text
        for change in found.changes:
            text = _exchanged(text, change)
        return text

    return correct


def _exchanged(text: str, change: Change) -> str:
    """In the text as it was typed, so that signs such as that for inches stay."""
    typed = r"\s+".join(re.escape(word) for word in change.original.split())
    return re.sub(rf"(?<!\w){typed}(?!\w)", change.corrected, text, flags=re.IGNORECASE)
