"""What a session was about: the last few actions, and no more sessions than there is room for."""

from datetime import UTC, datetime

from ranking.behaviour_definitions import Session
from ranking.behaviour_sums import Traits
from ranking.session_interest import SessionInterests

SESSION = Session(actions=3, hours=2, decay=0.5, weights={"click": 1.0, "purchase": 4.0})
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = NOW.timestamp()


def brand_is_key(key: int) -> Traits:
    return Traits(key, 0)


def about(sessions: SessionInterests, session_id: str = "s") -> list[tuple[int, float]]:
    """The brands, the latest first, with their weights."""
    interest = sessions.interest(session_id, NOW, brand_is_key)
    return list(zip(interest.brands.tolist(), interest.weights.tolist(), strict=True))


def test_latest_action_counts_most_and_older_ones_fade() -> None:
    sessions = SessionInterests(SESSION)
    sessions.note("s", "purchase", AT - 20, 1, 1)
    sessions.note("s", "click", AT - 10, 2, 2)

    assert about(sessions) == [(2, 1.0), (1, 2.0)]


def test_only_the_last_actions_are_kept_in_whatever_order_they_come() -> None:
    sessions = SessionInterests(SESSION)
    for key, seconds in enumerate((30, 50, 10, 40, 20), start=1):
        sessions.note("s", "click", AT - seconds, key, key)

    assert [brand for brand, _ in about(sessions)] == [3, 5, 1]


def test_event_that_is_read_twice_counts_once() -> None:
    sessions = SessionInterests(SESSION)
    for _ in range(2):
        sessions.note("s", "click", AT, 1, 1)

    assert about(sessions) == [(1, 1.0)]


def test_what_has_no_weight_and_what_has_no_session_is_left_out() -> None:
    sessions = SessionInterests(SESSION)
    sessions.note("s", "impression", AT, 1, 1)
    sessions.note("", "click", AT, 2, 2)

    assert len(sessions) == 0


def test_action_of_hours_ago_says_nothing_any_more() -> None:
    sessions = SessionInterests(SESSION)
    sessions.note("s", "click", AT - 7200, 1, 1)
    sessions.note("s", "click", AT - 7199, 2, 2)
    sessions.note("old", "click", AT - 7200, 3, 3)

    assert about(sessions) == [(2, 1.0)]
    sessions.drop_old(NOW)
    assert len(sessions) == 1


def test_session_that_was_idle_longest_makes_room() -> None:
    sessions = SessionInterests(SESSION, most=2)
    for session_id in ("a", "b", "a", "c"):
        sessions.note(session_id, "click", AT, 1, 1)

    assert [bool(about(sessions, each)) for each in "abc"] == [True, False, True]


def test_forgotten_session_is_gone() -> None:
    sessions = SessionInterests(SESSION)
    sessions.note("s", "click", AT, 1, 1)

    sessions.forget(["s", "never there"])

    assert about(sessions) == []
    assert sessions.items() == set()
