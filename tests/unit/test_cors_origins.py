"""Whose pages may call what shoppers' browsers call, and what that is."""

import pytest

from app.cross_origin import is_open
from app.settings import InvalidSetting, read_settings


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({}, ("*",)),
        ({"ENDCAP_PUBLIC_SEARCH": "false"}, ()),
        ({"ENDCAP_CORS_ORIGINS": "none"}, ()),
        ({"ENDCAP_CORS_ORIGINS": "*", "ENDCAP_PUBLIC_SEARCH": "false"}, ("*",)),
        ({"ENDCAP_CORS_ORIGINS": "https://shop.example"}, ("https://shop.example",)),
        (
            {"ENDCAP_CORS_ORIGINS": "https://shop.example, http://localhost:8080"},
            ("https://shop.example", "http://localhost:8080"),
        ),
    ],
)
def test_origins_are(given: dict[str, str], allowed: tuple[str, ...]) -> None:
    assert read_settings(given).allowed_origins == allowed


@pytest.mark.parametrize(
    "given",
    ["shop.example", "https://shop.example/", "https://shop.example/path", "ftp://x", "all"],
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(InvalidSetting, match="ENDCAP_CORS_ORIGINS"):
        read_settings({"ENDCAP_CORS_ORIGINS": given})


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("/1/indexes/*/queries", True),
        ("/1/events", True),
        ("/v1/search", True),
        ("/v1/search/", True),
        ("/v1/events", True),
        ("/v1/searches", False),
        ("/v1/items", False),
        ("/v1/clients/ann", False),
        ("/v1/admin/rules", False),
        ("/1", False),
        ("/", False),
    ],
)
def test_paths_open_to_other_origins(path: str, opened: bool) -> None:
    assert is_open(path) is opened
