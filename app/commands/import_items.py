"""`endcap import-items`: the feed into Postgres, then Postgres into the index."""

from contextlib import ExitStack
from pathlib import Path

import click
from sqlalchemy import Engine

from app.commands.progress import progress_bar, say
from app.db.opening import open_database
from app.index_opening import refuse_foreign_index
from app.items.importer import Importer, ImportSummary
from app.items.indexers import is_indexed_elsewhere
from app.settings import Settings
from indexing.errors import IndexInUse
from indexing.mapping import identity_mapping, load_mapping


def run_import(
    settings: Settings, feed: Path, mapping: Path | None, rejects: Path | None, strict: bool
) -> int:
    """Returns the exit status: 1 when `strict` and a row was rejected."""
    used = identity_mapping() if mapping is None else load_mapping(mapping)
    rejects_file = rejects or settings.rejects_dir / f"{feed.name}.rejects.jsonl"
    with ExitStack() as stack:
        say("Starting PostgreSQL")
        engine = open_database(settings, stack)
        with engine.connect() as connection:
            if not is_indexed_elsewhere(connection):
                # Nothing is imported that could not be indexed afterwards.
                refuse_foreign_index(settings, engine)
        with progress_bar(f"Reading {feed.name}") as advance:
            summary = Importer(engine, used, rejects_file).run(feed, advance)
        _report(summary)
        with engine.connect() as connection:
            left_to_service = is_indexed_elsewhere(connection)
        if left_to_service:
            click.echo("the running service has the index open and indexes the changes itself")
        else:
            _index(settings, engine)
    return 1 if strict and summary.rejected else 0


def _index(settings: Settings, engine: Engine) -> None:
    """Imported here, so that an import beside a service loads neither encoder nor index."""
    from app.commands.indexing import index_waiting
    from app.live import Live

    try:
        with Live(settings, engine=engine, say=say) as live:
            indexed = index_waiting(live)
            count = live.index.current().index.count()
            click.echo(f"{indexed} items indexed, {count} in the index")
    except IndexInUse as error:
        click.echo(f"{error}; what was imported waits, and the next service or import indexes it")


def _report(summary: ImportSummary) -> None:
    written = summary.written
    click.echo(
        f"{summary.rows} rows: {written.added} items added, {written.changed} changed, "
        f"{written.unchanged} unchanged, {summary.rejected} rejected"
    )
    if summary.rejects_file is not None:
        click.echo(f"rejected rows, with line numbers and reasons: {summary.rejects_file}")
