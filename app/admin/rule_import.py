"""What an import of rules holds, read from the body of its request."""

from typing import Any

import msgspec

from app.admin.errors import UnreadableImport
from app.rules.draft import Changes
from rules.errors import InvalidRules, Problem
from rules.parse import parse_rules
from rules.querqy import Unmapped, read_querqy

MAX_IMPORT_BYTES = 32 * 2**20


class Incoming(msgspec.Struct, frozen=True):
    rules: tuple[dict[str, Any], ...]
    unmapped: tuple[Unmapped, ...] = ()


class ImportReport(Changes, frozen=True):
    """`unmapped` lists what Querqy can say and these rules cannot, by line."""

    unmapped: tuple[Unmapped, ...] = ()

    @classmethod
    def of(cls, changes: Changes, incoming: Incoming) -> "ImportReport":
        return cls(**msgspec.structs.asdict(changes), unmapped=incoming.unmapped)


def read_import(body: bytes, content_type: str) -> Incoming:
    """Raises `UnreadableImport`, and `InvalidRules` with every problem."""
    if content_type.partition(";")[0].strip().lower() == "text/plain":
        return _from_querqy(body)
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableImport(
            f"the body is no JSON: {error}; Querqy's rules are sent as text/plain"
        ) from error
    parse_rules(raw)
    rules = raw["rules"] if isinstance(raw, dict) else raw
    return Incoming(tuple(rules))


def _from_querqy(body: bytes) -> Incoming:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableImport(f"the body is no text in UTF-8: {error}") from error
    read = read_querqy(text)
    if not read.rules and not read.unmapped:
        raise InvalidRules((Problem("$", "holds no rule"),))
    return Incoming(read.rules, read.unmapped)
