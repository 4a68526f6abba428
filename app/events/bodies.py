"""Cuts the body of a call into the JSON texts of its events, each to be judged by itself: one
object, an array, or lines of JSON."""

import json
import re
from collections.abc import Iterator

import msgspec

from app.events.errors import TooManyEvents, UnreadableEvents
from app.items.lines import BrokenStream, Unpacker

MAX_BODY = 4 * 2**20
"""Bytes of a body as it is sent."""

MAX_UNPACKED = 16 * 2**20
MAX_EVENTS = 10_000

_SPACE = re.compile(r"[ \t\r\n]*")
_scan = json.JSONDecoder().raw_decode


def unpack(body: bytes) -> bytes:
    """Gzip. Raises `UnreadableEvents` and `TooManyEvents`."""
    unpacker, parts, size = Unpacker(), [], 0
    try:
        for part in unpacker.feed(body):
            parts.append(part)
            size += len(part)
            if size > MAX_UNPACKED:
                raise TooManyEvents(f"a body holds at most {MAX_UNPACKED:,} bytes when unpacked")
        unpacker.finish()
    except BrokenStream as error:
        raise UnreadableEvents(str(error)) from error
    return b"".join(parts)


def split_body(body: bytes, lines: bool) -> list[bytes]:
    """`lines`: the sender says that each line is an event, blank ones apart. Else an array is many
    events, and anything else one, or lines after all. Raises `UnreadableEvents` for an empty body,
    and `TooManyEvents`."""
    stripped = body.strip()
    if not stripped:
        raise UnreadableEvents("the body is empty; send an event, an array, or lines of JSON")
    if not lines and stripped.startswith(b"["):
        events = _of_array(stripped)
    elif lines or b"\n" in stripped:
        events = _of_lines(stripped, lines)
    else:
        events = [stripped]
    if len(events) > MAX_EVENTS:
        raise TooManyEvents(f"at most {MAX_EVENTS:,} events in one call, got {len(events):,}")
    return events


def _of_lines(body: bytes, said: bool) -> list[bytes]:
    if not said and _is_json(body):
        return [body]
    return [line for line in body.split(b"\n") if line.strip()]


def _is_json(body: bytes) -> bool:
    """One object may stand on several lines."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _of_array(body: bytes) -> list[bytes]:
    try:
        return [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError):
        return list(_before_the_break(body))


def _before_the_break(body: bytes) -> Iterator[bytes]:
    """An array with a mistake in it has good events before it, and behind it where it is of the
    kind that Python's own reader lets pass, such as NaN. From what nobody can read on, the rest is
    one piece, which will be refused."""
    text = body.decode(errors="replace")
    at = _next(text, 1)
    while at < len(text) and text[at] != "]":
        try:
            _, end = _scan(text, at)
        except (ValueError, RecursionError):
            yield text[at:].encode()
            return
        yield text[at:end].encode()
        at = _next(text, end)
        if text[at : at + 1] == ",":
            at = _next(text, at + 1)
        elif text[at : at + 1] != "]":
            yield text[at:].encode()
            return


def _next(text: str, at: int) -> int:
    """Behind the blanks."""
    blanks = _SPACE.match(text, at)
    return blanks.end() if blanks else at
