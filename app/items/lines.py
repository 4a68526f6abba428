"""Cuts a streamed body into lines with bounded memory, through gzip where it is packed."""

import zlib
from collections.abc import Iterator

import msgspec

MAX_LINE = 1_000_000
"""Bytes of one document; a longer line is refused, and the next one read."""

KEPT_OF_LONG = 2_000
_UNPACKED_AT_ONCE = 256 * 1024


class Line(msgspec.Struct, frozen=True):
    number: int
    """From 1, blank lines counted."""
    data: bytes
    too_long: bool = False
    """Then `data` is only its beginning."""


class BrokenStream(Exception):
    """The body cannot be read on; the text says why."""


class LineSplitter:
    """Feed it chunks, then `finish`; both give the lines that have become whole."""

    def __init__(self, max_line: int = MAX_LINE) -> None:
        self._max_line = max_line
        self._rest = b""
        self._skipping = False
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        pieces = chunk.split(b"\n")
        for piece in pieces[:-1]:
            yield from self._end(piece)
        self._keep(pieces[-1])

    def finish(self) -> Iterator[Line]:
        """The last line may go without a line's end."""
        if self._rest:
            yield from self._end(b"")

    @property
    def number(self) -> int:
        """Of the last line that was given out."""
        return self._number

    def _keep(self, piece: bytes) -> None:
        if self._skipping:
            return
        self._rest += piece
        if len(self._rest) > self._max_line:
            self._skipping = True
            self._rest = self._rest[:KEPT_OF_LONG]

    def _end(self, piece: bytes) -> Iterator[Line]:
        self._keep(piece)
        data, too_long = self._rest.removesuffix(b"\r"), self._skipping
        self._rest, self._skipping = b"", False
        self._number += 1
        if data.strip():
            yield Line(self._number, data, too_long)


class Unpacker:
    """Gzip, piece by piece, so that a small body cannot become a large one in memory; several
    members behind each other are one stream, as gzip has it."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Raises `BrokenStream` where it is no gzip."""
        while chunk:
            if self._inflater.eof:
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._begun = True
            try:
                yield self._inflater.decompress(chunk, _UNPACKED_AT_ONCE)
            except zlib.error as error:
                raise BrokenStream(f"the gzip stream is broken: {error}") from error
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data

    def finish(self) -> None:
        """Raises `BrokenStream` where it ends in the middle."""
        if self._begun and not self._inflater.eof:
            raise BrokenStream("the gzip stream ends in the middle")
