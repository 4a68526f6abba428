"""Feeds row by row: JSON lines and CSV, plain and gzip, and the ways in which they are broken."""

import gzip
import zlib
from pathlib import Path

import msgspec
import pytest

from indexing.errors import InvalidFeed
from indexing.feeds import MAX_LINE_BYTES, FeedFormat, FeedRow, feed_format, read_feed


def rows(folder: Path, content: bytes, kind: FeedFormat = "jsonl") -> list[FeedRow]:
    path = folder / "feed"
    path.write_bytes(content)
    return list(read_feed(path, kind))


def csv_rows(folder: Path, content: str | bytes) -> list[FeedRow]:
    return rows(folder, content.encode() if isinstance(content, str) else content, "csv")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("items.jsonl", "jsonl"),
        ("items.ndjson", "jsonl"),
        ("items.json", "jsonl"),
        ("ITEMS.JSONL.GZ", "jsonl"),
        ("items.csv", "csv"),
        ("items.2026-11-24.csv.gz", "csv"),
    ],
)
def test_name_tells_the_format(name: str, kind: FeedFormat) -> None:
    assert feed_format(Path(name)) == kind


@pytest.mark.parametrize("name", ["items", "items.xml", "items.gz", "items.csv.zip", ".gz"])
def test_name_that_tells_nothing_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(InvalidFeed, match=r"cannot tell the format of .*under \[feed\]"):
        feed_format(Path(name))


def test_json_lines_keep_their_line_numbers_across_blank_lines(tmp_path: Path) -> None:
    found = rows(tmp_path, b'{"id": "1"}\n\n  \r\n{"id": "2"}\r\n{"id": "3"}')

    assert [(row.line, row.data) for row in found] == [
        (1, {"id": "1"}),
        (4, {"id": "2"}),
        (5, {"id": "3"}),
    ]
    assert found[1].raw == '{"id": "2"}'


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id": "1"', "not a JSON object: "),
        (b"[1, 2]", "not a JSON object: Expected `object`, got `array`"),
        (b"null", "not a JSON object: Expected `object`, got `null`"),
        (b'{"id": "\xff"}', "not a JSON object: 'utf-8' codec can't decode"),
        (b'{"id": "\\ud800x"}', "not a JSON object: "),
        (b'{"price": NaN}', "not a JSON object: "),
        (b'{"price": 1e999}', "not a JSON object: Number out of range"),
        (b'{"id": "1"}\x00', "not a JSON object: "),
        (b"id;title", "not a JSON object: "),
        (b'{"a":' + b"[" * 200_000, "not a JSON object: nested too deep"),
        (b'{"a":' * 200_000, "not a JSON object: nested too deep"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_line_that_is_no_json_object_is_one_bad_row_among_good_ones(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    bad, good = rows(tmp_path, line + b'\n{"id": "2"}\n')

    assert bad.line == 1
    assert bad.problem is not None
    assert bad.problem.startswith(problem)
    assert bad.data == {}
    assert bad.raw == line.decode(errors="replace")
    assert good == FeedRow(2, '{"id": "2"}', {"id": "2"})


def test_line_that_is_too_long_is_skipped_to_its_end(tmp_path: Path) -> None:
    long = b'{"id": "' + b"x" * (MAX_LINE_BYTES + 2 * 2**20) + b'"}\n'

    bad, good = rows(tmp_path, long + b'{"id": "2"}\n')

    assert bad == FeedRow(1, "", problem=f"the line is over {MAX_LINE_BYTES} bytes long")
    assert (good.line, good.data) == (2, {"id": "2"})


def test_longest_line_is_still_read(tmp_path: Path) -> None:
    frame = b'{"id": ""}\n'
    longest = b'{"id": "' + b"x" * (MAX_LINE_BYTES - len(frame)) + b'"}\n'

    found = rows(tmp_path, longest + b"\n" * 2 + b'{"id": "2"}')

    assert [row.problem for row in found] == [None, None]
    assert found[1].line == 4


def test_line_longer_by_its_line_end_alone_does_not_swallow_the_next(tmp_path: Path) -> None:
    line = b"x" * MAX_LINE_BYTES + b"\n"

    found = rows(tmp_path, line + b'{"id": "2"}\n')

    assert [row.line for row in found] == [1, 2]
    assert found[1].data == {"id": "2"}


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_byte_order_mark_of_windows_programs_is_no_problem(
    tmp_path: Path, kind: FeedFormat
) -> None:
    content = b'{"id": "1"}\n' if kind == "jsonl" else b"id\n1\n"

    found = rows(tmp_path, b"\xef\xbb\xbf" + content, kind)

    assert [row.data for row in found] == [{"id": "1"}]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_empty_file_has_no_rows(tmp_path: Path, kind: FeedFormat) -> None:
    assert rows(tmp_path, b"", kind) == []
    assert rows(tmp_path, gzip.compress(b""), kind) == []


def test_gzip_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    content = b'{"id": "1"}\n{"id": "2"}\n'

    packed = rows(tmp_path, gzip.compress(content))

    assert packed == rows(tmp_path, content)
    assert len(packed) == 2


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_truncated_gzip_gives_its_whole_rows_before_the_error(
    tmp_path: Path, kind: FeedFormat
) -> None:
    lines = [f'{{"id": "{n}", "hash": "{zlib.crc32(b"%d" % n)}"}}' for n in range(20_000)]
    if kind == "csv":
        lines = ["id,hash", *(f"{n},{zlib.crc32(b'%d' % n)}" for n in range(20_000))]
    packed = gzip.compress("\n".join(lines).encode())
    path = tmp_path / "feed.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found: list[FeedRow] = []

    with pytest.raises(InvalidFeed, match="the gzip stream breaks off after line") as caught:
        found.extend(read_feed(path, kind))

    assert 1_000 < len(found) < 20_000
    assert [row.data["id"] for row in found[:2]] == ["0", "1"]
    assert all(row.problem is None for row in found)
    assert f"after line {found[-1].line}:" in str(caught.value)


def test_damaged_gzip_is_named_with_its_file(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b'{"id": "1"}\n' * 100))
    packed[-6] ^= 0xFF

    with pytest.raises(InvalidFeed, match=r"feed: the gzip stream breaks off"):
        rows(tmp_path, bytes(packed))


def test_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidFeed, match=r"gone\.jsonl: No such file"):
        list(read_feed(tmp_path / "gone.jsonl", "jsonl"))
    with pytest.raises(InvalidFeed, match="Is a directory"):
        list(read_feed(tmp_path, "jsonl"))


