"""`endcap features`: counts them again from the log, and shows those of one item."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, select, text

from app.commands.failures import CommandFailed
from app.commands.progress import progress_bar
from app.db.opening import open_database
from app.db.tables import items
from app.features.behaviour_cache import BehaviourCache
from app.features.housekeeping import KEPT_DAYS
from app.features.rebuild import rebuild
from app.items.repository import read_items
from app.settings import Settings
from indexing.documents import ItemKey
from ranking.behaviour import BEHAVIOUR
from ranking.facts import facts_of

_LOG = text("select (select count(*) from ranking_events)")


def run_rebuild(settings: Settings) -> None:
    """Beside a running service, whose counting waits meanwhile."""
    since = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    with ExitStack() as stack:
        engine = open_database(settings, stack)
        with engine.connect() as connection:
            lists = connection.execute(_LOG).scalar_one()
        with progress_bar("Counting the log", lists) as advance:
            done = rebuild(engine, advance, since=since)
    click.echo(
        f"{done.lists:,} lists and {done.events:,} events make {done.rows:,} rows of counts; "
        + (f"{done.corrected:,} were not as they should be" if done.corrected else "all were right")
    )


def run_show(settings: Settings, item_id: str, query: str, session_id: str) -> None:
    now = datetime.now(UTC)
    with ExitStack() as stack:
        engine = open_database(settings, stack)
        with engine.connect() as connection:
            key = _key(connection, item_id)
            item = read_items(connection, [key])[0].item
        cache = BehaviourCache(engine)
        cache.refresh()
        keys = np.array([key], np.int64)
        values = cache.features(query, keys, [facts_of(key, item)], session_id, now)[0]
        sums = cache.sums(query, key)
    table = Table(title=f"{item_id}: {item.title}", caption=f"query {query!r}" if query else None)
    for name in ("feature", "value", "what it is"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for name, value in zip(BEHAVIOUR.names, values, strict=True):
        table.add_row(name, f"{value:.4f}", BEHAVIOUR.texts[name])
    counted = Table(title="Counted")
    for name in ("", *(f"{metric} {days} d" for metric, days in BEHAVIOUR.columns)):
        counted.add_column(name, justify="right")
    for name, row in sums.items():
        counted.add_row(name, *(f"{value:g}" for value in row))
    console = Console(width=160)
    console.print(table)
    console.print(counted)


def _key(connection: Connection, item_id: str) -> ItemKey:
    key = connection.execute(select(items.c.key).where(items.c.id == item_id)).scalar()
    if key is None or not read_items(connection, [key]):
        raise CommandFailed(f"there is no item {item_id!r}")
    return ItemKey(key)
