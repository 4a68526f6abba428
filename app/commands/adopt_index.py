"""`endcap adopt-index`: a database that was moved takes back the index that it had before; only
whoever runs it knows that the old database is gone."""

from contextlib import ExitStack

import click
from sqlalchemy import Engine

from app.commands.failures import CommandFailed
from app.commands.progress import say
from app.db.identity import identify, take_back
from app.db.locks import Lock, take_turn
from app.db.opening import open_database
from app.index_opening import open_collections
from app.items.indexers import is_indexed_elsewhere
from app.settings import Settings
from indexing.collections import CollectionInfo, ForeignIndex


def run_adopt_index(settings: Settings) -> None:
    with ExitStack() as stack:
        say("Starting PostgreSQL" if settings.database_url is None else "Connecting")
        engine = open_database(settings, stack)
        adopt_index(settings, engine)


def adopt_index(settings: Settings, engine: Engine) -> None:
    """Raises `CommandFailed` and leaves all as it is where there is nothing to adopt."""
    with engine.connect() as connection:
        if is_indexed_elsewhere(connection):
            raise CommandFailed("a service or a worker is running; stop it first")
    identity = identify(engine, settings)
    if not identity.copied_from:
        raise CommandFailed("this database is not a copy of another: there is nothing to adopt")
    live = _live_of(settings, identity.copied_from)
    if live is None:
        raise CommandFailed(
            "the database that this one is a copy of has no index here: there is nothing to adopt"
        )
    left_over = _left_over(settings, identity.id)
    with engine.begin() as connection:
        take_turn(connection, Lock.INDEX_SWITCH)
        take_back(connection)
    click.echo(
        f"the index {live.name} is this database's own again; the next `endcap serve` compares it "
        "with the items"
    )
    if left_over:
        click.echo(f"no longer used, and to be deleted: {', '.join(left_over)}")


def _live_of(settings: Settings, owner: str) -> CollectionInfo | None:
    collections = open_collections(settings, owner)
    try:
        return collections.live()
    except ForeignIndex:
        return None
    finally:
        collections.close()


def _left_over(settings: Settings, owner: str) -> list[str]:
    """What this database has made since under names of its own."""
    if settings.qdrant_url is None:
        return []
    collections = open_collections(settings, owner)
    try:
        return [info.name for info in collections.all()]
    except ForeignIndex:
        return []
    finally:
        collections.close()
