"""Reads a catalogue feed row by row: JSON lines or CSV, plain or gzip, of any size."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal, cast

import msgspec

from indexing.errors import InvalidFeed

FeedFormat = Literal["jsonl", "csv"]
MAX_LINE_BYTES = 8 * 2**20


class FeedRow(msgspec.Struct, frozen=True):
    """One row; `problem` says why `data` could not be read, and then `data` is empty."""

    line: int
    raw: str
    data: dict[str, object] = {}
    problem: str | None = None


def feed_format(path: Path) -> FeedFormat:
    """By the file's name, with or without `.gz`; raises `InvalidFeed` for any other."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    match suffixes[-1:]:
        case [".jsonl" | ".ndjson" | ".json"]:
            return "jsonl"
        case [".csv"]:
            return "csv"
        case _:
            raise InvalidFeed(
                f"cannot tell the format of {path.name}: name it .jsonl or .csv (or .gz of these), "
                'or say format = "jsonl" or "csv" under [feed] in the mapping'
            )


def read_feed(path: Path, kind: FeedFormat) -> Iterator[FeedRow]:
    """Stream the rows; raises `InvalidFeed` where the file cannot be read on, after the rows
    before that place have been given."""
    line = 0
    try:
        with _open(path) as stream:
            for row in _csv_rows(stream) if kind == "csv" else _json_rows(stream):
                line = row.line
                yield row
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidFeed(
            f"{path}: the gzip stream breaks off after line {line}: {error}"
        ) from error
    except csv.Error as error:
        raise InvalidFeed(f"{path}: not readable as CSV after line {line}: {error}") from error
    except OSError as error:
        raise InvalidFeed(f"{path}: {error.strerror or error}") from error


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if compressed else path.open("rb")


def _json_rows(stream: IO[bytes]) -> Iterator[FeedRow]:
    for line, raw in _lines(stream):
        if raw is None:
            yield FeedRow(line, "", problem=f"the line is over {MAX_LINE_BYTES} bytes long")
            continue
        if line == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        text = raw.decode(errors="replace").rstrip("\r\n")
        if not text.strip():
            continue
        try:
            yield FeedRow(line, text, data=msgspec.json.decode(raw, type=dict[str, object]))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield FeedRow(line, text, problem=f"not a JSON object: {error}")
        except RecursionError:
            yield FeedRow(line, text, problem="not a JSON object: nested too deep")


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines, None in place of one that is too long to hold; its rest is skipped."""
    line = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        line += 1
        if len(raw) <= MAX_LINE_BYTES:
            yield line, raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(MAX_LINE_BYTES)
        yield line, None


def _csv_rows(stream: IO[bytes]) -> Iterator[FeedRow]:
    # Bytes that are no UTF-8 become lone surrogates, which no text of a shop holds, so that one
    # broken row can be told from the rest instead of ending the import.
    with io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="") as text:
        csv.field_size_limit(MAX_LINE_BYTES)
        reader = csv.reader(text)
        header = [name.strip() for name in next(reader, [])]
        if any(_broken(name) for name in header):
            raise csv.Error("the header is not UTF-8")
        for cells in reader:
            if not cells:
                continue
            problem = None
            if len(cells) > len(header):
                problem = "the row has more cells than the header"
            elif len(cells) < len(header):
                problem = "the row has fewer cells than the header"
            elif any(_broken(cell) for cell in cells):
                problem = "not UTF-8"
            data: dict[str, object] = {} if problem else dict(zip(header, cells, strict=True))
            yield FeedRow(reader.line_num, _written(cells), data=data, problem=problem)


def _written(cells: list[str]) -> str:
    """The row as CSV again; what was no UTF-8 shows as question marks."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue().encode(errors="replace").decode()


def _broken(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)
