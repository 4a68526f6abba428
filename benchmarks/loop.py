"""What the loop makes of clicks: synthetic shoppers on the judged queries, one training from their
events alone, and nDCG@10 on the judgments before and after, asked over HTTP of a real service.

Honest shoppers with position bias show what is gained, with and without correcting for it, and
what becomes of queries that nobody ever asked: a fifth of the queries at a time, until each has
been one of those. Shoppers who click at random, and shoppers who always click the first hit, show
what must not happen.
"""

import csv
import json
import random
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.admin_api import ADMIN_KEY, call
from benchmarks.datasets import Dataset, icecat, sample
from benchmarks.endcap import Service, executable, run_command, serving
from benchmarks.machine import describe
from indexing.documents import ItemId
from ranking.evaluate import Estimate, estimate, measure, paired_difference
from ranking.judgments import Judgments, read_judgments

EXPLORATION = 0.2
"""The share of searches whose order is drawn by chance, so that clicks can tell how much of them
the position makes."""

FOLDS = 5
SEED = 7
SHOWN = 20
AIM = 0.08
_PATIENCE_SECONDS = 1_800.0
MEASURES = ("ndcg@10", "ndcg@10_judged_only")


class Scenario(msgspec.Struct, frozen=True):
    name: str
    clicks: str
    biases: tuple[str, ...]
    """How position bias is corrected for; one model for each, from the same events."""
    folds: int = 0
    """The queries are dealt out into so many parts, of which nobody asks one, each in its turn; 0
    where all are asked."""


SCENARIOS = (
    Scenario("honest clicks", "position-based", ("ipw", "click-em", "two-tower", "none")),
    Scenario("some queries never asked", "position-based", ("ipw",), FOLDS),
    Scenario("clicks at random", "random", ("ipw", "none")),
    Scenario("always the first hit", "first-hit", ("ipw", "none")),
)


class Lift(msgspec.Struct, frozen=True):
    """Over queries, on all judgments, and leaving out what nobody judged."""

    queries: int
    before: dict[str, Estimate]
    after: dict[str, Estimate]
    difference: dict[str, Estimate]
    """Paired by query."""


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    scenario: str
    bias: str
    passed: bool
    reasons: tuple[str, ...]
    """The gate's, or why there was no training at all."""
    same_first: float | None = None
    """The share of queries whose first hit is the one from before."""
    asked: Lift | None = None
    """None where there is no model."""
    never_asked: Lift | None = None
    """Of each query by the model of the world where nobody asked it; None where all are asked."""


Rankings = Mapping[str, Sequence[ItemId]]
"""By query, the best hundred hits in order."""


class _Model(msgspec.Struct, frozen=True):
    """One training and what the service answered before and after it."""

    bias: str
    passed: bool
    reasons: tuple[str, ...]
    before: Rankings
    after: Rankings | None
    """None where there is no model."""


class LoopResult(msgspec.Struct, frozen=True):
    at: str
    machine: Any
    dataset: str
    sessions: int
    exploration: float
    aim: float
    simulations: dict[str, Any]
    trained: tuple[Trained, ...]


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """Forty minutes on two idle cores; `--quick` four, on the sample catalogue."""
    log = out / "endcap.log"
    dataset = None if quick else icecat()
    folder = data_dir or out / f"data-loop-{dataset.name if dataset else 'sample'}"
    if dataset is None:
        dataset = sample(folder / "sample")
        run_command(["sample", str(dataset.feed.parent)], folder, log)
    _fill(folder, dataset, log, console)
    sessions = 1_000 if quick else 20_000
    scenarios = SCENARIOS[1:2] if quick else SCENARIOS
    judgments = read_judgments(dataset.judgments)
    simulations: dict[str, Any] = {}
    trained: list[Trained] = []
    for scenario in scenarios:
        worlds = []
        for left_out in _left_out(judgments.answerable, scenario.folds):
            console.print(f"{scenario.name}: {sessions:,} sessions")
            with _fresh(folder) as copy:
                asked = _without(dataset.judgments, left_out, copy / "asked.csv")
                told, models = _play(copy, log, asked, judgments, scenario, sessions, console)
            simulations.setdefault(scenario.name, []).append(told)
            worlds.append((left_out, models))
        if scenario.folds:
            trained.append(_over_folds(scenario, worlds, judgments))
        else:
            trained += [_judged(scenario, model, judgments) for _, ms in worlds for model in ms]
    result = LoopResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=describe(),
        dataset=dataset.name,
        sessions=sessions,
        exploration=EXPLORATION,
        aim=AIM,
        simulations=simulations,
        trained=tuple(trained),
    )
    (out / "loop.json").write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    _print(result, console)


