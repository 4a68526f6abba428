"""Marks the lists that were typing, and takes the mark back where something is done with one after
all. What a list counts changes with its mark: the counting step calls this in its transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from app.features.log_repository import add_counts, read_events_of, read_lists
from app.features.usage_counts import correct_usage
from ranking.examination import ExaminationCurves
from ranking.tallies import INFERRED, Tally, add_list
from ranking.typeahead import MOST, SECONDS, TypedList, takes_the_place

ACTS = sorted(INFERRED)
"""What shows that a list was used; that it was seen is no act."""

_SAME_SHOPPER = (
    "b.client_id = r.client_id and r.client_id <> ''",
    "b.session_id = r.session_id and b.session_id <> '' and r.client_id = '' and b.client_id = ''",
)
"""When two lists are of one shopper: where no client is named, the session tells. Each has an
index."""

_BEFORE = text(
    " union ".join(
        f"""
        select before.query_id from ranking_events r
        cross join lateral (
            select b.query_id from ranking_events b
            where {same} and b.at < r.at and b.at >= r.at - make_interval(secs => :seconds)
                and b.changed_in < :counted_to
            order by b.at desc, b.query_id desc limit :most
        ) before
        where r.query_id = any(:lists)
        """  # noqa: S608 (texts of this module)
        for same in _SAME_SHOPPER
    )
)


def lists_before(connection: Connection, list_ids: Sequence[str], counted_to: int) -> list[str]:
    """Those whose place one of these may have taken, of transactions before `counted_to`."""
    parameters: dict[str, Any] = {
        "lists": list(list_ids),
        "seconds": SECONDS,
        "most": MOST,
        "counted_to": counted_to,
    }
    return list(connection.execute(_BEFORE, parameters).scalars())


def mark_typing(
    connection: Connection,
    curves: ExaminationCurves,
    list_ids: Sequence[str],
    counted_from: int,
    counted_to: int,
    forgotten: str | None = None,
) -> None:
    """Look again at these lists, as of the rows of transactions before `counted_to`, and correct
    the counts where it turns out otherwise than it was marked; lists of transactions from
    `counted_from` on are not counted yet. What a client did who is being forgotten does not matter
    any more, and was taken back from the counts before."""
    changed = change_marks(connection, list_ids, counted_to, forgotten)
    if not changed:
        return
    parameters = {"ids": list(changed), "from": counted_from}
    counted = list(connection.execute(_COUNTED, parameters).scalars())
    done = read_events_of(connection, counted, forgotten)
    tally: Tally = {}
    for list_id, stored in read_lists(connection, counted, curves).items():
        add_list(tally, stored.shown, done.get(list_id, ()), -1 if changed[list_id] else 1)
    add_counts(connection, tally)


def change_marks(
    connection: Connection,
    list_ids: Sequence[str],
    counted_to: int,
    forgotten: str | None = None,
) -> dict[str, bool]:
    """The marks, and what was asked and which rules fired, but not the counts of behaviour.
    Returns the lists whose mark changed, and what it is now."""
    changed = _misjudged(connection, list_ids, counted_to, forgotten)
    if changed:
        connection.execute(_MARK, {"ids": list(changed), "marks": list(changed.values())})
        correct_usage(connection, [n for n, typing in changed.items() if typing], -1)
        correct_usage(connection, [n for n, typing in changed.items() if not typing], 1)
    return changed


def _misjudged(
    connection: Connection, list_ids: Sequence[str], counted_to: int, forgotten: str | None
) -> dict[str, bool]:
    parameters: dict[str, Any] = {
        "ids": list(list_ids),
        "acts": ACTS,
        "forgotten": forgotten,
        "seconds": SECONDS,
        "most": MOST,
        "counted_to": counted_to,
    }
    later: dict[str, list[TypedList]] = {}
    for row in connection.execute(_AFTER, parameters):
        later.setdefault(row.replaced, []).append(typed_list(row))
    found: dict[str, bool] = {}
    for row in connection.execute(_LISTS, {**parameters, "followed": list(later)}):
        shown = typed_list(row)
        typing = not row.acted and any(
            takes_the_place(other, shown) for other in later.get(row.query_id, ())
        )
        if typing != row.typing:
            found[row.query_id] = typing
    return found


def typed_list(row: Row[Any]) -> TypedList:
    return TypedList(row.at, row.query, row.first, row.sort, row.item_keys, row.final)


_LISTS = text(
    """
    select query_id, typing, at, query, first, sort, item_keys, final,
        exists (
            select 1 from interaction_events e
            where e.list_id = r.query_id and e.action = any(:acts)
                and e.client_id is distinct from :forgotten
        ) as acted
    from ranking_events r
    where query_id = any(:ids) and (query_id = any(:followed) or typing)
    """
)

_AFTER = text(
    " union all ".join(
        f"""
        select r.query_id as replaced,
            later.at, later.query, later.first, later.sort, later.item_keys, later.final
        from ranking_events r
        cross join lateral (
            select * from ranking_events b
            where {same} and b.at > r.at and b.at <= r.at + make_interval(secs => :seconds)
                and b.changed_in < :counted_to
            order by b.at, b.query_id limit :most
        ) later
        where r.query_id = any(:ids) and not r.final
        """  # noqa: S608 (texts of this module)
        for same in _SAME_SHOPPER
    )
)

_MARK = text(
    """
    update ranking_events r set typing = found.typing
    from unnest(cast(:ids as text[]), cast(:marks as boolean[])) as found (query_id, typing)
    where r.query_id = found.query_id
    """
)

_COUNTED = text(
    "select query_id from ranking_events where query_id = any(:ids) and changed_in < :from"
)
