"""The `then` of a rule from its JSON form."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from indexing.documents import ItemId
from indexing.filters import ATTRIBUTE_PREFIX, Filter, attribute_name
from indexing.queries import MAX_PER_PAGE, parse_sort
from rules.model import (
    Banner,
    Boost,
    Bury,
    Data,
    Diversify,
    Hide,
    Instruction,
    Pin,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    SortBy,
    Synonym,
)
from rules.values import ValueReader

MAX_INSTRUCTIONS = 50
MAX_ITEM_IDS = 500
MAX_POSITION = 200
MAX_FACTOR = 1_000.0
MAX_PHRASES = 50
MAX_TERMS = 20
MAX_DATA_BYTES = 8_192
VARIETY_FIELDS = ("brand", "categories", "group_id")


def read_instructions(raw: object, path: str, reader: ValueReader) -> tuple[Instruction, ...]:
    """What is wrong is noted in the reader; then the rule must not be used."""
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_INSTRUCTIONS:
        reader.problem(path, f"expected a list of 1 to {MAX_INSTRUCTIONS} instructions")
        return ()
    read = [_instruction(entry, f"{path}[{n}]", reader) for n, entry in enumerate(raw)]
    return tuple(instruction for instruction in read if instruction is not None)


Reader = Callable[[Any, str, ValueReader], Instruction | None]


def _instruction(raw: object, path: str, reader: ValueReader) -> Instruction | None:
    if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in READERS:
        reader.problem(path, f"expected an object with one of {', '.join(READERS)}")
        return None
    kind, body = next(iter(raw.items()))
    return READERS[kind](body, f"{path}.{kind}", reader)


def _pin(raw: Any, path: str, reader: ValueReader) -> Pin | None:
    keys = {"item_id", "group_id", "position", "ignore_filters", "ignore_stock"}
    if not reader.is_object(raw, keys, path):
        return None
    if ("item_id" in raw) == ("group_id" in raw):
        reader.problem(path, "needs either item_id or group_id")
        return None
    item_id, group_id = ItemId(""), ""
    if "item_id" in raw:
        item_id = reader.item_id(raw["item_id"], f"{path}.item_id")
    else:
        group_id = reader.name(raw["group_id"], f"{path}.group_id")
    return Pin(
        position=reader.whole_number(raw.get("position", 1), f"{path}.position", 1, MAX_POSITION),
        item_id=item_id,
        group_id=group_id,
        ignore_filters=reader.flag(raw, "ignore_filters", path, default=False),
        ignore_stock=reader.flag(raw, "ignore_stock", path, default=False),
    )


def _hide(raw: Any, path: str, reader: ValueReader) -> Hide | None:
    if not reader.is_object(raw, {"item_ids", "filter"}, path):
        return None
    return Hide(*_target(raw, path, reader))


def _shift(
    kind: type[Boost] | type[Bury], raw: Any, path: str, reader: ValueReader
) -> Boost | Bury | None:
    if not reader.is_object(raw, {"item_ids", "filter", "by"}, path):
        return None
    by = reader.factor(raw.get("by"), f"{path}.by", MAX_FACTOR)
    return kind(by, *_target(raw, path, reader))


def _target(raw: Any, path: str, reader: ValueReader) -> tuple[tuple[ItemId, ...], Filter | None]:
    if ("item_ids" in raw) == ("filter" in raw):
        reader.problem(path, "needs either item_ids or filter")
        return (), None
    if "filter" in raw:
        return (), reader.filter(raw["filter"], f"{path}.filter")
    ids = reader.many(raw["item_ids"], f"{path}.item_ids", 1, MAX_ITEM_IDS, reader.item_id)
    return ids, None


def _restrict(raw: object, path: str, reader: ValueReader) -> Restrict | None:
    condition = reader.filter(raw, path)
    return None if condition is None else Restrict(condition)


def _replace_query(raw: object, path: str, reader: ValueReader) -> ReplaceQuery | None:
    reader.phrase(raw, path)
    return ReplaceQuery(" ".join(raw.split())) if isinstance(raw, str) else None


def _remove_words(raw: object, path: str, reader: ValueReader) -> RemoveWords:
    return RemoveWords(reader.one_or_many(raw, path, MAX_PHRASES, reader.phrase))


def _synonym(raw: Any, path: str, reader: ValueReader) -> Synonym | None:
    if not reader.is_object(raw, {"terms", "weight", "one_way"}, path):
        return None
    terms = reader.many(raw.get("terms"), f"{path}.terms", 2, MAX_TERMS, reader.phrase)
    if len(set(terms)) < len(terms):
        reader.problem(f"{path}.terms", "holds a term twice")
    return Synonym(
        terms,
        reader.share(raw.get("weight", 1), f"{path}.weight"),
        reader.flag(raw, "one_way", path, default=False),
    )


def _redirect(raw: object, path: str, reader: ValueReader) -> Redirect:
    return Redirect(reader.address(raw, path))


def _banner(raw: Any, path: str, reader: ValueReader) -> Banner | None:
    if not reader.is_object(raw, {"title", "text", "image_url", "url"}, path):
        return None
    links = {
        key: reader.address(raw[key], f"{path}.{key}")
        for key in ("image_url", "url")
        if raw.get(key, "") != ""
    }
    title = reader.text(raw, "title", path, required=True)
    return Banner(title=title, text=reader.text(raw, "text", path), **links)


def _data(raw: object, path: str, reader: ValueReader) -> Data | None:
    if not isinstance(raw, dict):
        reader.problem(path, "expected an object")
        return None
    try:
        encoded = msgspec.json.encode(raw)
    except UnicodeEncodeError:
        reader.problem(path, "holds half a character")
        return None
    except RecursionError:
        reader.problem(path, "nests too deep")
        return None
    if len(encoded) > MAX_DATA_BYTES:
        reader.problem(path, f"at most {MAX_DATA_BYTES} bytes of JSON, got {len(encoded)}")
    if b"\\u0000" in encoded:
        reader.problem(path, "holds a NUL character")
    return Data(raw)


def _sort_by(raw: object, path: str, reader: ValueReader) -> SortBy | None:
    sort = parse_sort(reader.sort(raw, path))
    if sort is None and raw == "relevance":
        reader.problem(path, "results are in the order of relevance anyway")
    return None if sort is None else SortBy(sort)


def _diversify(raw: Any, path: str, reader: ValueReader) -> Diversify | None:
    if not reader.is_object(raw, {"field", "max_per_page"}, path):
        return None
    field = reader.text(raw, "field", path, required=True)
    if field and field not in VARIETY_FIELDS and not attribute_name(field):
        known = ", ".join(VARIETY_FIELDS)
        reader.problem(f"{path}.field", f"expected {known} or {ATTRIBUTE_PREFIX}<name>")
    most = reader.whole_number(raw.get("max_per_page"), f"{path}.max_per_page", 1, MAX_PER_PAGE)
    return Diversify(field, most)


READERS: Mapping[str, Reader] = {
    "pin": _pin,
    "hide": _hide,
    "boost": partial(_shift, Boost),
    "bury": partial(_shift, Bury),
    "filter": _restrict,
    "replace_query": _replace_query,
    "remove_words": _remove_words,
    "synonym": _synonym,
    "redirect": _redirect,
    "banner": _banner,
    "data": _data,
    "sort": _sort_by,
    "diversify": _diversify,
}
"""By its name in the JSON form, what reads the body of an instruction."""
