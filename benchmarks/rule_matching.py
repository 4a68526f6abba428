"""What rules add to a search with 10, 1,000 and 10,000 of them live: matching and rewriting, in
process, on queries of which each is asked for the first time."""

import gc
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.prepare import prepare
from benchmarks.queries import distinct_queries
from benchmarks.wording import title_words
from indexing.documents import Item
from indexing.queries import SearchQuery
from rules.match import match
from rules.parse import parse_rules
from rules.rewrite import rewrite
from rules.ruleset import RuleSet
from rules.tolerance import warm_up

SIZES = (10, 1_000, 10_000)
QUERIES = 5_000
QUICK_QUERIES = 500
AIM_MS = 1.0
Json = dict[str, Any]


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds of one size; `added` is beside the same requests without rules."""

    rules: int
    load_ms: float
    fired_mean: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float
    added_p99_ms: float


class MatchingResult(msgspec.Struct, frozen=True):
    at: str
    machine: dict[str, Any]
    dataset: str
    queries: int
    aim_p99_ms: float
    reached: bool
    timings: tuple[Timing, ...]


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """About a minute beside the first filling of the data directory."""
    prepared = prepare(out, data_dir, lambda text: console.print(f"[dim]{text}…[/dim]"))
    count = QUICK_QUERIES if quick else QUERIES
    texts = distinct_queries(prepared.dataset.judgments, prepared.items, count)
    conditions = make_conditions(prepared.items, max(SIZES))
    warm_up()  # as the service does
    timings = tuple(_measure(conditions[:size], texts) for size in SIZES)
    result = MatchingResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=msgspec.to_builtins(describe()),
        dataset=prepared.dataset.name,
        queries=len(texts),
        aim_p99_ms=AIM_MS,
        reached=timings[-1].added_p99_ms < AIM_MS,
        timings=timings,
    )
    file = out / "rule_matching.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def make_conditions(items: Sequence[Item], count: int) -> list[Json]:
    """So many conditions, all different, of every kind in turn, on words that titles have; a
    small set is the beginning of a large one."""
    chance = Random(3)  # noqa: S311  # nothing secret
    brands = sorted({item.brand for item in items if item.brand})
    seen: set[bytes] = set()
    made: list[Json] = []
    for kind in cycle(_KINDS):
        words = title_words(chance.choice(items))
        if len(words) < 3:
            continue
        length = chance.choice((1, 2, 2, 3))
        first = chance.randrange(len(words) - length + 1)
        condition = kind(words[first : first + length], chance.choice(brands))
        encoded = msgspec.json.encode(condition)
        if encoded not in seen:
            seen.add(encoded)
            made.append(condition)
        if len(made) == count:
            return made
    raise AssertionError("a cycle has no end")


def _words(kind: str, **options: bool) -> Any:
    return lambda words, brand: {"query": {kind: " ".join(words), **options}}


_KINDS = (
    _words("contains"),
    _words("is"),
    _words("starts_with"),
    _words("ends_with"),
    _words("contains", plurals=True),
    _words("contains", typos=True),
    _words("is", plurals=True, typos=True),
    lambda words, brand: {"query": {"matches": f"\\b{words[0]}s? .*[0-9]+"}},
    lambda words, brand: {
        "query": {"contains": words[0]},
        "filter": {"field": "brand", "any_of": [brand]},
    },
    lambda words, brand: {"query": {"contains": words[-1]}, "context": {"store": brand}},
)


def _measure(conditions: Sequence[Json], texts: Sequence[str]) -> Timing:
    raw = [
        {"id": f"rule-{n}", "when": when, "then": [{"boost": {"item_ids": ["1"], "by": 2}}]}
        for n, when in enumerate(conditions)
    ]
    begun = time.perf_counter()
    rule_set = RuleSet(1, parse_rules(raw))
    load_ms = (time.perf_counter() - begun) * 1e3
    gc.collect()
    gc.freeze()  # as the service does
    without, _ = _time(RuleSet(), texts)
    spent, fired = _time(rule_set, texts)
    return Timing(
        rules=len(raw),
        load_ms=round(load_ms, 1),
        fired_mean=round(fired / len(texts), 3),
        p50_ms=_at(spent, 0.5),
        p95_ms=_at(spent, 0.95),
        p99_ms=_at(spent, 0.99),
        slowest_ms=_at(spent, 1.0),
        added_p99_ms=round(_at(spent, 0.99) - _at(without, 0.99), 4),
    )


def _time(rule_set: RuleSet, texts: Sequence[str]) -> tuple[list[float], int]:
    """Sorted milliseconds, and how many rules fired in all."""
    now = datetime.now(UTC)
    context = islice(cycle(({}, {"store": "Berlin"})), len(texts))
    spent: list[float] = []
    fired = 0
    for text, known in zip(texts, context, strict=True):
        query = SearchQuery(text=text, context=known)
        begun = time.perf_counter()
        matched = match(rule_set, query, now)
        rewrite(query, matched)
        spent.append((time.perf_counter() - begun) * 1e3)
        fired += len(matched.rules)
    return sorted(spent), fired


def _at(spent: Sequence[float], share: float) -> float:
    return round(spent[min(int(share * len(spent)), len(spent) - 1)], 4)


def _print(result: MatchingResult, console: Console) -> None:
    table = Table(title=f"Matching rules: {result.dataset}, {result.queries} distinct queries, ms")
    names = ("rules", "load", "fired a query", "p50", "p95", "p99", "slowest", "added at p99")
    for name in names:
        table.add_column(name, justify="right")
    for timing in result.timings:
        table.add_row(
            f"{timing.rules:,}",
            f"{timing.load_ms:,.0f}",
            f"{timing.fired_mean:.2f}",
            *(
                f"{ms:.3f}"
                for ms in (
                    timing.p50_ms,
                    timing.p95_ms,
                    timing.p99_ms,
                    timing.slowest_ms,
                    timing.added_p99_ms,
                )
            ),
        )
    console.print(table)
    reached = "reached" if result.reached else "not reached"
    console.print(f"Aim: {max(SIZES):,} rules add under {AIM_MS:g} ms at p99: {reached}")
