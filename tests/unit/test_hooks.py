"""Which addresses webhooks may have."""

import pytest

from app.tasks.errors import InvalidHook
from app.tasks.hooks import check_url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://shop.example/x", "http://"),
        ("shop.example/x", "http://"),
        ("//shop.example/x", "http://"),
        (" https://shop.example/", "http://"),
        ("http:///x", "no host"),
        ("http://shop example/x", "no host"),
        ("https://ana:secret@shop.example/", "password"),
        ("https://ana@shop.example/", "password"),
        ("https://shop.example:0/", "port"),
        ("https://shop.example:99999/", "port"),
        ("https://shop.example:http/", "cannot be read"),
        ("https://shop.example/\x00", "cannot be read"),
        ("https://shop.example/\nx", "cannot be read"),
        ("https://shop.example/\ud800", "cannot be read"),
        ("https://xn--/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://shop.example/" + "x" * 2_000, "2,021 characters"),
    ],
)
def test_url_that_cannot_be_posted_to_is_refused(url: str, says: str) -> None:
    with pytest.raises(InvalidHook) as refused:
        check_url(url)

    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "http://127.0.0.1:8080/hook?shop=1",
        "http://[::1]:65535/",
        "https://bücher.example/ä?ö",
        "HTTPS://shop.example/" + "x" * 1_900,
    ],
)
def test_url_that_can_be_posted_to_is_taken(url: str) -> None:
    check_url(url)
