"""Takes back what one client's lists and events have added to the counts, before their rows are
deleted, so that counting all of the log again would give the same."""

from sqlalchemy import Connection, text

from app.features.attribution import find_lists
from app.features.counting import Move, recount
from app.features.examination_curves import read_curves
from app.features.log_repository import read_events
from app.features.progress import lock_progress
from app.features.typing_marks import mark_typing

_LISTS = text(
    "select query_id from ranking_events where client_id = :client and changed_in < :seen"
)
_EVENTS = text(
    "select key from interaction_events where client_id = :client and changed_in < :seen"
)
_OF_OTHERS = text(
    """
    select key from interaction_events
    where list_id = any(:lists) and client_id <> :client
    """
)
_SESSIONS = text(
    """
    select distinct session_id from interaction_events
    where client_id = :client and session_id <> ''
    """
)


def uncount_client(connection: Connection, client_id: str) -> list[str]:
    """Call in the transaction that then deletes the client's rows of both tables; no step counts
    until it ends. What others did with one of the client's lists stays, attributed anew. Returns
    the client's sessions, for caches to forget."""
    if not client_id:
        raise ValueError("nobody in particular cannot be forgotten")
    seen = lock_progress(connection)
    whose = {"client": client_id, "seen": seen}
    lists = list(connection.execute(_LISTS, whose).scalars())
    own = read_events(connection, list(connection.execute(_EVENTS, whose).scalars()))
    others = read_events(
        connection,
        list(connection.execute(_OF_OTHERS, {"lists": lists, "client": client_id}).scalars()),
    )
    found = find_lists(connection, [event.done.key for event in others], seen, client_id)
    curves = read_curves(connection)
    used = recount(
        connection,
        curves,
        [
            *(Move(event.done, event.attribution, None) for event in own),
            *(Move(event.done, event.attribution, found[event.done.key]) for event in others),
        ],
        gone_lists=set(lists),
    )
    mark_typing(connection, curves, sorted(used), seen, seen, forgotten=client_id)
    return list(connection.execute(_SESSIONS, {"client": client_id}).scalars())
