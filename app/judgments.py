"""Judgments in Postgres: what models were trained on last, and what a rebuild is measured by."""

from sqlalchemy import Connection, delete, select

from app.db.tables import judgments
from indexing.documents import ItemId
from ranking.judgments import Judgments


def store_judgments(connection: Connection, given: Judgments) -> None:
    """In place of those that were stored."""
    connection.execute(delete(judgments))
    rows = [
        {"query": query, "item_id": item_id, "grade": grade}
        for query, grades in given.by_query.items()
        for item_id, grade in grades.items()
    ]
    if rows:
        connection.execute(judgments.insert(), rows)


def stored_judgments(connection: Connection) -> Judgments:
    by_query: dict[str, dict[ItemId, int]] = {}
    rows = connection.execute(select(judgments).order_by(judgments.c.query, judgments.c.item_id))
    for row in rows:
        by_query.setdefault(row.query, {})[ItemId(row.item_id)] = int(row.grade)
    return Judgments(by_query)
