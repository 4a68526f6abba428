"""Which searches count for which part of a rebuild, and what the benchmark makes of them."""

import pytest
from rich.console import Console
from rich.table import Table

from app.reindex.gates import Gate
from benchmarks.rebuild_result import (
    DURING,
    SWITCH,
    WITHOUT,
    Latency,
    LoadResult,
    MemorySample,
    Peak,
    PriceChanges,
    Rebuild,
    RebuildFigures,
    Span,
    figures_of,
    p99_ratio,
    peak,
    phase_latencies,
    phases_of,
    slowest,
    step_latencies,
)
from benchmarks.rebuild_table import memory_table, rebuilds_table, searches_table, steps_table
from benchmarks.shoppers import Asked, Load

CLOCK = Load("20 per second", 64, 20.0)


def make_rebuild(begun: float = 100.0, switched: float | None = 128.0) -> Rebuild:
    return Rebuild(
        whole=Span("rebuild", begun, begun + 30.0),
        switched=switched,
        steps=(Span("fill", begun, begun + 20.0), Span("gates", begun + 20.0, begun + 30.0)),
        status="succeeded",
        errors=(),
        items=600,
        gates=(Gate("titles", True, "all are found"), Gate("relevance", None, "not measured")),
    )


def make_asked(due: float, seconds: float = 0.01, problem: str = "") -> Asked:
    return Asked(due, due + seconds, problem)


def make_latency(phase: str, p99_ms: float | None, failed: int = 0) -> Latency:
    return Latency(phase=phase, requests=7, failed=failed, degraded=0, p99_ms=p99_ms)


def make_result(
    failed: int = 0,
    missing: tuple[str, ...] = (),
    status: str = "succeeded",
    sent_again: int = 0,
) -> LoadResult:
    searches = (make_latency(WITHOUT, 10.0), make_latency(DURING, 25.0, failed))
    rebuild = make_rebuild()
    figures = RebuildFigures(
        status=status,
        errors=(),
        seconds=30.0,
        items=600,
        items_per_second=20.0,
        steps_seconds={"fill": 20.0},
        gates=rebuild.gates,
    )
    return LoadResult(
        load=CLOCK,
        searches=searches,
        p99_ratio=p99_ratio(searches),
        steps=(make_latency("fill", 25.0),),
        slowest=(),
        problems=(),
        rebuilds=(figures,),
        memory_before=Peak(1_300.4, 700.0, 0.0),
        memory_during=Peak(1_500.0, 760.0, 150.0),
        memory_after=Peak(1_400.0, 760.0, 0.0),
        changes=PriceChanges(10, sent_again, missing, 1.5),
        cores_used_by_others=0.1,
    )


