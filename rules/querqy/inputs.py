"""The input of a rule, `notebook OR laptop =>` for one, as a condition on the query."""

import re
from itertools import groupby
from typing import Any

import msgspec

from rules.condition_parser import read_condition
from rules.querqy.lines import before, refuse_templates
from rules.querqy.phrases import read_phrase
from rules.querqy.unmapped import CannotMap, check
from rules.text import words

_PARENTHESIS = re.compile(r"(?<!\\)([()])")
_KINDS = {  # by whether a quote stands at the start, and at the end
    (False, False): "contains",
    (True, False): "starts_with",
    (False, True): "ends_with",
    (True, True): "is",
}


class Input(msgspec.Struct, frozen=True):
    query: dict[str, Any]
    """The condition in its JSON form."""

    term: str = ""
    """The term or phrase; empty where there are alternatives or a wildcard."""


def read_input(code: str) -> Input:
    refuse_templates(code)
    if not code.endswith("=>"):
        raise CannotMap("the line must end with =>; put the instructions on lines of their own")
    terms = [_term(text) for text in _alternatives(code.removesuffix("=>").strip())]
    kind, first = terms[0]
    if any(other != kind for other, _ in terms):
        raise CannotMap(
            "alternatives must all have the same quotes, and all or none a wildcard;"
            " write a rule for each"
        )
    if len(terms) > 1:
        mapped = Input({kind: [value for _, value in terms]})
    else:
        mapped = Input({kind: first}, term="" if kind == "matches" else first)
    check(read_condition, {"query": mapped.query})
    return mapped


def _alternatives(text: str) -> list[str]:
    """`a OR b`, taken apart."""
    tokens = _PARENTHESIS.sub(r" \1 ", text).split()
    # Parentheses alone are text, as in tv (55 zoll).
    if not {"AND", "OR", "NOT"}.intersection(tokens):
        return [text]
    if {"AND", "NOT", "(", ")"}.intersection(tokens):
        raise CannotMap(
            "of boolean inputs only a OR b can be mapped, without AND, NOT and parentheses;"
            " a pattern in query.matches may say what is meant"
        )
    texts = [" ".join(group) for is_or, group in groupby(tokens, "OR".__eq__) if not is_or]
    if tokens.count("OR") != len(texts) - 1:
        raise CannotMap("OR needs words on both sides")
    return texts


def _term(text: str) -> tuple[str, str]:
    """The kind of condition on the query, and its value."""
    at_start = text.startswith('"')
    text = text[1:].strip() if at_start else text
    at_end = text.endswith('"') and not text.endswith('\\"')
    text = text[:-1].strip() if at_end else text
    stem = before("*", text)
    if stem == text:
        return _KINDS[at_start, at_end], read_phrase(text)
    if at_end or text != f"{stem}*":
        raise CannotMap('* may only stand at the very end, and without a " behind it')
    return "matches", _wildcard_pattern(stem, at_start)


def _wildcard_pattern(stem: str, at_start: bool) -> str:
    phrase = read_phrase(stem)
    if stem != stem.rstrip() or not words(phrase.split()[-1]):
        raise CannotMap("* needs the beginning of a word before it")
    # Querqy's * is one character or more. RE2's \b and \w know ASCII only: \böl\w* finds no
    # query that begins with öl, and \bsofa finds schlaf-sofa.
    start = "^" if at_start else "(?:^| )"
    return f"{start}{' '.join(re.escape(word) for word in words(phrase))}[^ ]"
