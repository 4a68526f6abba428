"""Forgets: one shopper, everywhere and at once, and all events that were kept long enough."""

import hashlib
from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import Connection, Engine, delete, text

from app.admin.audit_log import note
from app.db.tables import interaction_events, ranking_events
from app.events.recorder import ListRecorder
from app.features.forgetting import uncount_client

ForgetSessions = Callable[[Iterable[str]], None]
"""Has what this process keeps of a shopper's visits forgotten."""


class Forgotten(msgspec.Struct, frozen=True):
    """How many were stored or waited to be."""

    events: int
    lists: int


def forget_client(
    engine: Engine, lists: ListRecorder, client_id: str, actor: str, forget_sessions: ForgetSessions
) -> Forgotten:
    """All events and lists of one client, with what they were counted as. The audit has a hash of
    the id, by which who knows it can find the entry."""
    waiting = lists.forget(client_id)
    with engine.begin() as connection:
        sessions = uncount_client(connection, client_id)
        events = connection.execute(
            delete(interaction_events).where(interaction_events.c.client_id == client_id)
        ).rowcount
        stored = connection.execute(
            delete(ranking_events).where(ranking_events.c.client_id == client_id)
        ).rowcount
        forgotten = Forgotten(events, stored + waiting)
        about = f"client/{hash_of(client_id)}"
        note(connection, actor, "client.forget", about, after=msgspec.to_builtins(forgotten))
    forget_sessions(sessions)
    return forgotten


def hash_of(client_id: str) -> str:
    return hashlib.sha256(client_id.encode()).hexdigest()


def forget_old(connection: Connection, days: int) -> None:
    """What was stored so long ago, however long before it happened."""
    for table in (interaction_events, ranking_events):
        connection.execute(
            delete(table).where(table.c.stored_at < text("now() - make_interval(days => :days)")),
            {"days": days},
        )
