"""What each session was about lately: the last few actions of each, the newest first, kept for as
many sessions as memory is given for."""

from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import numpy as np

from ranking.behaviour import Interest
from ranking.behaviour_definitions import Session
from ranking.behaviour_sums import Traits

MAX_SESSIONS = 50_000


class SessionAction(NamedTuple):
    """Ordered by when it was done, then by its row."""

    at: float
    """Seconds since 1970."""
    key: int
    item_key: int
    weight: float


class SessionInterests:
    """Not safe to use from several threads. The session that was idle longest makes room."""

    def __init__(self, definition: Session, most: int = MAX_SESSIONS) -> None:
        self._definition = definition
        self._most = most
        self._sessions: OrderedDict[str, list[SessionAction]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def note(self, session_id: str, action: str, at: float, key: int, item_key: int) -> None:
        """`at` in seconds since 1970. In any order, and any number of times."""
        weight = self._definition.weights.get(action, 0.0)
        if not session_id or not weight:
            return
        done = SessionAction(at, key, item_key, weight)
        actions = self._sessions.setdefault(session_id, [])
        if done not in actions:
            insort(actions, done)
            del actions[: -self._definition.actions]
        self._sessions.move_to_end(session_id)
        if len(self._sessions) > self._most:
            self._sessions.popitem(last=False)

    def items(self) -> set[int]:
        """All that something was done with."""
        return {done.item_key for actions in self._sessions.values() for done in actions}

    def forget(self, session_ids: Iterable[str]) -> None:
        for session_id in session_ids:
            self._sessions.pop(session_id, None)

    def drop_old(self, now: datetime) -> None:
        """Let go of sessions that no longer say anything."""
        oldest = now.timestamp() - 3600 * self._definition.hours
        for session_id in [s for s, done in self._sessions.items() if done[-1].at <= oldest]:
            del self._sessions[session_id]

    def interest(self, session_id: str, now: datetime, traits: Callable[[int], Traits]) -> Interest:
        """What the session was about at that moment, by today's catalogue."""
        actions = self._sessions.get(session_id)
        if not actions:
            return Interest()
        oldest = now.timestamp() - 3600 * self._definition.hours
        latest = [done for done in reversed(actions) if done.at > oldest]
        items = [traits(done.item_key) for done in latest]
        fading = self._definition.decay ** np.arange(len(latest))
        return Interest(
            weights=np.array([done.weight for done in latest]) * fading,
            brands=np.array([item.brand for item in items], np.int64),
            categories=np.array([item.category for item in items], np.int64),
        )
