"""Tells receivers of tasks that have ended, and again later where they did not take it."""

import asyncio
import logging
import random
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import msgspec
from sqlalchemy import Connection, Engine

from app.following import keep_refreshing
from app.tasks.errors import HookNotFound, TaskNotFound
from app.tasks.hook_deliveries import (
    Delivery,
    claim_due,
    hooks_with_due,
    note_delivered,
    note_failed,
    put_back,
)
from app.tasks.hook_post import Answer, Outcome, make_client, post
from app.tasks.hooks import MAX_HOOKS, Receiver, read_receiver
from app.tasks.repository import read_task

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
AT_ONCE = 8
"""Messages that are on their way to one receiver."""

LEASE_SECONDS = 60.0
"""Longer than it takes to post by far; whoever died with a message is relieved of it after so
long."""

BACKOFF: tuple[float, ...] = (5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0, 86_400.0)
"""Seconds after each attempt that failed; after one more it is given up."""

AGAIN_SECONDS = 5.0
"""Until it is looked again whether a task has ended that was taken for ended before."""

JITTER = 0.2
"""A pause is longer by up to this share, or all would come back to a receiver at once."""


class Message(msgspec.Struct, frozen=True):
    """What is posted, as Standard Webhooks has it."""

    type: str
    timestamp: datetime
    """When it happened, the same with each attempt."""
    data: Any


class _Outgoing(NamedTuple):
    delivery: Delivery
    message_id: str
    body: bytes


class HookSender:
    """Several may run at once, in any processes. Each receiver is told by a thread of its own, so
    that a slow one holds up nobody else; while one is told, no transaction is open."""

    def __init__(self, engine: Engine, backoff: Sequence[float] = BACKOFF) -> None:
        self._engine = engine
        self._backoff = tuple(backoff)
        # Reading the certificates takes longer than most messages.
        self._tls = httpx.create_ssl_context()
        self._telling: dict[int, Future[None]] = {}

    def follow(self, stop: threading.Event) -> None:
        """Tell whoever is to be told until told to stop, and then wait for those who are being
        told, ten seconds at most; runs in a thread of its own."""
        # More than there are webhooks, since those that were deleted may still be told something.
        with ThreadPoolExecutor(2 * MAX_HOOKS, "hooks") as threads:
            keep_refreshing(
                lambda: self._look(threads, stop), "webhooks to send", LOOK_SECONDS, stop
            )

    def tell(self, hook_id: int, stop: threading.Event) -> int:
        """Send all that one receiver is due to be told now; returns how many attempts it took."""
        attempts = 0
        while not stop.is_set():
            with self._engine.begin() as connection:
                claimed = claim_due(connection, hook_id, AT_ONCE, LEASE_SECONDS)
                if not claimed:
                    break
                try:
                    receiver = read_receiver(connection, hook_id)
                except HookNotFound:  # deleted just now, and what was claimed with it
                    break
                outgoing = [_outgoing(connection, hook_id, delivery) for delivery in claimed]
            outcomes = asyncio.run(self._post_all(receiver, [o for o in outgoing if o is not None]))
            with self._engine.begin() as connection:
                for delivery, outcome in outcomes:
                    self._conclude(connection, delivery, outcome)
            attempts += len(outcomes)
        return attempts

    async def test(self, receiver: Receiver) -> Answer:
        """Send a message that tells of nothing, once."""
        message = Message("webhook.test", datetime.now(UTC), {"webhook_id": receiver.hook_id})
        message_id = f"test_{receiver.hook_id}_{secrets.token_hex(8)}"
        async with make_client(self._tls) as client:
            outcome = await post(client, receiver, message_id, msgspec.json.encode(message))
        return outcome.answer

    def pause_after(self, attempts: int, outcome: Outcome) -> float | None:
        """Seconds until the next attempt, None where there is none."""
        if outcome.gone or attempts > len(self._backoff):
            return None
        wanted = max(self._backoff[attempts - 1], outcome.retry_after)
        return wanted * random.uniform(1.0, 1.0 + JITTER)  # noqa: S311 (nothing to guess)

    def _look(self, threads: ThreadPoolExecutor, stop: threading.Event) -> None:
        with self._engine.connect() as connection:
            due = hooks_with_due(connection)
        self._telling = {h: told for h, told in self._telling.items() if not told.done()}
        for hook_id in due:
            if hook_id not in self._telling:
                self._telling[hook_id] = threads.submit(self._try_to_tell, hook_id, stop)

    def _try_to_tell(self, hook_id: int, stop: threading.Event) -> None:
        try:
            self.tell(hook_id, stop)
        except Exception:  # what was claimed is claimed again when its lease has ended
            logger.exception("cannot tell webhook %s; trying again", hook_id)

    async def _post_all(
        self, receiver: Receiver, outgoing: Sequence[_Outgoing]
    ) -> list[tuple[Delivery, Outcome]]:
        async with make_client(self._tls) as client:
            outcomes = await asyncio.gather(
                *(post(client, receiver, o.message_id, o.body) for o in outgoing)
            )
        return [(o.delivery, outcome) for o, outcome in zip(outgoing, outcomes, strict=True)]

    def _conclude(self, connection: Connection, delivery: Delivery, outcome: Outcome) -> None:
        answer = outcome.answer
        if answer.delivered:
            note_delivered(connection, delivery)
            return
        pause = self.pause_after(delivery.attempts, outcome)
        reason = answer.error or "not delivered"
        note_failed(connection, delivery, reason, pause)
        if pause is None:
            logger.warning("gave up to tell a webhook of task %s: %s", delivery.task_id, reason)


def _outgoing(connection: Connection, hook_id: int, delivery: Delivery) -> _Outgoing | None:
    """None where there is nothing to tell: the task is forgotten, or has not ended after all."""
    try:
        task = read_task(connection, delivery.task_id)
    except TaskNotFound as error:
        note_failed(connection, delivery, str(error), None)
        return None
    if task.finished_at is None:
        # It was taken for abandoned, and has gone on since; its real end queues nothing anew.
        put_back(connection, delivery, AGAIN_SECONDS)
        return None
    message = Message(f"task.{task.status}", task.finished_at, task)
    # The same with each attempt, so that a receiver knows a message that it has already.
    message_id = f"task_{task.id}_hook_{hook_id}"
    return _Outgoing(delivery, message_id, msgspec.json.encode(message))
