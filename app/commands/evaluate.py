"""`endcap evaluate`: six ways to order the same catalogue, measured on the same judgments."""

from collections.abc import Mapping
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from app.commands.indexing import index_waiting
from app.commands.lists import (
    as_served,
    by_one_retriever,
    cross_validated,
    judged_lists,
    with_rules,
)
from app.commands.progress import progress_bar, say
from app.live import Live
from app.settings import Settings
from indexing.candidates import DENSE, LEXICAL
from indexing.documents import ItemId
from ranking.dataset import JudgedList
from ranking.evaluate import (
    MEASURES,
    Estimate,
    measure,
    ordered_by,
    paired_difference,
    summarise,
)
from ranking.judgments import Judgments, read_judgments

Rankings = Mapping[str, list[ItemId]]
"""By query, the items best first."""


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    judgments: str
    queries: int
    model: str
    rule_set: int
    cross_validated: bool
    systems: dict[str, dict[str, Estimate]]
    ranked_minus_hybrid: dict[str, Estimate]
    """Paired by query, so an interval above 0 says that ranking helps."""
    served_minus_ranked: dict[str, Estimate]
    """What the cut to matches, spelling and relaxing do to the model's order."""


def run_evaluate(
    settings: Settings, file: Path, as_json: bool, cross_validate: bool, seed: int
) -> None:
    judgments = read_judgments(file)
    with Live(settings, say=say) as live:
        index_waiting(live)
        live.vocabulary.refresh()
        queries = judgments.answerable
        with progress_bar("Retrieving judged queries", len(queries)) as advance:
            lists = list(judged_lists(live, judgments, queries, advance))
        systems = _rankings(live, lists)
        systems["ranked"] = cross_validated(lists, seed) if cross_validate else _ranked(live, lists)
        systems["served"] = {
            entry.query: as_served(live, entry.query, systems["ranked"][entry.query])
            for entry in lists
        }
        systems["ranked+rules"] = {
            entry.query: with_rules(
                live, entry.query, systems["ranked"][entry.query] if cross_validate else None
            )
            for entry in lists
        }
        report = _report(live, file, judgments, systems, cross_validate)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)))
    else:
        _print(report)


def _rankings(live: Live, lists: list[JudgedList]) -> dict[str, Rankings]:
    return {
        "lexical": {e.query: by_one_retriever(live, e.query, LEXICAL) for e in lists},
        "dense": {e.query: by_one_retriever(live, e.query, DENSE) for e in lists},
        "hybrid": {e.query: list(e.item_ids) for e in lists},
    }


def _ranked(live: Live, lists: list[JudgedList]) -> Rankings:
    scorer = live.model.current()
    return {
        entry.query: ordered_by(scorer.score(entry.features, entry.fused).values, entry.item_ids)
        for entry in lists
    }


def _report(
    live: Live,
    file: Path,
    judgments: Judgments,
    systems: Mapping[str, Rankings],
    cross_validated: bool,
) -> Report:
    measured = {
        name: {q: measure(ranked, judgments.by_query[q]) for q, ranked in rankings.items()}
        for name, rankings in systems.items()
    }
    return Report(
        judgments=file.name,
        queries=len(judgments.answerable),
        model="cross-validated" if cross_validated else live.model.current().version,
        rule_set=live.rules.current().version,
        cross_validated=cross_validated,
        systems={name: summarise(per_query) for name, per_query in measured.items()},
        ranked_minus_hybrid={
            name: paired_difference(measured["ranked"], measured["hybrid"], name)
            for name in MEASURES
        },
        served_minus_ranked={
            name: paired_difference(measured["served"], measured["ranked"], name)
            for name in MEASURES
        },
    )


def _print(report: Report) -> None:
    table = Table(title=f"{report.judgments}: {report.queries} queries, model {report.model}")
    table.add_column("")
    for name in MEASURES:
        table.add_column(name, justify="right")
    rows = {
        **report.systems,
        "ranked - hybrid": report.ranked_minus_hybrid,
        "served - ranked": report.served_minus_ranked,
    }
    for name, estimates in rows.items():
        cells = [
            f"{estimates[m].mean:.3f} [{estimates[m].low:.3f}, {estimates[m].high:.3f}]"
            for m in MEASURES
        ]
        table.add_row(name, *cells)
    Console(width=140).print(table)
