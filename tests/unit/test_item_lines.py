"""A streamed body becomes lines, whatever its chunks."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.items.lines import BrokenStream, Line, LineSplitter, Unpacker


def lines_of(chunks: list[bytes], max_line: int = 100) -> list[Line]:
    splitter = LineSplitter(max_line)
    found = [line for chunk in chunks for line in splitter.feed(chunk)]
    return found + list(splitter.finish())


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_lines_do_not_depend_on_the_chunks(data: bytes, size: int) -> None:
    assert lines_of(chunked(data, size), 10_000) == lines_of([data], 10_000)


def test_lines_keep_their_numbers_over_blank_ones() -> None:
    assert lines_of([b"a\n\n  \r\nb"]) == [Line(1, b"a"), Line(4, b"b")]


def test_long_line_is_cut_and_the_next_one_read() -> None:
    found = lines_of(chunked(b"x" * 5_000 + b"\nnext\n", 7), max_line=100)

    assert [(line.number, line.too_long) for line in found] == [(1, True), (2, False)]
    assert len(found[0].data) <= 2_000
    assert found[1].data == b"next"


def test_line_of_exactly_the_limit_is_taken() -> None:
    assert lines_of([b"x" * 100 + b"\n"]) == [Line(1, b"x" * 100)]
    assert lines_of([b"x" * 101 + b"\n"])[0].too_long


@given(st.binary(max_size=2_000), st.integers(1, 100), st.booleans())
def test_gzip_is_unpacked_whatever_its_chunks(data: bytes, size: int, twice: bool) -> None:
    packed = gzip.compress(data) + (gzip.compress(data) if twice else b"")
    unpacker = Unpacker()

    unpacked = b"".join(part for chunk in chunked(packed, size) for part in unpacker.feed(chunk))
    unpacker.finish()

    assert unpacked == data * (2 if twice else 1)


def test_small_body_that_unpacks_to_a_large_one_comes_in_pieces() -> None:
    packed = gzip.compress(b"0" * 20_000_000)

    assert max(len(part) for part in Unpacker().feed(packed)) <= 256 * 1024


@pytest.mark.parametrize("cut", [1, 5, 12, -4, -1])
def test_gzip_that_ends_in_the_middle_is_said(cut: int) -> None:
    unpacker = Unpacker()
    list(unpacker.feed(gzip.compress(b"some lines\n" * 100)[:cut]))

    with pytest.raises(BrokenStream, match="ends in the middle"):
        unpacker.finish()


def test_what_is_no_gzip_is_said() -> None:
    with pytest.raises(BrokenStream, match="broken"):
        list(Unpacker().feed(b"no gzip at all"))
