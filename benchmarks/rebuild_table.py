"""The rebuild benchmark's result as tables for a person, in Markdown, to be quoted as they are."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from app.reindex.gates import Gate
from benchmarks.rebuild_result import DURING, Latency, LoadResult, RebuildResult


def print_result(result: RebuildResult, console: Console) -> None:
    what = "every text embedded again" if result.embedding else "vectors kept"
    console.print(f"A rebuild of {result.items:,} items ({result.dataset}) under load, {what}:")
    for table in (
        searches_table(result.loads),
        steps_table(result.loads),
        rebuilds_table(result.loads),
        memory_table(result.loads),
    ):
        console.print(table)
    for load in result.loads:
        _print_verdicts(load, console)
    machine = result.machine
    console.print(
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB; "
        f"commit {machine.commit}",
        highlight=False,
    )
    for note in result.notes:
        console.print(f"Note: {note}", highlight=False)


def searches_table(loads: Sequence[LoadResult]) -> Table:
    """Latencies of each phase; the ratio stands beside the figures of the rebuild."""
    table = _table(("searches", "phase"), (*_LATENCIES, "p99 ratio"))
    for load in loads:
        for latency in load.searches:
            ratio = load.p99_ratio if latency.phase == DURING else None
            shown = "" if ratio is None else f"{ratio:g}"
            table.add_row(load.load.name, latency.phase, *_figures(latency), shown)
    return table


def steps_table(loads: Sequence[LoadResult]) -> Table:
    table = _table(("searches", "step of the rebuild"), ("s", *_LATENCIES))
    for load in loads:
        for latency in load.steps:
            seconds = sum(r.steps_seconds.get(latency.phase, 0.0) for r in load.rebuilds)
            table.add_row(load.load.name, latency.phase, f"{seconds:.1f}", *_figures(latency))
    return table


def rebuilds_table(loads: Sequence[LoadResult]) -> Table:
    table = _table(("searches", "rebuild", "gates passed"), ("s", "items per s"))
    for load in loads:
        for rebuild in load.rebuilds:
            passed = sum(gate.passed is True for gate in rebuild.gates)
            table.add_row(
                load.load.name,
                rebuild.status,
                f"{passed} of {len(rebuild.gates)}",
                f"{rebuild.seconds:.1f}",
                f"{rebuild.items_per_second:.0f}",
            )
    return table


def memory_table(loads: Sequence[LoadResult]) -> Table:
    """Peaks, of all rebuilds of a load together."""
    table = _table(("searches", "resident, MB"), ("before", "during", "after"))
    for load in loads:
        peaks = (load.memory_before, load.memory_during, load.memory_after)
        rows = {
            "service": [peak.service for peak in peaks],
            "without mapped files": [peak.own for peak in peaks],
            "optimiser beside it": [peak.settling for peak in peaks],
        }
        for name, megabytes in rows.items():
            table.add_row(load.load.name, name, *(f"{held:,.0f}" for held in megabytes))
    return table


_LATENCIES = ("requests", "failed", "degraded", "p50 ms", "p95", "p99", "slowest")


def _figures(latency: Latency) -> tuple[str, ...]:
    counted = (f"{latency.requests:,}", str(latency.failed), str(latency.degraded))
    measured = (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.slowest_ms)
    return (*counted, *("-" if ms is None else f"{ms:.1f}" for ms in measured))


def _print_verdicts(load: LoadResult, console: Console) -> None:
    changes = load.changes
    console.print(
        f"{load.load.name}: {changes.sent} prices changed, {changes.sent_again} not answered at "
        f"first, {len(changes.missing)} not found in the end, the slowest searchable after "
        f"{changes.slowest_seconds:g} s; others used {load.cores_used_by_others:g} cores",
        highlight=False,
    )
    for rebuild in load.rebuilds:
        for gate in rebuild.gates:
            console.print(f"  gate {_verdict(gate)}: {gate.name}: {gate.detail}", highlight=False)
        for error in rebuild.errors:
            console.print(f"  [red]{error}[/red]", highlight=False)
    for problem in load.problems:
        console.print(f"  [red]failed:[/red] {problem}", highlight=False, markup=True)


def _verdict(gate: Gate) -> str:
    if gate.passed is None:
        return "not measured"
    return "[green]passed[/green]" if gate.passed else "[red]not passed[/red]"


def _table(texts: Sequence[str], figures: Sequence[str]) -> Table:
    table = Table(box=box.MARKDOWN)
    for name in texts:
        table.add_column(name, no_wrap=True)
    for name in figures:
        table.add_column(name, justify="right", no_wrap=True)
    return table
