"""Hits as Algolia's records: the item's fields, and the texts with the query's words marked."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.instantsearch.errors import BadParameter
from app.instantsearch.marking import Marking, Part, marked_parts, whole_text
from app.instantsearch.parameters import Parameters
from app.search.schemas import Hit, HitItem
from indexing.filters import attribute_name

TEXTS = ("title", "description", "brand", "categories")
"""What is highlighted where nothing is said."""

_SNIPPET_WORDS = 10
Record = dict[str, Any]


def records_of(
    hits: Sequence[Hit], parameters: Parameters, query_id: str | None
) -> tuple[Record, ...]:
    """Raises `BadParameter`."""
    snippets = _snippet_lengths(parameters.attributes_to_snippet)
    marking = Marking.of(parameters)
    records = []
    for hit in hits:
        record = record_of(hit.item, parameters.attributes_to_retrieve)
        if hit.variants:
            record["variants"] = msgspec.to_builtins(hit.variants)
        if highlighted := _highlighted(hit, parameters.attributes_to_highlight, marking):
            record["_highlightResult"] = highlighted
        if snipped := _snipped(hit, snippets, marking):
            record["_snippetResult"] = snipped
        record["__position"] = hit.position
        if query_id is not None:
            record["__queryID"] = query_id
        records.append(record)
    return tuple(records)


def record_of(item: HitItem, wanted: Sequence[str]) -> Record:
    """`*` is all, `-name` leaves out. An attribute of the shop's own may be named as it is or as
    `attributes.<name>`, and stays inside `attributes`."""
    whole: Record = msgspec.to_builtins(item)
    whole = {"objectID": whole["id"], **whole}
    left_out = {name[1:] for name in wanted if name.startswith("-")}
    chosen = [name for name in wanted if not name.startswith("-")]
    if "*" not in chosen and (chosen or not left_out):
        whole = _only(whole, chosen)
    return _but(whole, left_out) if left_out else whole


def _only(whole: Record, names: Sequence[str]) -> Record:
    kept: Record = {"objectID": whole["objectID"]}
    attributes: Mapping[str, Any] = whole["attributes"]
    for name in names:
        inner = attribute_name(name) or name
        if name in whole:
            kept[name] = whole[name]
        elif inner in attributes:
            kept.setdefault("attributes", {})[inner] = attributes[inner]
    return kept


def _but(whole: Record, names: set[str]) -> Record:
    kept = {name: value for name, value in whole.items() if name not in names - {"objectID"}}
    if "attributes" in kept:
        inner = {attribute_name(name) or name for name in names}
        kept["attributes"] = {k: v for k, v in kept["attributes"].items() if k not in inner}
    return kept


def _highlighted(hit: Hit, wanted: Sequence[str], marking: Marking) -> Record:
    found: Record = {}
    for name in dict.fromkeys(n for w in wanted for n in (TEXTS if w == "*" else (w,))):
        if name == "categories":
            found[name] = [marking.highlight([Part(c)]) for c in hit.item.categories]
        elif (parts := _parts(hit, name)) is not None:
            _put(found, name, marking.highlight(parts))
    return found


def _snipped(hit: Hit, lengths: Mapping[str, int], marking: Marking) -> Record:
    found: Record = {}
    for name, words in lengths.items():
        if (parts := _parts(hit, name)) is not None:
            _put(found, name, marking.snippet(parts, words))
    return found


def _parts(hit: Hit, name: str) -> list[Part] | None:
    """None where the item has no such text."""
    if name in ("title", "description", "brand"):
        text: str = getattr(hit.item, name)
        if name in hit.highlights:
            return whole_text(text, marked_parts(hit.highlights[name]))
        return [Part(text)] if text else []
    value = hit.item.attributes.get(attribute_name(name) or name)
    return [Part(value)] if isinstance(value, str) else None


def _put(found: Record, name: str, result: object) -> None:
    if name in ("title", "description", "brand"):
        found[name] = result
    else:
        found.setdefault("attributes", {})[attribute_name(name) or name] = result


def _snippet_lengths(wanted: Sequence[str]) -> dict[str, int]:
    """By attribute, how many words: `description:30`, or ten where it is not said."""
    lengths: dict[str, int] = {}
    for asked in wanted:
        name, _, count = asked.rpartition(":") if ":" in asked else (asked, "", "")
        if count and not (count.isascii() and count.isdigit() and 0 < int(count[:6]) <= 1_000):
            raise BadParameter(
                "attributesToSnippet", f"expected attribute:words, got {asked!r:.60}"
            )
        for each in ("title", "description", "brand") if name == "*" else (name,):
            lengths[each] = int(count[:6]) if count else _SNIPPET_WORDS
    return lengths