def test_csv_cells_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, 'id,title\n1,"27"" screen, black"\n2,"two\nlines"\n3,plain\n')

    assert [row.data for row in found] == [
        {"id": "1", "title": '27" screen, black'},
        {"id": "2", "title": "two\nlines"},
        {"id": "3", "title": "plain"},
    ]
    assert [row.line for row in found] == [2, 4, 5]


def test_blanks_around_column_names_are_no_part_of_them(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, "id, title\n1,Lamp\n")

    assert found[0].data == {"id": "1", "title": "Lamp"}


def test_csv_row_with_a_wrong_number_of_cells_is_one_bad_row_as_it_came(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, 'id,title\n1,Lamp,extra,"more, even"\n2\n\n3,Chair\n')

    assert [row.problem for row in found] == [
        "the row has more cells than the header",
        "the row has fewer cells than the header",
        None,
    ]
    assert [row.raw for row in found] == ['1,Lamp,extra,"more, even"', "2", "3,Chair"]
    assert [row.data for row in found] == [{}, {}, {"id": "3", "title": "Chair"}]


def test_csv_row_in_another_encoding_is_one_bad_row(tmp_path: Path) -> None:
    bad, good = csv_rows(tmp_path, "id,title\n1,Gerät\n".encode("latin-1") + "2,Gerät\n".encode())

    assert bad.problem == "not UTF-8"
    assert bad.raw == "1,Ger?t"
    assert good.data == {"id": "2", "title": "Gerät"}


@pytest.mark.parametrize(
    "content", ["id,größe\n1,2\n".encode("latin-1"), "id,title\n1,Lamp\n".encode("utf-16")]
)
def test_csv_header_in_another_encoding_ends_the_reading(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidFeed, match="the header is not UTF-8"):
        csv_rows(tmp_path, content)


def test_csv_cell_that_never_ends_is_an_error_that_names_the_last_good_line(
    tmp_path: Path,
) -> None:
    with pytest.raises(InvalidFeed, match="not readable as CSV after line 2: field larger"):
        csv_rows(tmp_path, 'id,title\n1,Lamp\n2,"' + "x" * (MAX_LINE_BYTES + 1))


def test_rows_come_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b'{"id": "1"}\n' * 3)
    stream = read_feed(path, "jsonl")

    first = next(stream)
    stream.close()  # type: ignore[attr-defined]

    assert first.data == {"id": "1"}


def test_big_whole_number_survives_reading(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, b'{"ean": 4006381333931000000000000000}')

    assert row.data == {"ean": 4006381333931000000000000000}
    assert msgspec.json.decode(row.raw) == row.data
