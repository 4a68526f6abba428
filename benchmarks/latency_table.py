"""The latency benchmark's result as tables for a person."""

from rich.console import Console
from rich.table import Table

from benchmarks.results import LatencyResult


def print_result(result: LatencyResult, console: Console) -> None:
    _print_cells(result, console)
    _print_stages(result, console)
    for aim in result.aims:
        verdict = "[green]reached[/green]" if aim.reached else "[red]not reached[/red]"
        console.print(f"Aim: {aim.text}: {aim.measured:g}, at most {aim.limit:g}: {verdict}")
    machine, service = result.machine, result.service
    console.print(
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB; commit "
        f"{machine.commit}; {result.dataset}, {result.items} items; {result.rules} rules, "
        f"model {service.get('model')}, service memory {service.get('memory_mb')} MB; others "
        f"used {result.cores_used_by_others} cores",
        highlight=False,
    )
    for note in result.notes:
        console.print(f"Note: {note}", highlight=False)


def _print_cells(result: LatencyResult, console: Console) -> None:
    table = Table(title=f"Latency, {result.rounds} rounds; ratio to {result.reference}")
    for name in ("clients", "asked"):
        table.add_column(name, no_wrap=True)
    table.add_column("system", no_wrap=True)
    for name in ("p50 ms", "p95 ms", "p99 ms", "per s", "p50 ratio", "in rounds", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    last = result.cells[0]
    for cell in result.cells:
        if (cell.clients, cell.asked) != (last.clients, last.asked):
            table.add_section()
        last = cell
        ratio = cell.p50_to_reference
        table.add_row(
            str(cell.clients),
            cell.asked,
            cell.system,
            f"{cell.p50_ms:.2f}",
            f"{cell.p95_ms:.2f}",
            f"{cell.p99_ms:.2f}",
            f"{cell.requests_per_second:.0f}",
            f"{ratio.median:.2f}",
            f"{ratio.low:.2f}-{ratio.high:.2f}",
            str(cell.requests),
        )
    console.print(table)


def _print_stages(result: LatencyResult, console: Console) -> None:
    stages = list(result.served[0].stages_p50_ms)
    table = Table(title="Endcap's stages, p50 in ms; around: HTTP, JSON, waiting for a thread")
    for name in ("clients", "asked"):
        table.add_column(name, no_wrap=True)
    for name in (*stages, "around", "no work", "ruled", "degraded", "kB"):
        table.add_column(name, justify="right", no_wrap=True)
    for served in result.served:
        table.add_row(
            str(served.clients),
            served.asked,
            *(f"{served.stages_p50_ms[stage]:.2f}" for stage in stages),
            f"{served.around_p50_ms:.2f}",
            f"{result.no_work_p50_ms[str(served.clients)]:.2f}",
            f"{served.with_rules:.0%}",
            f"{served.degraded:.0%}",
            f"{served.answer_kb:.0f}",
        )
    console.print(table)
