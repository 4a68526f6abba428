"""Quantities: one token whatever their spelling, and none where a number only looks like one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.bm25_encoder import Bm25Encoder
from indexing.units import _SPELLINGS, quantities, quantity_tokens, with_quantities

ENCODER = Bm25Encoder()


@pytest.mark.parametrize(
    "spellings",
    [
        ["15.6 inch", '15.6"', "15.6''", "15.6″", "15.6”", "15.6-inch", "15,6 in", "15.6in",
         "15.60 inches", "15.6 INCH", "15.6-in", "15.6\u00a0inch", '15.6 "', "015.6 inch(es)"],
        ["2tb", "2 TB", "2.0 TB", "2-terabyte", "2,0 terabytes", "2TB"],
        ["1.7 L", "1,7l", "1.7 litres", "1.7-liter"],
        ["10 pc(s)", "10 pcs", "10pc", "10 pieces", "10-piece"],
        ["1,000 GB", "1000gb", "1000 gigabytes"],
        ["1,250,000 m", "1.250.000 m", "1250000m"],
        ["1.250,5 kg", "1,250.5 kg", "1250.5kg"],
        ["0,250 kg", "0.25 kg"],
        ["16 A", "16A", "16a", "16 amps"],
        ["5 g", "5 grams"],
        ["1000 Mbit/s", "1000Mbps"],
        ["90 g/m²", "90gsm", "90 g/m2"],
    ],
    ids=lambda spellings: spellings[0],
)  # fmt: skip
def test_quantity_has_one_token_whatever_its_spelling(spellings: list[str]) -> None:
    tokens = {tuple(quantity_tokens(f"a {spelling}, b")) for spelling in spellings}

    assert len(tokens) == 1
    assert len(tokens.pop()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("1000 GB", "1 TB"), ("15.6 inch", "156 inch"), ("2 m", "2 mm"), ("2 W", "2 Wh"),
     ("1,2 m", "12 m"), ("1.05 m", "1.5 m")],
)  # fmt: skip
def test_different_quantities_have_different_tokens(one: str, other: str) -> None:
    assert quantity_tokens(one) != quantity_tokens(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('43.2 cm (17") 4 GB DDR2', ["43.2 cm", '17"', "4 GB"]),
        ("1.5m, 2.4 GHz, 230V, 60 W, 5000mAh, 1200 dpi", [
            "1.5m", "2.4 GHz", "230V", "60 W", "5000mAh", "1200 dpi"]),
        ("26 in/660 mm depth.", ["26 in", "660 mm"]),
        ("18 in x 150 ft", ["18 in", "150 ft"]),
        ("27.6 in. Deep", ["27.6 in"]),
        ("19-in. LCD", ["19-in"]),
        ("32 in tv", ["32 in"]),
        ("a 15.6 in", ["15.6 in"]),
        ('10-30" screen', ['30"']),
        ("97x42.3 mm", ["42.3 mm"]),
        ("2x1TB", ["1TB"]),
        ("1333MHz,4GB", ["1333MHz", "4GB"]),
        ("3000VA/2700W", ["3000VA", "2700W"]),
        ('"Pro" 17" screen', ['17"']),
        ('17"WXGA', ['17"']),
    ],
)  # fmt: skip
def test_quantities_are_found_where_they_stand(text: str, found: list[str]) -> None:
    assert [text[quantity.start : quantity.end] for quantity in quantities(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "2 in 1", "3-in-1", "4-in-1 USB", "2in1", "2in 1", "10 in stock", "5 in a row",
        "size 8 in black", "2 in, 4 out", "2 in/4 out", "bluetooth 5.0 in-ear", "8 in/out",
        "WH-1000XM4", "USB 3.0 A", "USB 2 A to B", "i5-8250U", "i7-2640M", "DR-230CL", "RS-80 m",
        "802.11g", "5G phone", "4g", "10 a day", "5-a-side", "windows 10 pc", "24 w/ battery",
        "6 GB/s", "10 m/s", "3.5 m/f", "2.5 mm²", "1.2.3 m", "1,2,3 m", ".5 m", "x5m", "5mx",
        '"iphone 11" case', "“iphone 11” case", '11 "Pro"', "1234567890123456 m", "12-V-100", "3d",
        "1080p", "24/7", "٣ m", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_quantity_is_none(text: str) -> None:
    assert quantities(text) == ()
    assert with_quantities(text) == text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('laptop 15.6", 2 TB!', "laptop quantityinch15p6, quantityterabyte2!"),
        ('17"WXGA', "quantityinch17 WXGA"),
        ("2x1TB", "2x quantityterabyte1"),
    ],
)
def test_query_has_the_token_in_place_of_the_quantity(query: str, expected: str) -> None:
    assert with_quantities(query) == expected


NUMBERS = st.decimals(0, 99_999, allow_nan=False, places=2).map(str)
UNITS = st.sampled_from(
    [spelling for all_of in _SPELLINGS.values() for spelling in all_of.split() if len(spelling) > 2]
)


@given(NUMBERS, UNITS, st.sampled_from(["", " ", "-"]))
def test_token_is_one_word_to_bm25_and_no_quantity_itself(number: str, unit: str, gap: str) -> None:
    (token,) = quantity_tokens(f"{number}{gap}{unit}")

    (term,) = ENCODER.encode_query(token).indices
    assert term not in ENCODER.encode_query(f"{number}{gap}{unit}").indices
    assert quantities(f"{token} m") == ()


@given(
    st.one_of(st.text(max_size=80), st.text(alphabet="0123456789., -\"'inmgbx()/sA", max_size=80))
)
def test_a_query_is_changed_in_its_quantities_alone(text: str) -> None:
    found = quantities(text)
    changed = with_quantities(text)

    assert with_quantities(changed) == changed
    assert [token for token in quantity_tokens(text) if token not in changed] == []
    if not found:
        assert changed == text


@pytest.mark.parametrize(
    "part",
    ["1", "1.", "1,", "1 ", "1x", "1-", "a-1m-", "1a", '1"', '"1"', "1''", "1 in ", "1 in,",
     "1 in x ", "1,000", "1.000", "1 a ", "mm", "1 g/m", "1(s)", "1m/", "1in 1",
     "'", "\u2010", "é1"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "1", "m", '"', " in"])
def test_hostile_text_takes_time_by_its_length(part: str, end: str) -> None:
    text = part * (20_000 // len(part)) + end
    started = time.process_time()

    with_quantities(text)

    assert time.process_time() - started < 0.5
