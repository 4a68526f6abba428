"""The instructions of a rule, such as `UP(10): * brand:Sony`, as instructions of the grammar."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from rules.instruction_parser import MAX_FACTOR, read_instructions
from rules.querqy.inputs import Input
from rules.querqy.lines import refuse_templates
from rules.querqy.phrases import read_plain_phrase
from rules.querqy.raw_queries import read_number, read_raw_query
from rules.querqy.unmapped import CannotMap, check

_CALL = re.compile(r"(\w+)\s*(?:\(([^)]*)\)\s*)?(?::(.*))?", re.DOTALL)
_KEY = re.compile(r"[\w.\-]+")
_REDIRECT = re.compile(r"redirect(?:[,\s](.*))?", re.IGNORECASE | re.DOTALL)


class _Call(msgspec.Struct, frozen=True):
    """`NAME(parameter): value`, taken apart."""

    name: str
    parameter: str | None
    value: str


def is_instruction(code: str) -> bool:
    """Whether it has the form and the name of one that is known."""
    return _call(code) is not None


def read_instruction(code: str, given: Input) -> dict[str, Any]:
    """The instruction in its JSON form; `given` is the input that it stands below."""
    refuse_templates(code)
    call = _call(code)
    if call is None:
        raise CannotMap(
            f"not an instruction; known are {', '.join(_MAPPINGS)}, as in SYNONYM(0.5): sofa"
        )
    if call.parameter is not None and call.name in ("FILTER", "DELETE"):
        raise CannotMap(f"{call.name} takes nothing in parentheses; remove them")
    if not call.value and call.name != "DELETE":
        raise CannotMap(f"{call.name} needs a value behind a colon")
    instruction = _MAPPINGS[call.name](call, given)
    try:
        check(read_instructions, [instruction])
    except RecursionError:
        raise CannotMap("its JSON nests too deep; make it flatter") from None
    return instruction


def _call(code: str) -> _Call | None:
    found = _CALL.fullmatch(code)
    if found is None or found[1].upper() not in _MAPPINGS:
        return None
    return _Call(found[1].upper(), found[2], (found[3] or "").strip().replace("\\#", "#"))


def _amount(call: _Call) -> float:
    if call.parameter is None:
        return 1
    amount = read_number(call.parameter.strip())
    if amount is None:
        raise CannotMap(f"{call.name} takes a number in parentheses, as in {call.name}(0.5)")
    return amount


def _synonym(call: _Call, given: Input) -> dict[str, Any]:
    """From the input to the synonym and not back, as in Querqy."""
    if not given.term:
        raise CannotMap("a synonym needs an input without OR and wildcard; write a rule for each")
    terms = [given.term, read_plain_phrase(call.value)]
    return {"synonym": {"terms": terms, "weight": _amount(call), "one_way": True}}


def _shift(kind: str, call: _Call, _: Input) -> dict[str, Any]:
    """`UP(n)` and `DOWN(n)` multiply the odds by 1 + n, at most 1000; without n by 2. Querqy adds
    n to scores of whatever scale the search engine has, so no factor is the same thing: this one
    keeps the order of strengths, and 0 as no effect."""
    condition = read_raw_query(call.value, example=f"{call.name}(10): * brand:Sony")
    by = min(1 + _amount(call), MAX_FACTOR)
    if not by > 1:
        raise CannotMap(f"{call.name} needs a number above 0 in parentheses")
    return {kind: {"filter": condition, "by": by}}


def _filter(call: _Call, _: Input) -> dict[str, Any]:
    return {"filter": read_raw_query(call.value, example="FILTER: * brand:Sony")}


def _delete(call: _Call, given: Input) -> dict[str, Any]:
    """Without words the input goes as it stands, with words each of them on its own."""
    if call.value:
        words = dict.fromkeys(call.value.split())
        return {"remove_words": [read_plain_phrase(word) for word in words]}
    if not given.term:
        raise CannotMap("say which words go, as in DELETE: cheap")
    return {"remove_words": [given.term]}


def _decorate(call: _Call, _: Input) -> dict[str, Any]:
    if call.parameter is not None:
        if not _KEY.fullmatch(call.parameter):
            raise CannotMap("the key in parentheses takes letters, digits, _, . and -")
        return {"data": {call.parameter: _data(call.value)}}
    redirect = _REDIRECT.fullmatch(call.value)
    if redirect:
        return {"redirect": (redirect[1] or "").strip()}
    return {"data": {"decorate": _data(call.value)}}


def _data(text: str) -> Any:
    """The value where the text is JSON that can be written again, else the text."""
    try:
        value = msgspec.json.decode(text)
        msgspec.json.encode(value)
    except (ValueError, OverflowError, RecursionError):
        return text
    return value


_MAPPINGS: Mapping[str, Callable[[_Call, Input], dict[str, Any]]] = {
    "SYNONYM": _synonym,
    "UP": partial(_shift, "boost"),
    "DOWN": partial(_shift, "bury"),
    "FILTER": _filter,
    "DELETE": _delete,
    "DECORATE": _decorate,
}
