"""`endcap train --from-events`: from what shoppers did to a model that stands before the gate.
Needs Postgres and the folder of models, and the index only where judgments are asked for."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.commands.failures import CommandFailed
from app.commands.indexing import index_waiting
from app.commands.progress import console, progress_bar, say
from app.db.opening import open_database
from app.durations import parse_duration
from app.judgments import store_judgments, stored_judgments
from app.live import Live
from app.settings import Settings
from app.training.as_served import profile_again
from app.training.judged import Judged, judge
from app.training.mlflow_tracker import MlflowTracker
from app.training.request import Outcome, Report, TrainingRequest
from app.training.training import Parts, run_training
from indexing.errors import IndexInUse
from ranking.errors import InvalidFeatures, TooLittleToLearnFrom
from ranking.evaluate import Estimate
from ranking.judgments import Judgments, read_judgments
from ranking.model_store import ModelStore

ACTOR = "endcap train"


def run_with_options(
    settings: Settings,
    judgments: Path | None,
    seed: int,
    *,
    architecture: str,
    bias: str,
    days: float,
    compare: bool,
    every: str | None,
    no_promote: bool,
) -> int:
    """The options as the command line has them."""
    try:
        between = None if every is None else parse_duration(every)
    except ValueError as error:
        raise CommandFailed(f"--every: expected {error}, got {every!r}") from None
    request = msgspec.convert(
        {
            "architecture": architecture,
            "bias": bias,
            "days": days,
            "judgments": judgments is not None,
            "promote": not no_promote,
            "seed": seed,
        },
        TrainingRequest,
    )
    return run_train_on_events(settings, request, judgments, between, compare)


def run_train_on_events(
    settings: Settings,
    request: TrainingRequest,
    file: Path | None,
    every: timedelta | None,
    compare: bool,
) -> int:
    """Returns the exit status: 1 where the gate refused the model."""
    if compare and every is not None:
        raise CommandFailed("--compare is done once; leave out --every")
    given = None if file is None else read_judgments(file)
    if every is None:
        return _once(settings, request, given, file, compare)
    while True:
        begun = time.monotonic()
        try:
            _once(settings, request, given, file, compare=False)
        except (TooLittleToLearnFrom, InvalidFeatures) as error:
            click.echo(f"endcap: {error}", err=True)
        time.sleep(max(every.total_seconds() - (time.monotonic() - begun), 0.0))


def _once(
    settings: Settings,
    request: TrainingRequest,
    given: Judgments | None,
    file: Path | None,
    compare: bool,
) -> int:
    with ExitStack() as stack:
        parts, live = _open(settings, given, file, stack)
        with _progress() as report:
            if compare:
                from app.training.compare import compare_all

                rows = compare_all(parts, request, report)
            else:
                outcome = run_training(parts, request, ACTOR, report)
                if live is not None:
                    report({"phase": "looking at what it shows"})
                    live.vocabulary.refresh()
                    profile_again(
                        live.search,
                        live.rules.current(),
                        parts.engine,
                        parts.models,
                        outcome.version,
                        parts.models.load,
                    )
        if compare:
            _print_rows(rows)
            return 0
        _print(outcome, request)
        return 0 if outcome.passed else 1


def _open(
    settings: Settings, given: Judgments | None, file: Path | None, stack: ExitStack
) -> tuple[Parts, Live | None]:
    """With the index where it is needed and free."""
    models = ModelStore(settings.models_dir)
    tracker = MlflowTracker(settings.data_dir, settings.mlflow_url)
    engine = open_database(settings, stack)
    if given is not None:
        with engine.begin() as connection:
            store_judgments(connection, given)
    with engine.connect() as connection:
        judgments = stored_judgments(connection)
    if not judgments.answerable:
        return Parts(engine, models, tracker), None
    try:
        live = stack.enter_context(Live(settings, engine=engine, say=say))
    except IndexInUse:
        if given is not None:
            raise
        say("A running service has the index; going without the stored judgments")
        return Parts(engine, models, tracker), None
    index_waiting(live)
    total = len(judgments.answerable)
    with progress_bar("Retrieving judged queries", total) as advance, live.index.lease() as serving:
        name = "stored" if file is None else file.name
        judged: Judged = judge(live.search, serving, judgments, name, advance)
    return Parts(engine, models, tracker, judged), live


@contextmanager
def _progress() -> Iterator[Report]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Training", total=None)

        def report(progress: Mapping[str, Any]) -> None:
            phase = str(progress.get("phase", "")).capitalize()
            bar.update(
                task,
                description=phase,
                total=progress.get("steps"),
                completed=progress.get("done", 0),
            )

        yield report


def _print(outcome: Outcome, request: TrainingRequest) -> None:
    click.echo(f"model {outcome.version} {'passed' if outcome.passed else 'did not pass'} the gate")
    for reason in outcome.reasons:
        click.echo(f"  {reason}")
    for name, figures in outcome.metrics.items():
        click.echo(f"  {name}: {_estimate(msgspec.convert(figures, Estimate))}")
    if outcome.live:
        click.echo(f"model {outcome.version} is live")
    elif outcome.passed:
        click.echo("it was not to go live; promote it by POST /v1/admin/models/VERSION/promote")
    else:
        click.echo(f"what was live stays live: {outcome.before}")


def _print_rows(rows: list[Any]) -> None:
    table = Table(title="nDCG@10 on held-out lists (by clicks, weighed) and on judged queries")
    for heading in (
        "model",
        "bias",
        "clicks",
        "over retrieval",
        "judgments",
        "training",
        "parameters",
        "200 items",
        "size",
    ):
        table.add_column(heading, justify="left" if heading in ("model", "bias") else "right")
    for row in rows:
        table.add_row(
            row.name,
            row.bias,
            _estimate(row.clicks),
            _estimate(row.clicks_over_retrieval, sign=True),
            "" if row.judgments is None else _estimate(row.judgments),
            "" if row.seconds is None else f"{row.seconds:.1f} s",
            "" if row.parameters is None else str(row.parameters),
            "" if row.milliseconds is None else f"{row.milliseconds:.2f} ms",
            "" if row.kilobytes is None else f"{row.kilobytes:.0f} kB",
        )
    from rich.console import Console

    Console(width=160).print(table)


def _estimate(estimate: Estimate, sign: bool = False) -> str:
    form = "+.3f" if sign else ".3f"
    return f"{estimate.mean:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"
