"""`endcap simulate-shoppers`: synthetic shoppers with a stated click model against a running
service, so that the loop from clicks to models can be watched."""

import csv
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from app.commands.failures import CommandFailed
from app.commands.progress import progress_bar
from app.settings import Settings
from app.simulation.click_models import ModelName, make_click_model
from app.simulation.demand import Demand, leave_out
from app.simulation.driver import run_sessions
from app.simulation.errors import SimulationError
from app.simulation.shop_front import ShopFront
from app.simulation.shopper import Shoppers
from app.simulation.tally import Report
from ranking.judgments import Judgments, read_judgments

SHOWN_POSITIONS = 20


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """The command's options."""

    judgments: Path
    sessions: int
    queries: Path | None
    leave_out: float
    left_out_to: Path | None
    model: ModelName
    noise: float
    eta: float
    scroll: float
    seed: int
    url: str | None
    key: str | None
    concurrency: int
    per_page: int
    as_json: bool


def run_simulation(settings: Settings, wanted: Simulation) -> None:
    judgments = read_judgments(wanted.judgments)
    split = leave_out(_queries(judgments, wanted.queries), wanted.leave_out, wanted.seed)
    if not split.asked:
        raise CommandFailed("no query is left that could be asked")
    if wanted.left_out_to is not None:
        _write(wanted.left_out_to, judgments, split.left_out)
    shoppers = Shoppers(
        Demand(split.asked, wanted.seed),
        judgments.by_query,
        make_click_model(wanted.model, wanted.noise, wanted.eta, wanted.scroll),
        wanted.sessions,
        wanted.seed,
    )
    url = wanted.url or f"http://{settings.host}:{settings.port}"
    if not url.startswith(("http://", "https://")):
        raise CommandFailed(f"--url: expected http://… or https://…, got {url!r}")
    key = wanted.key or _key(settings)
    try:
        with progress_bar("Shopping", wanted.sessions) as advance:
            run = run_sessions(
                shoppers,
                wanted.sessions,
                wanted.concurrency,
                lambda: ShopFront(url, key, wanted.per_page),
                advance,
            )
    except SimulationError as error:
        raise CommandFailed(str(error)) from error
    report = run.tally.report(wanted.sessions, run.seconds, split.left_out)
    if wanted.as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)))
    else:
        _print(report)


def _queries(judgments: Judgments, file: Path | None) -> Sequence[str]:
    """Those with an answer, or those of the file, one a line; raises `CommandFailed` for one that
    was not judged."""
    if file is None:
        return judgments.answerable
    lines = [" ".join(line.split()) for line in file.read_text("utf-8-sig").splitlines()]
    wanted = list(dict.fromkeys(line for line in lines if line))
    unknown = [query for query in wanted if query not in judgments.by_query]
    if unknown:
        raise CommandFailed(f"{file}: without judgments: {', '.join(unknown[:5])}")
    return wanted


def _key(settings: Settings) -> str | None:
    """The admin key, where this process may read it; else none, which public searches need not."""
    if settings.admin_key is not None:
        return settings.admin_key
    try:
        return settings.admin_key_file.read_text().strip()
    except OSError:
        return None


def _write(file: Path, judgments: Judgments, queries: Sequence[str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("query", "item_id", "grade"))
        for query in queries:
            writer.writerows((query, *pair) for pair in judgments.by_query[query].items())


def _print(report: Report) -> None:
    console = Console()
    console.print(
        f"{report.sessions} sessions, {report.searches} searches in {report.seconds:.1f} s "
        f"({report.searches_per_second:.1f} a second), {report.events} events"
    )
    console.print(
        f"clicks {report.clicks}, searches with a click {report.click_through_rate:.1%}, "
        f"carts {report.carts}, purchases {report.purchases}, revenue {report.revenue:,.2f}; "
        f"{report.empty} found nothing, {report.explored} explored"
    )
    table = Table("position", "shown", "clicks", "rate")
    for position, shown in list(report.shown_by_position.items())[:SHOWN_POSITIONS]:
        clicks = report.clicks_by_position.get(position, 0)
        table.add_row(str(position), str(shown), str(clicks), f"{clicks / shown:.1%}")
    console.print(table)
    for experiment, arms in report.arms.items():
        console.print(f"{experiment}: " + ", ".join(f"{arm} {n}" for arm, n in arms.items()))
    if report.left_out:
        console.print(f"never asked: {', '.join(report.left_out)}")
