"""Posts one signed message to a receiver and says what became of it; called by `hook_sender`."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ssl import SSLContext
from time import monotonic

import httpx
import msgspec

from app.tasks.hooks import Receiver
from app.webhooks.signatures import sign

TIMEOUT_SECONDS = 10.0
"""For the whole of it: a receiver that sends a byte now and then would outwit the client's own."""

MAX_RESPONSE = 1_000
"""Bytes that are read of what a receiver says."""

MAX_RETRY_AFTER = timedelta(days=1)
_GONE = 410


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver said."""

    delivered: bool
    """Whether it said 2xx in time."""
    status: int | None = None
    """None where it did not answer."""
    body: str = ""
    """Its beginning."""
    error: str | None = None
    duration_ms: float = 0.0


class Outcome(msgspec.Struct, frozen=True):
    """An answer, and when and whether the receiver wants to be asked again."""

    answer: Answer
    retry_after: float = 0.0
    """Seconds."""
    gone: bool = False


def make_client(tls: SSLContext) -> httpx.AsyncClient:
    """Redirects are not followed: the key's holder has said where to, and nobody else does."""
    return httpx.AsyncClient(
        verify=tls,
        follow_redirects=False,
        timeout=TIMEOUT_SECONDS,
        headers={
            "user-agent": f"endcap/{version('endcap')}",
            # A little of it is read, and that could not be unpacked.
            "accept-encoding": "identity",
        },
    )


async def post(
    client: httpx.AsyncClient, receiver: Receiver, message_id: str, body: bytes
) -> Outcome:
    """Signed as of now."""
    began = monotonic()
    headers = sign(receiver.secret, message_id, datetime.now(UTC), body)
    headers["content-type"] = "application/json"
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            client.stream("POST", receiver.url, content=body, headers=headers) as response,
        ):
            said = await _beginning(response)
    except (TimeoutError, httpx.TimeoutException):
        return _unanswered(f"no answer within {TIMEOUT_SECONDS:g} seconds", began)
    except Exception as error:  # a name, a certificate, a protocol: there are many ways to fail
        reason = f"cannot be reached: {type(error).__name__}: {error}"[:500]
        return _unanswered(reason.rstrip(": "), began)
    status = response.status_code
    answer = Answer(
        delivered=response.is_success,
        status=status,
        body=said,
        error=None if response.is_success else _refusal(status, said),
        duration_ms=_since(began),
    )
    return Outcome(
        answer, read_retry_after(response.headers.get("retry-after", "")), status == _GONE
    )


def read_retry_after(value: str) -> float:
    """Seconds from now, a day at most; 0 where there is nothing that can be read."""
    most = MAX_RETRY_AFTER.total_seconds()
    if value.isascii() and value.isdecimal():
        # As a float, since int() refuses numbers of thousands of digits.
        return min(float(value), most)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if until.tzinfo is None:  # "-0000" says that nobody knows the zone
        until = until.replace(tzinfo=UTC)
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), most)


async def _beginning(response: httpx.Response) -> str:
    said = b""
    async for part in response.aiter_raw():
        said += part
        if len(said) >= MAX_RESPONSE:
            break
    return said[:MAX_RESPONSE].decode(errors="replace")


def _refusal(status: int, said: str) -> str:
    hint = "; redirects are not followed" if 300 <= status < 400 else ""
    return f"answered {status}{hint}{': ' if said else ''}{said[:200]}"


def _unanswered(reason: str, began: float) -> Outcome:
    return Outcome(Answer(delivered=False, error=reason, duration_ms=_since(began)))


def _since(began: float) -> float:
    return round((monotonic() - began) * 1_000, 1)