def rows_of(table: Table) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    lines = [line for line in capture.get().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


@pytest.mark.parametrize(
    ("due", "seconds", "phases"),
    [
        (90.0, 9.0, {WITHOUT}),
        (99.0, 2.0, {DURING}),
        (110.0, 0.1, {DURING}),
        (125.0, 1.5, {DURING, SWITCH}),
        (129.9, 5.0, {DURING, SWITCH}),
        (130.1, 0.1, {WITHOUT}),
    ],
)
def test_search_counts_for_all_that_any_moment_of_it_lay_in(
    due: float, seconds: float, phases: set[str]
) -> None:
    assert phases_of(make_asked(due, seconds), [make_rebuild()]) == phases


def test_seconds_behind_the_switch_belong_to_it_when_the_rebuild_has_ended() -> None:
    rebuild = make_rebuild(switched=129.5)

    assert phases_of(make_asked(131.0), [rebuild]) == {SWITCH}


def test_rebuild_that_never_went_live_has_no_switch() -> None:
    rebuild = make_rebuild(switched=None)

    assert phases_of(make_asked(128.0), [rebuild]) == {DURING}


def test_between_two_rebuilds_is_without_one() -> None:
    rebuilds = [make_rebuild(100.0, 128.0), make_rebuild(200.0, 228.0)]

    assert phases_of(make_asked(150.0), rebuilds) == {WITHOUT}
    assert phases_of(make_asked(210.0), rebuilds) == {DURING}


def test_percentiles_are_of_each_phase_alone() -> None:
    asked = [make_asked(50.0 + n / 10, 0.01) for n in range(100)]
    asked += [make_asked(101.0 + n / 10, 0.01 * n) for n in range(1, 101)]

    without, during, switch = phase_latencies(asked, [make_rebuild()])

    assert (without.phase, without.requests, without.p99_ms) == (WITHOUT, 100, 10.0)
    assert during.p50_ms == pytest.approx(505.0)
    assert during.p99_ms == pytest.approx(990.1)
    assert during.slowest_ms == pytest.approx(1_000.0)
    assert (switch.requests, switch.p50_ms) == (0, None)


def test_failed_searches_are_counted_and_left_out_of_the_percentiles() -> None:
    asked = [make_asked(50.0, 0.02), make_asked(51.0, 9.0, "503")]

    without, *_ = phase_latencies(asked, [make_rebuild()])

    assert (without.requests, without.failed, without.slowest_ms) == (2, 1, 20.0)


def test_search_that_is_held_up_over_two_steps_counts_for_both() -> None:
    asked = [make_asked(105.0), make_asked(119.0, 2.0), make_asked(50.0)]

    fill, gates = step_latencies(asked, [make_rebuild()])

    assert (fill.phase, fill.requests) == ("fill", 2)
    assert (gates.phase, gates.requests, gates.p50_ms) == ("gates", 1, 2_000.0)


def test_steps_of_one_name_count_together_over_all_rebuilds() -> None:
    asked = [make_asked(105.0), make_asked(205.0)]

    fill, _ = step_latencies(asked, [make_rebuild(), make_rebuild(200.0, 228.0)])

    assert fill.requests == 2


def test_ratio_needs_searches_of_both_phases() -> None:
    both = (make_latency(WITHOUT, 10.0), make_latency(DURING, 25.0))

    assert p99_ratio(both) == 2.5
    assert p99_ratio((make_latency(WITHOUT, None), both[1])) is None


def test_slowest_searches_are_told_with_the_steps_that_they_lay_in() -> None:
    asked = [make_asked(101.0), make_asked(119.5, 1.0), make_asked(50.0, 9.0)]

    slow, second = slowest(asked, make_rebuild(), 5)

    assert (slow.ms, slow.due_seconds, slow.steps) == (1_000.0, 19.5, ("fill", "gates"))
    assert second.ms == 10.0


def test_memory_peaks_are_of_the_time_between() -> None:
    samples = [
        MemorySample(1.0, 900.0, 500.0, 0.0),
        MemorySample(2.0, 1_200.0, 400.0, 150.0),
        MemorySample(3.0, 1_000.0, 600.0, 0.0),
    ]

    assert peak(samples, 0.0, 1.5) == Peak(900.0, 500.0, 0.0)
    assert peak(samples, 1.5, 9.0) == Peak(1_200.0, 600.0, 150.0)
    assert peak(samples, 4.0, 9.0) == Peak(0.0, 0.0, 0.0)


def test_figures_of_a_rebuild_add_up_steps_that_came_twice() -> None:
    steps = (Span("catch up", 100.0, 101.0), Span("gates", 101.0, 129.0))
    again = (*steps, Span("catch up", 129.0, 130.0))
    rebuild = Rebuild(Span("rebuild", 100.0, 130.0), 128.0, again, "succeeded", (), 600, ())

    figures = figures_of(rebuild)

    assert figures.steps_seconds == {"catch up": 2.0, "gates": 28.0}
    assert (figures.seconds, figures.items_per_second) == (30.0, 20.0)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (make_result(), True),
        (make_result(failed=1), False),
        (make_result(missing=("kettle",)), False),
        (make_result(sent_again=1), False),
        (make_result(status="failed"), False),
    ],
)
def test_whatever_failed_or_was_lost_is_not_as_it_should_be(
    result: LoadResult, expected: bool
) -> None:
    assert result.as_it_should_be is expected


def test_table_is_markdown_with_the_ratio_beside_the_rebuild() -> None:
    header, line, without, during = rows_of(searches_table([make_result()]))

    assert header[-2:] == ["slowest", "p99 ratio"]
    assert set("".join(line)) == {"-"}
    assert without[:4] == ["20 per second", WITHOUT, "7", "0"]
    assert (without[-1], during[-1]) == ("", "2.5")


def test_tables_tell_steps_gates_and_memory() -> None:
    result = make_result()

    assert rows_of(steps_table([result]))[2][1:4] == ["fill", "20.0", "7"]
    assert rows_of(rebuilds_table([result]))[2][1:] == ["succeeded", "1 of 2", "30.0", "20"]
    assert rows_of(memory_table([result]))[2][1:] == ["service", "1,300", "1,500", "1,400"]
