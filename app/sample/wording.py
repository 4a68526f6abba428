"""Titles and descriptions: fills the templates of a type; called by `catalogue`."""

import re
from collections.abc import Mapping
from random import Random

from app.sample.blueprint import Department, Option, ProductType

_NEEDS_AN = re.compile(r"\b([Aa]) (?=[aeio]|u(?!-|ni|s)|(?:8|11|18)\b)", re.IGNORECASE)
_NEEDS_A = re.compile(r"\b([Aa])n (?=[bcdfgjkpqtvwyz1-79]|[hlmnrsx][a-z])")


class Naming(dict[str, str]):
    """What templates may name: brand, line, model, name, host."""


def write_title(kind: ProductType, names: Naming, chosen: Mapping[str, Option]) -> str:
    """The title of one item; options without a label leave no trace."""
    fields = dict(names)
    for axis, option in chosen.items():
        fields[axis] = option.label
        fields[axis.capitalize()] = _capitals(option.label)
    text = kind.title.format_map(fields)
    text = re.sub(r"\s+", " ", text).replace(" ,", ",")
    return re.sub(r"(, )+(?=, )", "", text).strip(" ,")


def write_description(
    kind: ProductType,
    department: Department,
    names: Naming,
    chosen: Mapping[str, Option],
    rng: Random,
) -> str:
    """Two to four sentences; with equal `rng` states, variants get the same sentences."""
    fields = dict(names)
    for axis, option in chosen.items():
        spoken = option.value if isinstance(option.value, str) else option.label
        fields[axis] = spoken
        fields[axis.capitalize()] = spoken[:1].upper() + spoken[1:]
    details = list(kind.details)
    rng.shuffle(details)
    opening = rng.choice(kind.says)
    more, closing = rng.random() < 0.55, rng.choice(department.closings)
    close = rng.random() < 0.6
    claims = [option.says for option in chosen.values() if option.says]
    middle = [*claims[:1], *details][: 2 if more else 1]
    sentences = [opening, *middle, *([closing] if close else [])]
    text = " ".join(_sentence(sentence.format_map(fields)) for sentence in sentences)
    return _NEEDS_A.sub(r"\1 ", _NEEDS_AN.sub(r"\1n ", text))


def _sentence(text: str) -> str:
    clean = re.sub(r"\s+", " ", text).replace(" ,", ",").strip()
    return clean[:1].upper() + clean[1:]


def _capitals(label: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in label.split(" "))
