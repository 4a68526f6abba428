"""`endcap import-events`: a log of User Behavior Insights into Postgres, where the running service
counts it, or the next one that is started."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app.commands.failures import CommandFailed
from app.commands.progress import progress_bar, say
from app.db.opening import open_database
from app.events.errors import UnreadableEvents
from app.events.importer import LogImporter, LogSummary
from app.events.log_lines import Kind
from app.events.objects import ItemFinder
from app.events.reading import EventReading
from app.settings import Settings
from ranking.events import ACTIONS

_KINDS: tuple[Kind, ...] = ("events", "queries", "other lines")


def run_import(
    settings: Settings,
    file: Path,
    actions: Sequence[str],
    object_fields: Sequence[str],
    price_scale: float,
    rejects: Path | None,
) -> None:
    """Raises `CommandFailed`, also where the file cannot be read to its end."""
    how = EventReading(_pairs("--action", actions), price_scale)
    for known in how.actions.values():
        if known not in ACTIONS:
            raise CommandFailed(f"--action: learned from are {', '.join(ACTIONS)}, not {known!r}")
    finder = ItemFinder(_pairs("--object-field", object_fields))
    rejects_file = rejects or settings.rejects_dir / f"{file.name}.rejects.jsonl"
    with ExitStack() as stack:
        say("Starting PostgreSQL" if settings.database_url is None else "Connecting")
        engine = open_database(settings, stack)
        importer = LogImporter(engine, rejects_file, how, finder)
        try:
            with progress_bar(f"Reading {file.name}") as advance:
                summary = importer.run(file, advance)
        except UnreadableEvents as error:
            raise CommandFailed(f"{file.name}: {error}; what came before it is kept") from error
    _report(summary)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise CommandFailed(f"{option}: expected NAME=OTHER, got {text!r}")
        pairs[name] = value
    return pairs


def _report(summary: LogSummary) -> None:
    console = Console()
    table = Table(title=f"{summary.lines:,} lines")
    for name in ("", "accepted", "duplicates", "refused"):
        table.add_column(name, justify="right" if name else "left")
    for kind in _KINDS:
        counts = [summary.of(kind, name) for name in ("accepted", "duplicates", "refused")]
        if any(counts) or kind != "other lines":
            table.add_row(kind, *(f"{count:,}" for count in counts))
    console.print(table)
    if summary.objects:
        console.print(_objects(summary))
    for (kind, rule), count in sorted(summary.refused.items()):
        console.print(f"{count:,} {kind} refused by the rule {rule}")
    if summary.rejects_file is not None:
        click.echo(f"refused lines, with their numbers and reasons: {summary.rejects_file}")


def _objects(summary: LogSummary) -> Table:
    table = Table(title="Items of accepted lines, by the field that names them")
    for name in ("", "field", "found", "unknown"):
        table.add_column(name, justify="right" if name in ("found", "unknown") else "left")
    for kind, field in sorted({(kind, field) for kind, field, _ in summary.objects}):
        counts = [summary.objects.get((kind, field, found), 0) for found in (True, False)]
        table.add_row(kind, field or "(the item's id)", *(f"{count:,}" for count in counts))
    return table
