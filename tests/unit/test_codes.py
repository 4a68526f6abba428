"""What looks like a code, and that it is one word to BM25 with and without its separators."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.bm25_encoder import Bm25Encoder
from indexing.codes import MAX_CODE_LENGTH, code_forms, code_tokens, is_code, joined

ENCODER = Bm25Encoder()


@pytest.mark.parametrize(
    "word",
    [
        "WH-1000XM4", "wh1000xm4", "006R90321", "dv7-1211ea", "i5-8250U", "SHM7110U/10",
        "KB.INT00.171", "0884420588030", "12345", "593-10239", "RJ-45", "h.264", "ABC_123",
        "550e8400-e29b-41d4-a716-446655440000",
    ],
)  # fmt: skip
def test_part_numbers_are_codes(word: str) -> None:
    assert is_code(word)


@pytest.mark.parametrize(
    "word",
    [
        "usb-c", "3d", "4k", "5g", "mp3", "s22", "2024", "lamp", "t-shirt", "15.6in", "2tb",
        "5000mAh", "24-inch", '17"', "1920x1080", "97x42.3", "10x15cm", "2.13", "12345.67",
        "10th", "1st", "16-port", "64-bit", "220-240", "62.5/125", "", "-", "a-", "-12345",
        "12345 6", "Ä12345", "x1" * MAX_CODE_LENGTH, "1" * (MAX_CODE_LENGTH + 1),
    ],
)  # fmt: skip
def test_words_names_and_measures_are_no_codes(word: str) -> None:
    assert not is_code(word)


def test_codes_are_found_between_punctuation_and_in_lists() -> None:
    text = 'Sony (WH-1000XM4), "wh1000xm3"; SKU:A-123-45 for XM3B0/XM4B0 and SHM7110U/10.'

    assert set(code_tokens(text)) == {
        "wh1000xm4", "wh1000xm3", "a12345", "xm3b0", "xm4b0", "xm3b0xm4b0", "shm7110u",
        "shm7110u10",
    }  # fmt: skip


def test_blanks_do_not_join() -> None:
    assert code_tokens("WH 1000XM4") == ["1000xm4"]


def test_forms_tell_what_stands_there_as_such() -> None:
    assert code_forms("WH-1000XM4 dv71211ea lamp") == (["dv71211ea"], ["wh1000xm4"])


CODES = st.from_regex(r"[A-Za-z0-9]{1,6}([-/._][A-Za-z0-9]{1,6}){0,3}", fullmatch=True).filter(
    is_code
)


@given(CODES)
def test_joined_form_is_one_word_to_bm25_whatever_its_case(code: str) -> None:
    (term,) = ENCODER.encode_query(joined(code)).indices

    assert ENCODER.encode_query(joined(code.upper())).indices == (term,)
    assert joined(joined(code)) == joined(code)


@given(CODES.filter(lambda code: "/" not in code))
def test_code_is_found_by_its_joined_form(code: str) -> None:
    assert code_tokens(f"the ({code}), too") == [joined(code)]


@pytest.mark.parametrize(
    "part", ["1a-", "1/", "12345/", "1x1.", "a1", "1", "-", "1.1_", "12é", "a-a", "1 "]
)
def test_hostile_text_takes_time_by_its_length(part: str) -> None:
    started = time.process_time()

    code_forms(part * (20_000 // len(part)))

    assert time.process_time() - started < 0.5
