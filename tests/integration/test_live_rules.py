"""Versions of the rule set in PostgreSQL, and the one that a running process takes over."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, func, select

from app.asgi import create_app
from app.commands.demo import load_sample_rules
from app.db.tables import rule_sets
from app.live import Live
from app.rules import live_rules
from app.rules.going_live import publish, roll_back
from app.rules.live_rules import AFTER_FAILURE_SECONDS, LiveRules, load_rule_set
from app.rules.publications import live_version
from app.rules.publishing import publish_all
from rules.errors import InvalidRules
from rules.model import Rule
from rules.parse import parse_checked_rules
from tests.e2e.command import until


def hide(rule_id: str) -> dict[str, Any]:
    return {"id": rule_id, "name": f"Rule {rule_id}", "then": [{"hide": {"item_ids": ["mug"]}}]}


def save(engine: Engine, *rules: dict[str, Any]) -> int:
    with engine.begin() as connection:
        return publish_all(connection, rules)


def save_unreadable(engine: Engine) -> int:
    """A set as a later release might store it."""
    rules = [{"id": "later", "then": [{"teleport": {"item_ids": ["mug"]}}]}]
    with engine.begin() as connection:
        version: int = connection.execute(
            rule_sets.insert()
            .values(rules=rules, message="Later", created_by="a later release")
            .returning(rule_sets.c.version)
        ).scalar_one()
        publish(connection, version, "a later release")
        return version


def ids(live: LiveRules) -> list[str]:
    return [rule.id for rule in live.current().rules]


@contextmanager
def following(live: LiveRules) -> Iterator[threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=live.follow, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(30)


def test_before_the_first_version_there_are_no_rules(engine: Engine) -> None:
    with engine.connect() as connection:
        version = live_version(connection)
    live = LiveRules(engine)
    live.refresh()

    assert (version, live.current().version, live.current().rules) == (0, 0, ())


def test_saved_rules_come_back_with_their_version(engine: Engine) -> None:
    version = save(engine, hide("one"), hide("two"))

    with engine.connect() as connection:
        stored = load_rule_set(connection, version)
    assert stored.version == version
    assert [(rule.id, rule.name) for rule in stored.rules] == [
        ("one", "Rule one"),
        ("two", "Rule two"),
    ]


def test_each_set_is_a_version_of_its_own_and_older_ones_are_kept(engine: Engine) -> None:
    first, second = save(engine, hide("one")), save(engine, hide("two"))

    with engine.connect() as connection:
        kept = connection.execute(select(rule_sets).order_by(rule_sets.c.version)).all()
        newest = load_rule_set(connection, live_version(connection))
    assert second > first
    assert [(row.version, row.rules) for row in kept] == [
        (first, [hide("one")]),
        (second, [hide("two")]),
    ]
    assert [rule.id for rule in newest.rules] == ["two"]


def test_empty_set_takes_all_rules_back(engine: Engine) -> None:
    live = LiveRules(engine)
    save(engine, hide("one"))
    live.refresh()

    version = save(engine)
    live.refresh()

    assert (live.current().version, ids(live)) == (version, [])


def test_rules_that_cannot_be_used_are_not_stored(engine: Engine) -> None:
    broken = {"id": "two", "then": []}

    with pytest.raises(InvalidRules) as caught, engine.begin() as connection:
        publish_all(connection, [hide("one"), broken])

    assert "$[1].then" in str(caught.value)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(rule_sets)).scalar() == 0


def test_version_is_live_only_once_it_is_committed(engine: Engine) -> None:
    live = LiveRules(engine)

    with engine.connect() as connection:
        publish_all(connection, [hide("one")])
        live.refresh()
        before = ids(live)
        connection.commit()
    live.refresh()

    assert (before, ids(live)) == ([], ["one"])


def test_request_keeps_the_set_that_it_began_with(engine: Engine) -> None:
    live = LiveRules(engine)
    save(engine, hide("one"))
    live.refresh()
    held = live.current()

    save(engine, hide("two"))
    live.refresh()

    assert [rule.id for rule in held.rules] == ["one"]
    assert ids(live) == ["two"]


def test_set_that_cannot_be_read_leaves_the_old_one_live_and_says_so(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveRules(engine)
    good = save(engine, hide("one"))
    live.refresh()
    broken = save_unreadable(engine)

    with caplog.at_level(logging.ERROR, "app.rules.live_rules"):
        live.refresh()

    assert (live.current().version, ids(live)) == (good, ["one"])
    assert f"rule set {broken} is not usable, {good} stays live" in caplog.text
    assert "$[0].then[0]" in caplog.text


def test_process_that_starts_on_a_broken_set_uses_the_newest_before_it_that_can_be_read(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    save(engine, hide("oldest"))
    good = save(engine, hide("good"))
    older, broken = save_unreadable(engine), save_unreadable(engine)
    live = LiveRules(engine)

    with caplog.at_level(logging.ERROR, "app.rules.live_rules"):
        live.refresh()
        live.refresh()

    assert (live.current().version, ids(live)) == (good, ["good"])
    assert f"rule set {older}, which was live before, is not usable" in caplog.text
    assert caplog.text.count(f"rule set {broken} is not usable, {good} stays live") == 1


def test_process_that_starts_on_a_broken_set_uses_none_that_was_taken_back(engine: Engine) -> None:
    good = save(engine, hide("good"))
    save(engine, hide("taken-back"))
    with engine.begin() as connection:
        roll_back(connection, "Ana")
    save_unreadable(engine)
    live = LiveRules(engine)

    live.refresh()

    assert live.current().version == good


def test_problem_is_told_until_a_version_that_can_be_read_is_live(engine: Engine) -> None:
    live = LiveRules(engine)
    at_first = live.problem
    broken = save_unreadable(engine)
    live.refresh()
    alone = live.problem

    good = save(engine, hide("one"))
    live.refresh()
    healed = live.problem
    newer = save_unreadable(engine)
    live.refresh()
    beside = live.problem
    with engine.begin() as connection:
        roll_back(connection, "Ana")
    live.refresh()

    unreadable = "of the rules cannot be read by this release"
    assert alone == f"version {broken} {unreadable}; none are used"
    assert (at_first, healed) == (None, None)
    assert beside == f"version {newer} {unreadable}; version {good} is used"
    assert (live.current().version, live.problem) == (good, None)


def test_rollback_of_the_first_version_reaches_a_process_that_follows(engine: Engine) -> None:
    live = LiveRules(engine)
    save(engine, hide("one"))
    with following(live):
        until(lambda: ids(live) == ["one"], 10, "the first version")

        with engine.begin() as connection:
            roll_back(connection, "Ana")
        until(lambda: live.current().version == 0, 10, "no rules")
        without = ids(live)
        save(engine, hide("two"))
        until(lambda: ids(live) == ["two"], 10, "the second version")

    assert without == []


def test_rollback_of_an_unreadable_first_version_leaves_no_problem(engine: Engine) -> None:
    live = LiveRules(engine)
    save_unreadable(engine)
    live.refresh()
    before = live.problem
    with engine.begin() as connection:
        roll_back(connection, "Ana")
    live.refresh()
    after = live.problem
    save_unreadable(engine)
    live.refresh()

    assert before is not None
    assert after is None
    assert live.problem is not None
    assert live.current().version == 0


def test_demo_leaves_its_rules_away_once_they_were_rolled_back(engine: Engine) -> None:
    load_sample_rules(engine)
    with engine.begin() as connection:
        loaded = live_version(connection)
        roll_back(connection, "Ana")

    load_sample_rules(engine)

    with engine.connect() as connection:
        assert (loaded > 0, live_version(connection)) == (True, 0)


def test_health_stays_ready_and_tells_of_rules_that_cannot_be_read(live: Live) -> None:
    good = save(live.engine, hide("one"))
    live.rules.refresh()
    broken = save_unreadable(live.engine)
    live.rules.refresh()

    with TestClient(create_app(live)) as client:
        answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["rule_set"] == good
    assert answer.json()["rules_problem"] == live.rules.problem
    assert f"version {broken} of the rules" in answer.json()["rules_problem"]


def test_good_set_behind_a_broken_one_takes_over(engine: Engine) -> None:
    live = LiveRules(engine)
    save_unreadable(engine)
    live.refresh()

    version = save(engine, hide("two"))
    live.refresh()

    assert (live.current().version, ids(live)) == (version, ["two"])


def test_set_that_cannot_be_read_is_logged_once_and_not_at_every_look(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveRules(engine)
    save_unreadable(engine)

    with caplog.at_level(logging.ERROR, "app.rules.live_rules"):
        for _ in range(3):
            live.refresh()

    assert caplog.text.count("is not usable") == 1


def test_process_that_follows_takes_new_versions_over_by_itself(engine: Engine) -> None:
    live = LiveRules(engine)

    with following(live):
        save(engine, hide("one"))
        until(lambda: ids(live) == ["one"], 10, "the first version")
        save(engine, hide("two"))
        until(lambda: ids(live) == ["two"], 10, "the second version")


def test_process_that_cannot_listen_asks_and_takes_new_versions_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("listening is not allowed here")

    monkeypatch.setattr(psycopg, "connect", refuse)
    live = LiveRules(engine)

    with following(live), caplog.at_level(logging.CRITICAL):
        save(engine, hide("one"))
        until(lambda: ids(live) == ["one"], AFTER_FAILURE_SECONDS - 1, "the first version")
        save(engine, hide("two"))
        until(lambda: ids(live) == ["two"], AFTER_FAILURE_SECONDS - 1, "the second version")


def test_process_that_could_not_listen_does_so_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[str] = []
    connect = psycopg.connect

    def refuse_once(url: str, **options: Any) -> Any:
        tries.append(url)
        if len(tries) == 1:
            raise psycopg.OperationalError("not yet")
        return connect(url, **options)

    monkeypatch.setattr(psycopg, "connect", refuse_once)
    monkeypatch.setattr(live_rules, "AFTER_FAILURE_SECONDS", 0.1)
    live = LiveRules(engine)

    with following(live), caplog.at_level(logging.CRITICAL):
        until(lambda: len(tries) == 2, 10, "the second try")
        save(engine, hide("one"))
        until(lambda: ids(live) == ["one"], 10, "the version")

    assert len(tries) == 2


def test_following_ends_when_it_is_told_to(engine: Engine) -> None:
    with following(LiveRules(engine)) as thread:
        assert thread.is_alive()

    assert not thread.is_alive()


def test_following_goes_on_behind_a_broken_version(engine: Engine) -> None:
    live = LiveRules(engine)

    with following(live):
        save(engine, hide("one"))
        until(lambda: ids(live) == ["one"], 10, "the first version")
        save_unreadable(engine)
        save(engine, hide("three"))
        until(lambda: ids(live) == ["three"], 10, "the version behind the broken one")


def test_rules_that_stay_as_they_are_are_not_read_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[list[str]] = []

    def parse(raw: Any) -> tuple[Rule, ...]:
        read.append([rule["id"] for rule in raw])
        return parse_checked_rules(raw)

    monkeypatch.setattr(live_rules, "parse_checked_rules", parse)
    live = LiveRules(engine)
    save(engine, hide("a"), hide("b"), hide("c"))
    live.refresh()
    save(engine, {**hide("a"), "priority": 3}, hide("c"), hide("d"))
    live.refresh()

    assert read == [["a", "b", "c"], ["a", "d"]]
    with engine.connect() as connection:
        anew = load_rule_set(connection, live.current().version)
    assert live.current().rules == anew.rules
    assert [rule.id for rule in anew.rules] == ["a", "c", "d"]
