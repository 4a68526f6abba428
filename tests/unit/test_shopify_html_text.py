"""Descriptions in HTML become text: words stay apart, what is not for reading goes."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.webhooks.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Plain words", "Plain words"),
        ("<p>Soft wool.</p><p>Wash cold.</p>", "Soft wool.\nWash cold."),
        ("<p>One\n  line\tin the\r\nsource</p>", "One line in the source"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<ul><li>red<li>blue</ul>", "red\nblue"),
        ("<td>Width</td><td>3 cm</td>", "Width\n3 cm"),
        ("un<b>believ</b>able <em>offer</em>", "unbelievable offer"),
        ("Salt &amp; pepper &#8211; 5&nbsp;g &euro;3", "Salt & pepper – 5 g €3"),
        ("&lt;b&gt; stays text", "<b> stays text"),
        ("a<!-- secret <p> -->b", "ab"),
        ("a<!-- never closed <p>b", "a"),
        ("<style>p { color: red }</style>Seen", "Seen"),
        ("<script>if (a < b) { '</p>' }</script>Seen", "Seen"),
        ("<SCRIPT>never closed", ""),
        ("<iframe src='https://video.example'/>Seen", "Seen"),
        ("<svg><title>Icon</title><path d='M0'/></svg>Seen", "Seen"),
        ('<p title="a > b">Seen</p>', "Seen"),
        ('<a href="x>Seen</a> too', "Seen too"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("<!DOCTYPE html><?xml ?><![if !mso]>Seen<![endif]>", "Seen"),
        ("cut within a tag <p class=", "cut within a tag"),
        ("<p></p>\n<p>&nbsp;</p>", ""),
        ("&#" + "9" * 5_000 + ";", "\ufffd"),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert html_to_text(html, 1_000) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (14, "one two three"),
        (13, "one two three"),
        (12, "one two"),
        (7, "one two"),
        (5, "one"),
        (2, "on"),
    ],
)
def test_text_too_long_is_cut_between_two_words(length: int, text: str) -> None:
    assert html_to_text("<p>one <i>two</i> three</p>", length) == text


@pytest.mark.parametrize(
    "part",
    [
        "<a ",
        "<!--",
        "<!",
        "</",
        "<",
        "<![",
        "<?",
        "<a b='",
        '<a b="',
        "<svg>",
        "<script>",
        "&#",
        "&",
    ],
)
def test_time_grows_no_faster_than_broken_html(part: str) -> None:
    start = time.process_time()

    html_to_text(part * (300_000 // len(part)), 20_000)

    assert time.process_time() - start < 5  # a second at most; squared, it would be minutes


pieces = st.sampled_from(["<p>", "</p>", "<b", ">", "<", "'", '"', "<!--", "-->", "&amp;", "/>"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(html=st.lists(pieces | st.text(max_size=5)).map("".join), length=st.integers(1, 30))
def test_any_text_at_all_is_read_and_never_longer_than_asked(html: str, length: int) -> None:
    text = html_to_text(html, length)

    assert len(text) <= length
    assert text == text.strip()
