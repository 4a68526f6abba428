"""What was asked and which rules fired, of lists that may have been typing: counted from the log
once it is known that they were not. All others are counted as they are answered
(`app/rules/usage.py`), so that no list is counted twice."""

from collections.abc import Sequence

from sqlalchemy import Connection, TextClause, text

from app.db.locks import Lock, take_turn
from app.features.progress import USAGE, note_progress, read_progress
from ranking.typeahead import SECONDS

SETTLE_SECONDS = SECONDS + 1.0
"""After which the list that takes another's place is stored: it follows within `SECONDS`, and is
written a quarter of a second later."""


def settle_usage(connection: Connection, counted_to: int, seconds: float = SETTLE_SECONDS) -> None:
    """Count the lists that were stored so long ago, in the transaction that has counted the log's
    rows of transactions before `counted_to`. What becomes known of a list later still is corrected
    (`correct_usage`)."""
    seen = read_progress(connection, USAGE)
    span = {"seen": seen, "counted_to": counted_to, "seconds": seconds}
    to: int = connection.execute(_SETTLED, span).scalar_one()
    between = {"seen": seen, "to": to, "sign": 1}
    if to <= seen or not connection.execute(_ANY, between).scalar_one():
        return
    take_turn(connection, Lock.USAGE)
    for statement in _count("changed_in >= :seen and changed_in < :to and not typing"):
        connection.execute(statement, between)
    note_progress(connection, to, USAGE)


def correct_usage(connection: Connection, list_ids: Sequence[str], sign: int) -> None:
    """Add lists that were left out as typing and are none, or with `sign` -1 take back what turned
    out to be typing; those that are not counted yet are left alone."""
    if not list_ids:
        return
    seen = read_progress(connection, USAGE)
    given = {"ids": list(list_ids), "seen": seen, "sign": sign}
    take_turn(connection, Lock.USAGE)
    for statement in _count("changed_in < :seen and query_id = any(:ids)"):
        connection.execute(statement, given)
    if sign < 0:
        connection.execute(text("delete from rule_usage where fired <= 0"))
        connection.execute(text("delete from query_counts where asked <= 0"))


# The first transaction with a list of which it is not known yet whether it was typing.
_SETTLED = text(
    """
    with uncounted as (
        select min(stored_at) as since from ranking_events where changed_in >= :counted_to
    )
    select least(
        cast(:counted_to as bigint),
        (
            select min(changed_in) from ranking_events
            where changed_in >= :seen and stored_at >
                least(now(), (select since from uncounted)) - make_interval(secs => :seconds)
        )
    )
    """
)
_ANY = text(
    """
    select exists (
        select 1 from ranking_events where changed_in >= :seen and changed_in < :to
    )
    """
)


def _count(which: str) -> tuple[TextClause, TextClause]:
    """Of lists that may have been typing, their first pages, as `app/rules/usage.py` counts all
    others."""
    lists = f"""
        select query, total, at, (at at time zone 'UTC')::date as day, applied_rules
        from ranking_events
        where source = 'search' and not final and (client_id <> '' or session_id <> '')
            and query <> '' and first = 0 and {which}
    """  # noqa: S608 (texts of this module)
    return (
        text(
            f"""
            insert into rule_usage as known (rule_id, day, query, fired, last_at)
            select rule_id, day, query, cast(:sign as bigint) * count(*), max(at)
            from ({lists}) as l cross join unnest(applied_rules) as rule_id
            group by rule_id, day, query
            on conflict (rule_id, day, query) do update set
                fired = known.fired + excluded.fired,
                last_at = greatest(known.last_at, excluded.last_at)
            """  # noqa: S608 (as above)
        ),
        text(
            f"""
            insert into query_counts as known (query, asked, last_at)
            select query, cast(:sign as bigint) * count(*), max(at) from ({lists}) as l
            where total > 0 group by query
            on conflict (query) do update set
                asked = known.asked + excluded.asked,
                last_at = greatest(known.last_at, excluded.last_at)
            """  # noqa: S608 (as above)
        ),
    )
