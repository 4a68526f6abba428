"""When a service that is away is asked again."""

import pytest

from indexing.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(first=1.0, longest=4.0, clock=clock)


def test_everybody_asks_as_long_as_nothing_fails(breaker: Breaker) -> None:
    assert all(breaker.allows() for _ in range(10))


def test_nobody_asks_during_the_pause_after_a_failure(breaker: Breaker, clock: Clock) -> None:
    breaker.failed()

    clock.now += 0.9

    assert not breaker.allows()


def test_one_asks_when_the_pause_is_over_and_the_others_wait_for_how_it_goes(
    breaker: Breaker, clock: Clock
) -> None:
    breaker.failed()
    clock.now += 1.0

    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert all(breaker.allows() for _ in range(3))


def test_pause_doubles_with_each_further_failure_up_to_the_longest(
    breaker: Breaker, clock: Clock
) -> None:
    breaker.failed()
    pauses = []
    for _ in range(5):
        waited = 0.0
        while not breaker.allows():
            clock.now += 0.5
            waited += 0.5
        pauses.append(waited)
        breaker.failed()

    assert pauses == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_failures_of_what_was_under_way_together_count_once(breaker: Breaker, clock: Clock) -> None:
    for _ in range(20):
        breaker.failed()

    clock.now += 1.0

    assert breaker.allows()


def test_one_who_never_tells_keeps_the_others_out_for_one_pause(
    breaker: Breaker, clock: Clock
) -> None:
    breaker.failed()
    clock.now += 1.0
    assert breaker.allows()

    clock.now += 1.0

    assert breaker.allows()
