"""When a receiver wants to be told again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import create_engine

from app.tasks.hook_post import Answer, Outcome, read_retry_after
from app.tasks.hook_sender import BACKOFF, JITTER, HookSender

DAY = 86_400.0
REFUSED = Answer(delivered=False, status=503)


@pytest.fixture
def sender() -> HookSender:
    return HookSender(create_engine("postgresql+psycopg://nowhere"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", 0.0),
        ("120", 120.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("٣", 0.0),
        ("1.5", 0.0),
        ("9" * 5_000, DAY),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Fri, 31 Dec 9999 23:59:59 -0900", DAY),
        ("Wed, 99 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_and_is_a_day_at_most(value: str, seconds: float) -> None:
    assert read_retry_after(value) == seconds


def test_retry_after_may_be_a_date() -> None:
    soon = datetime.now(UTC) + timedelta(minutes=10)

    assert 590 < read_retry_after(format_datetime(soon, usegmt=True)) <= 600


def test_pauses_grow_from_seconds_to_a_day_and_then_there_are_no_more(sender: HookSender) -> None:
    pauses = [sender.pause_after(attempts, Outcome(REFUSED)) for attempts in range(1, 9)]

    assert pauses[-1] is None
    for pause, planned in zip(pauses[:-1], BACKOFF, strict=True):
        assert pause is not None
        assert planned <= pause <= planned * (1 + JITTER)


def test_receiver_is_never_asked_again_earlier_than_it_said(sender: HookSender) -> None:
    later = sender.pause_after(1, Outcome(REFUSED, retry_after=900.0))
    earlier = sender.pause_after(4, Outcome(REFUSED, retry_after=1.0))

    assert later is not None
    assert later >= 900
    assert earlier is not None
    assert earlier >= 600


def test_receiver_that_is_gone_is_not_asked_again(sender: HookSender) -> None:
    assert sender.pause_after(1, Outcome(REFUSED, gone=True)) is None
