"""The lines of a log of User Behavior Insights: what each is, and how they are read from a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from app.events.errors import UnreadableEvents
from app.items.lines import BrokenStream, Line, LineSplitter, Unpacker

KINDS = ("ubi_events", "ubi_queries")
Kind = Literal["events", "queries", "other lines"]
_GZIP = b"\x1f\x8b"
_CHUNK = 256 * 1024
_ABSENT = msgspec.Raw()


class _Marks(msgspec.Struct):
    """By which a line without a name in front is known."""

    action_name: msgspec.Raw = _ABSENT
    query_id: msgspec.Raw = _ABSENT
    user_query: msgspec.Raw = _ABSENT


def kind_of(line: Line) -> tuple[Kind, bytes]:
    """With the JSON text of it: what stands behind the name and a tab, or all of it."""
    name, tab, rest = line.data.partition(b"\t")
    if tab and name == b"ubi_events":
        return "events", rest
    if tab and name == b"ubi_queries":
        return "queries", rest
    try:
        marks = msgspec.json.decode(line.data, type=_Marks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # What it would have been nobody knows; why it cannot be read is told as of an event.
        return ("events" if line.data.lstrip().startswith(b"{") else "other lines"), line.data
    searched = bytes(marks.query_id) or bytes(marks.user_query)
    return ("queries" if searched and not bytes(marks.action_name) else "events"), line.data


def read_batches(file: Path, size: int) -> Iterator[list[Line]]:
    """Plain or gzip, whichever it begins as. Raises `UnreadableEvents` behind the last line that
    could be read."""
    batch: list[Line] = []
    try:
        for line in _lines(file):
            batch.append(line)
            if len(batch) == size:
                yield batch
                batch = []
    except UnreadableEvents:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _lines(file: Path) -> Iterator[Line]:
    splitter, unpacker = LineSplitter(), Unpacker()
    with file.open("rb") as stream:
        packed = stream.read(len(_GZIP)) == _GZIP
        stream.seek(0)
        try:
            while chunk := stream.read(_CHUNK):
                for part in unpacker.feed(chunk) if packed else (chunk,):
                    yield from splitter.feed(part)
            if packed:
                unpacker.finish()
        except BrokenStream as error:
            raise UnreadableEvents(f"behind line {splitter.number}: {error}") from error
        yield from splitter.finish()
