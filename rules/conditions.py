"""Whether one condition holds in one situation; what `lookup` narrows down to is decided here."""

from rules.containment import contains
from rules.model import Condition, QueryCondition
from rules.patterns import compiled
from rules.situation import Situation
from rules.tolerance import alike


def holds(when: Condition, situation: Situation) -> bool:
    query = situation.query
    return (
        (when.empty_query is None or when.empty_query == (not situation.words))
        and (when.starts_at is None or situation.now >= when.starts_at)
        and (when.ends_at is None or situation.now < when.ends_at)
        and (not when.segments or not set(when.segments).isdisjoint(query.segments))
        and (not when.locale or not set(when.locale).isdisjoint(situation.locales))
        and (not when.sort or situation.sort in when.sort)
        and (
            when.experiment is None
            or query.experiments.get(when.experiment.key) == when.experiment.arm
        )
        and (not when.category or not situation.categories.isdisjoint(when.category))
        and all(_same_as_one(query.context.get(k), values) for k, values in when.context.items())
        and (when.filter is None or contains(situation.restrictions, when.filter))
        and (when.query is None or _query_holds(when.query, situation))
    )


def _same_as_one(given: object, values: tuple[object, ...]) -> bool:
    # By type too: True is 1 to Python, and not to whoever wrote the rule.
    return any(
        given == value and isinstance(given, bool) == isinstance(value, bool) for value in values
    )


def _query_holds(condition: QueryCondition, situation: Situation) -> bool:
    tolerant = condition.plurals or condition.typos
    for kind, phrases in condition.phrases.items():
        if tolerant:
            if not any(_tolerant(kind, phrase, condition, situation.words) for phrase in phrases):
                return False
        elif not any(_exact(kind, phrase, situation.text) for phrase in phrases):
            return False
    return not condition.matches or any(
        compiled(pattern).search(situation.lowered) for pattern in condition.matches
    )


def _exact(kind: str, phrase: str, text: str) -> bool:
    # Spaces around make a phrase match whole words only: `pin` is not in `spinning`.
    match kind:
        case "is":
            return text == phrase
        case "starts_with":
            return f"{text} ".startswith(f"{phrase} ")
        case "ends_with":
            return f" {text}".endswith(f" {phrase}")
        case _:
            return f" {phrase} " in f" {text} "


def _tolerant(kind: str, phrase: str, condition: QueryCondition, asked: tuple[str, ...]) -> bool:
    ruled = phrase.split()
    last = len(asked) - len(ruled)
    match kind:
        case "is":
            starts = range(1) if last == 0 else range(0)
        case "starts_with":
            starts = range(1) if last >= 0 else range(0)
        case "ends_with":
            starts = range(max(last, 0), last + 1)
        case _:
            starts = range(last + 1)
    return any(
        all(
            alike(word, asked[start + n], condition.plurals, condition.typos)
            for n, word in enumerate(ruled)
        )
        for start in starts
    )
