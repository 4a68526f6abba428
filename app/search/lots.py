"""Lots that come out the same in every process and on every page, drawn by hashing: who takes part
in what, and the seeds of what is drawn for them."""

import hashlib
from datetime import UTC, datetime

from indexing.queries import SearchQuery
from ranking.events import normal_query


def lot(*parts: str) -> int:
    """64 bits, evenly spread; the same parts give the same."""
    digest = hashlib.blake2b("\x00".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def share_of(drawn: int) -> float:
    """The lot as a number from 0 up to, but not, 1."""
    return (drawn >> 11) / float(1 << 53)


def shopper_of(query: SearchQuery) -> str:
    """By whom lots are drawn; empty for a shopper whom nobody names."""
    return query.client_id or query.session_id


def visit_lot(purpose: str, query: SearchQuery, now: datetime) -> int:
    """One for each purpose, shopper, text and day (UTC)."""
    day = now.astimezone(UTC).date().isoformat()
    return lot(purpose, shopper_of(query), normal_query(query.text), day)
