"""One request's stopwatch: sums, fallbacks, and the budget."""

import logging
from time import perf_counter

import pytest

from app.search.stages import Stages


def work() -> int:
    """Takes more than the microsecond to which times are rounded."""
    return sum(range(20_000))


def fail() -> None:
    work()
    raise ValueError("a stage broke")


def test_stages_that_never_ran_took_no_time() -> None:
    timings = Stages().timings()

    assert (timings.embed, timings.retrieve, timings.score) == (0.0, 0.0, 0.0)
    assert timings.total >= 0.0


def test_stage_that_is_entered_twice_adds_up() -> None:
    stages = Stages()

    with stages.timed("rules"):
        work()
    once = stages.timings().rules
    with stages.timed("rules"):
        work()

    assert 0.0 < once < stages.timings().rules


def test_total_is_at_least_what_the_stages_took() -> None:
    stages = Stages()

    with stages.timed("embed"):
        work()
    with stages.timed("retrieve"):
        work()

    timings = stages.timings()
    assert timings.embed > 0.0
    assert timings.retrieve > 0.0
    # Each figure is rounded by itself.
    assert timings.total >= timings.embed + timings.retrieve - 0.002


def test_stage_that_must_not_fail_passes_its_error_on_and_is_still_timed() -> None:
    stages = Stages()

    with pytest.raises(ValueError, match="a stage broke"), stages.timed("retrieve"):
        fail()

    assert stages.timings().retrieve > 0.0
    assert stages.degraded == ()


def test_optional_stage_that_fails_is_degraded_timed_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stages = Stages()

    with caplog.at_level(logging.ERROR), stages.optional("score"):
        fail()

    assert stages.degraded == ("score",)
    assert stages.timings().score > 0.0
    assert "a stage broke" in caplog.text


def test_optional_stage_that_works_is_not_degraded() -> None:
    stages = Stages()

    with stages.optional("score"):
        pass

    assert stages.degraded == ()


def test_interruption_is_not_taken_for_a_failing_stage() -> None:
    stages = Stages()

    with pytest.raises(KeyboardInterrupt), stages.optional("score"):
        raise KeyboardInterrupt

    assert stages.degraded == ()


def test_each_degraded_stage_is_named_once_in_the_order_of_the_first_time() -> None:
    stages = Stages()

    for stage in ("score", "embed", "score"):
        stages.degrade(stage)

    assert stages.degraded == ("score", "embed")


def test_stage_may_begin_within_the_budget() -> None:
    stages = Stages(budget=60.0)

    assert stages.in_time("score")
    assert stages.degraded == ()


def test_time_before_the_search_began_is_the_stage_wait_and_in_the_total() -> None:
    accepted = perf_counter() - 3.0

    stages = Stages(accepted=accepted)
    work()
    timings = stages.timings()

    assert 3_000 <= timings.wait < timings.total < 60_000
    assert timings.total >= timings.wait


def test_waiting_takes_nothing_from_the_budget() -> None:
    stages = Stages(budget=60.0, accepted=perf_counter() - 120.0)

    assert stages.in_time("score")
    assert stages.degraded == ()


def test_stage_may_not_begin_behind_the_budget_and_is_degraded() -> None:
    stages = Stages(budget=-1.0)

    assert not stages.in_time("score")
    assert stages.degraded == ("score",)
