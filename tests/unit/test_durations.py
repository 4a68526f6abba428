"""Spans of time as settings and options have them."""

from datetime import timedelta

import pytest

from app.durations import parse_duration
from app.settings import InvalidSetting, read_settings


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        (" 1.5 D ", timedelta(hours=36)),
    ],
)
def test_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "6", "h", "6 hours", "-1h", "0h", "1e3s", "9999999s", "١h"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a number with s, m, h or d"):
        parse_duration(text)


def test_setting_is_read_and_a_wrong_one_named() -> None:
    assert read_settings({"ENDCAP_TRAIN_EVERY": "6h"}).train_every == timedelta(hours=6)
    assert read_settings({}).train_every is None

    with pytest.raises(InvalidSetting, match="ENDCAP_TRAIN_EVERY: expected a number with s, m, h"):
        read_settings({"ENDCAP_TRAIN_EVERY": "daily"})


def test_tracking_server_is_a_web_address() -> None:
    url = "http://mlflow:5000"

    assert read_settings({"ENDCAP_MLFLOW_URL": url}).mlflow_url == url
    with pytest.raises(InvalidSetting, match="ENDCAP_MLFLOW_URL"):
        read_settings({"ENDCAP_MLFLOW_URL": "sqlite:///runs.db"})