def _fill(folder: Path, dataset: Dataset, log: Path, console: Console) -> None:
    """No rules and no model: the order of retrieval."""
    done = folder / "loop-filled"
    if done.exists():
        return
    console.print(f"Importing {dataset.feed.name} and embedding it; minutes, this once")
    mapping = [] if dataset.mapping is None else ["--mapping", str(dataset.mapping)]
    run_command(["import-items", str(dataset.feed), *mapping], folder, log)
    done.touch()


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """A copy of its own for each scenario: nothing that one learns is there in the next."""
    with TemporaryDirectory(prefix="loop-", dir=folder.parent) as scratch:
        copy = Path(scratch) / "var"
        # PostgreSQL insists on the owner and the mode of its files, which shutil does not keep.
        subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)
        yield copy


def _left_out(queries: Sequence[str], folds: int) -> Sequence[frozenset[str]]:
    """What nobody asks, one world after the other."""
    if not folds:
        return [frozenset()]
    shuffled = sorted(queries)
    random.Random(SEED).shuffle(shuffled)  # noqa: S311  # nothing secret
    return [frozenset(shuffled[fold::folds]) for fold in range(folds)]


def _without(judgments: Path, queries: frozenset[str], target: Path) -> Path:
    """The same judgments but for those queries'."""
    with judgments.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        with target.open("w", encoding="utf-8", newline="") as copy:
            writer = csv.DictWriter(copy, names)
            writer.writeheader()
            writer.writerows(row for row in reader if row["query"] not in queries)
    return target


def _play(
    folder: Path,
    log: Path,
    asked: Path,
    judgments: Judgments,
    scenario: Scenario,
    sessions: int,
    console: Console,
) -> tuple[Any, list[_Model]]:
    settings = {"ENDCAP_ADMIN_KEY": ADMIN_KEY, "ENDCAP_EXPLORATION": str(EXPLORATION)}
    with serving(folder, log, settings) as service:
        before = _ask_all(service, judgments)
        told = _simulate(folder, service, asked, scenario, sessions)
        _wait_until_counted(service)
        made = [(bias, _train(service, bias, console)) for bias in scenario.biases]
        models = []
        for bias, task in made:
            progress = task.get("progress") or {}
            if task["status"] != "succeeded":
                reasons = tuple(str(e.get("reason", e)) for e in task["errors"])
                models.append(_Model(bias, False, reasons, before, None))
                continue
            _put_live(service, progress["version"])
            after = _ask_all(service, judgments)
            reasons = tuple(progress["reasons"])
            models.append(_Model(bias, progress["passed"], reasons, before, after))
    return told, models


