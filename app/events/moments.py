"""Reads the times of events, which real logs write in more than one way."""

import re
from datetime import UTC, datetime, timedelta

AHEAD = timedelta(minutes=5)
"""So far a sender's clock may be ahead of ours."""

_DIGITS = re.compile(r"\d{11,15}")
_SECONDS_UP_TO = 1e11
"""Milliseconds below this are of the years before 1973: rather seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TooFarAhead(ValueError):
    """A time that has not come yet."""


def read_moment(given: str | float) -> datetime:
    """In UTC; a text without a zone is taken as UTC. Raises `ValueError` with what was expected."""
    if isinstance(given, str) and not _DIGITS.fullmatch(given):
        return _from_text(given)
    milliseconds = float(given)
    if 0 < milliseconds < _SECONDS_UP_TO:
        raise ValueError(f"expected milliseconds since 1970, got {given}, which looks like seconds")
    if not 0 <= milliseconds < 253_402_300_800_000:
        raise ValueError(f"expected milliseconds since 1970, got {given!r:.60}")
    return _EPOCH + timedelta(milliseconds=milliseconds)


def not_ahead(moment: datetime, now: datetime) -> datetime:
    """What is a little ahead happened now. Raises `TooFarAhead`."""
    if moment > now + AHEAD:
        minutes = AHEAD.seconds // 60
        raise TooFarAhead(
            f"more than {minutes} minutes ahead of the time here, {now:%Y-%m-%dT%H:%M:%SZ}"
        )
    return min(moment, now)


def _from_text(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"expected ISO 8601 or milliseconds since 1970, got {text!r:.60}"
        ) from None
    if moment < _EPOCH:
        raise ValueError(f"expected a time from 1970 on, got {text!r:.60}")
    return moment
