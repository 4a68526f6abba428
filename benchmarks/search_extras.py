"""What facets, spelling, relaxing, grouping and highlighting add to a search, over HTTP.

The same service answers the same texts both ways, in turns, block by block; a fifth of the texts
has a typo.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.endcap import serving
from benchmarks.machine import Machine, Neighbours, describe
from benchmarks.prepare import prepare
from benchmarks.queries import distinct_queries
from benchmarks.results import milliseconds
from benchmarks.systems import OverHttp, put

PLAIN, FULL = "plain", "with everything"
ASKED: dict[str, dict[str, Any]] = {
    PLAIN: {"correct": False, "relax": "none", "group": False},
    FULL: {
        "facets": [
            *("brand", "categories", "price", "rating", "in_stock"),
            "attributes.product_colour",
        ],
        "highlight": ["title", "description"],
    },
}
CLIENTS = (1, 16)
COLD, WARM = "cold", "warm"
RATIO_AIM = 1.5
MISTYPED = 5
"""One text of so many has a typo."""

_WARMING_UP = 60


class Plan(msgspec.Struct, frozen=True):
    rounds: int
    queries: int
    """Of each round and number of clients."""


FULL_PLAN = Plan(20, 50)
QUICK_PLAN = Plan(3, 20)


class Row(msgspec.Struct, frozen=True):
    clients: int
    asked: str
    """Whether the text was asked before."""
    percentile: int
    plain_ms: float
    full_ms: float

    @property
    def ratio(self) -> float:
        return self.full_ms / self.plain_ms


class Result(msgspec.Struct, frozen=True):
    at: datetime
    machine: Machine
    quick: bool
    data: str
    items: int
    plan: Plan
    neighbours_cores: float
    rows: tuple[Row, ...]


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """About three minutes beside the first filling of the data directory."""
    plan = QUICK_PLAN if quick else FULL_PLAN
    prepared = prepare(out, data_dir, lambda text: console.print(f"[dim]{text}…[/dim]"))
    count = plan.rounds * plan.queries * len(CLIENTS) + _WARMING_UP
    texts = mistyped(distinct_queries(prepared.dataset.judgments, prepared.items, count))
    console.print("[dim]Starting endcap serve…[/dim]")
    with serving(prepared.data_dir, prepared.log) as service:
        systems = [OverHttp(name, service.port, asked=asked) for name, asked in ASKED.items()]
        for system in systems:
            put(system, texts[:_WARMING_UP], 1)
        neighbours = Neighbours(service.pid)
        spent = _measure(plan, systems, texts[_WARMING_UP:], console)
        busy = neighbours.cores()
        for system in systems:
            system.close()
    rows = tuple(
        Row(
            clients,
            asked,
            percentile,
            milliseconds(spent[PLAIN, asked, clients], percentile),
            milliseconds(spent[FULL, asked, clients], percentile),
        )
        for clients in CLIENTS
        for asked in (COLD, WARM)
        for percentile in (50, 99)
    )
    result = Result(
        datetime.now(UTC),
        describe(),
        quick,
        prepared.dataset.name,
        len(prepared.items),
        plan,
        busy,
        rows,
    )
    file = out / "search_extras.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def mistyped(texts: Sequence[str]) -> list[str]:
    """Every fifth text with two letters of its longest word swapped."""
    chance = random.Random(6)  # noqa: S311  # nothing secret
    changed = list(texts)
    for n in range(0, len(texts), MISTYPED):
        word = max(texts[n].split(), key=len)
        if len(word) > 4 and word.isalpha():
            k = chance.randrange(1, len(word) - 1)
            typo = word[:k] + word[k + 1] + word[k] + word[k + 2 :]
            changed[n] = texts[n].replace(word, typo, 1)
    return changed


def _measure(
    plan: Plan, systems: Sequence[OverHttp], texts: Sequence[str], console: Console
) -> dict[tuple[str, str, int], list[float]]:
    """Half of the texts are first asked one way and half the other, since a text that was asked
    once is no longer cold: each way is cold on its own half, and warm on all."""
    spent: dict[tuple[str, str, int], list[float]] = {}
    unasked = iter(texts)
    for _ in track(range(plan.rounds), "Measuring", console=console):
        for clients in CLIENTS:
            fresh = [next(unasked) for _ in range(plan.queries)]
            halves = [fresh[0::2], fresh[1::2]]
            for system, half in zip(systems, halves, strict=True):
                seconds = put(system, half, clients).seconds
                spent.setdefault((system.name, COLD, clients), []).extend(seconds)
            for system in systems:
                seconds = put(system, fresh, clients).seconds
                spent.setdefault((system.name, WARM, clients), []).extend(seconds)
    return spent


def _print(result: Result, console: Console) -> None:
    table = Table(title=f"Milliseconds over HTTP, {result.items:,} items of {result.data}")
    for name in ("clients", "asked", "percentile", PLAIN, FULL, "ratio"):
        table.add_column(name, justify="right")
    for row in result.rows:
        table.add_row(
            str(row.clients),
            row.asked,
            f"p{row.percentile}",
            f"{row.plain_ms:.1f}",
            f"{row.full_ms:.1f}",
            f"{row.ratio:.2f}",
        )
    console.print(table)
    missed = [row for row in result.rows if row.clients == 1 and row.ratio > RATIO_AIM]
    console.print(
        f"Aim with one client: at most {RATIO_AIM} times: {'missed' if missed else 'reached'}. "
        f"Other processes took {result.neighbours_cores:.2f} cores."
    )