def _simulate(
    folder: Path, service: Service, judgments: Path, scenario: Scenario, sessions: int
) -> Any:
    told = folder / "simulation.json"
    with told.open("wb") as file:
        subprocess.run(
            [
                *(executable(), "simulate-shoppers", "--judgments", str(judgments)),
                *("--sessions", str(sessions), "--model", scenario.clicks, "--seed", str(SEED)),
                *("--per-page", str(SHOWN), "--json"),
                *("--url", f"http://127.0.0.1:{service.port}", "--key", ADMIN_KEY),
            ],
            stdout=file,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    return json.loads(told.read_bytes())


def _wait_until_counted(service: Service) -> None:
    """Until all that was shown and done has become features."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while call(service.port, "GET", "/v1/admin/features")["freshness"]["waiting_seconds"]:
        if time.monotonic() > deadline:
            raise TimeoutError("events still wait to be counted")
        time.sleep(0.5)


def _train(service: Service, bias: str, console: Console) -> dict[str, Any]:
    """The task at its end. None of them goes live, so that each meets the same champion."""
    task: dict[str, Any] = call(
        service.port, "POST", "/v1/admin/models/train", {"bias": bias, "promote": False}
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while task["status"] not in ("succeeded", "failed", "canceled"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"training has not ended: {task}")
        time.sleep(1.0)
        task = call(service.port, "GET", f"/v1/tasks/{task['id']}")
    console.print(f"  trained with {bias}: {task['status']} in {task['duration_ms'] / 1000:.0f} s")
    return task


def _put_live(service: Service, version: str) -> None:
    call(service.port, "POST", f"/v1/admin/models/{version}/promote", {"force": True})
    while call(service.port, "GET", "/health/ready")["model"] != version:
        time.sleep(0.2)


def _ask_all(service: Service, judgments: Judgments) -> Rankings:
    """Without a client there is neither exploration nor a session's interest in it."""
    found: dict[str, list[ItemId]] = {}
    for query in judgments.answerable:
        answer = call(service.port, "POST", "/v1/search", {"query": query, "per_page": 100})
        found[query] = [ItemId(hit["id"]) for hit in answer["hits"]]
    return found


def _judged(scenario: Scenario, model: _Model, judgments: Judgments) -> Trained:
    trained = Trained(
        scenario=scenario.name, bias=model.bias, passed=model.passed, reasons=model.reasons
    )
    if model.after is None:
        return trained
    return msgspec.structs.replace(
        trained,
        same_first=_same_first(model.before, model.after),
        asked=_lift([(query, model) for query in model.before], judgments),
    )


def _over_folds(
    scenario: Scenario,
    worlds: Sequence[tuple[frozenset[str], Sequence[_Model]]],
    judgments: Judgments,
) -> Trained:
    """Of one model in each world. A query that was asked counts in each world where it was."""
    models = [(left_out, model) for left_out, (model,) in worlds]
    asked = [(q, model) for left_out, model in models for q in model.before if q not in left_out]
    never = [(q, model) for left_out, model in models for q in left_out]
    return Trained(
        scenario=scenario.name,
        bias=models[0][1].bias,
        passed=all(model.passed for _, model in models),
        reasons=tuple(reason for _, model in models for reason in model.reasons),
        asked=_lift(asked, judgments),
        never_asked=_lift(never, judgments),
    )


def _same_first(before: Rankings, after: Rankings) -> float:
    return sum(before[q][:1] == after[q][:1] for q in before) / len(before)


def _lift(of: Sequence[tuple[str, _Model]], judgments: Judgments) -> Lift | None:
    """Over queries, each by the model that goes with it; the mean where it goes with several."""
    old: dict[str, list[dict[str, float]]] = {}
    new: dict[str, list[dict[str, float]]] = {}
    for query, model in of:
        if model.after is None:
            return None
        for ranked, into in ((model.before, old), (model.after, new)):
            into.setdefault(query, []).append(measure(ranked[query], judgments.by_query[query]))
    before, after = ({q: _mean(found[q]) for q in sorted(found)} for found in (old, new))
    return Lift(
        queries=len(before),
        before={name: estimate([m[name] for m in before.values()]) for name in MEASURES},
        after={name: estimate([m[name] for m in after.values()]) for name in MEASURES},
        difference={name: paired_difference(after, before, name) for name in MEASURES},
    )


def _mean(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(one[name] for one in measured) / len(measured) for name in MEASURES}


def _print(result: LoopResult, console: Console) -> None:
    table = Table(
        title=f"{result.dataset}, {result.sessions:,} sessions, exploration {result.exploration}"
    )
    for name in ("shoppers", "bias", "queries", "before", "after", "lift", "same first", "gate"):
        table.add_column(name)
    for model in result.trained:
        verdict = "passed" if model.passed else "refused: " + "; ".join(model.reasons)
        for label, lift in (("", model.asked), (" (never asked)", model.never_asked)):
            if lift is None:
                if not label:
                    table.add_row(model.scenario, model.bias, "", "", "", "no model", "", verdict)
                continue
            before, after = lift.before["ndcg@10"], lift.after["ndcg@10"]
            change = lift.difference["ndcg@10"]
            table.add_row(
                model.scenario + label,
                model.bias,
                str(lift.queries),
                f"{before.mean:.3f}",
                f"{after.mean:.3f}",
                f"{change.mean:+.3f} [{change.low:+.3f}, {change.high:+.3f}]",
                "" if model.same_first is None else f"{model.same_first:.0%}",
                verdict,
            )
    console.print(table)
