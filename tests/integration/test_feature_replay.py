"""What features were when a list was shown: from the log alone, and nothing from after it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, select

from app.db.tables import examination_curves, ranking_events
from app.features.behaviour_cache import BehaviourCache
from app.features.counting import BehaviourCounter
from app.features.replay import replay_lists
from app.items.repository import write_items
from app.live import Live
from indexing.candidates import Floats
from indexing.documents import ItemKey
from indexing.queries import SearchQuery
from ranking.behaviour import BEHAVIOUR
from ranking.facts import facts_of
from ranking.features import FEATURES
from tests.factories import make_item
from tests.integration.conftest import Fill
from tests.integration.event_log import NOON, write_event, write_list

ITEMS = [
    make_item(str(n), brand=f"Brand {n % 3}", categories=("Kitchen", f"Kind {n % 2}"))
    for n in range(1, 9)
]
FACTS = {n: facts_of(ItemKey(n), item) for n, item in enumerate(ITEMS, start=1)}


@pytest.fixture
def catalogue(engine: Engine) -> None:
    with engine.begin() as connection:
        for item in ITEMS:
            write_items(connection, [item])


def replayed(engine: Engine, since: datetime = NOON - timedelta(days=60)) -> dict[str, Floats]:
    with engine.connect() as connection:
        lists = replay_lists(connection, since, NOON + timedelta(days=400))
        return {entry.query_id: entry.features for entry in lists}


class Life:
    """A random log in the order in which it becomes known. Now and then a list is shown, and what
    the service reads for it at that moment is kept, all that was known before having been
    counted."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self._engine = engine
        self._chance = random.Random(seed)  # noqa: S311
        self.now = NOON
        self._counter = BehaviourCounter(engine)
        self._cache = BehaviourCache(engine, lambda: self.now)
        self._cache.refresh()
        self._waiting: list[tuple[datetime, Callable[[Connection], object]]] = []
        self.read: dict[str, Floats] = {}

    def go_on(self, steps: int) -> None:
        chance = self._chance
        for n in range(steps):
            self.now += timedelta(seconds=chance.choice([1, 1, 60, 600, 3600, 40_000, 400_000]))
            self._become_known()
            if chance.random() < 0.5:
                self._show(f"list {n}")
            else:
                self._act(f"event {n}")
            if chance.random() < 0.05:
                self._curve()

    def _become_known(self) -> None:
        """What waits, up to now; then all is counted, as it is within a second in real life."""
        due = [write for known_at, write in self._waiting if known_at < self.now]
        self._waiting = [entry for entry in self._waiting if entry[0] >= self.now]
        for write in due:
            with self._engine.begin() as connection:
                write(connection)
        self._counter.run()
        self._cache.refresh()

    def _show(self, query_id: str) -> None:
        chance = self._chance
        items = chance.sample(sorted(FACTS), chance.randint(1, 6))
        query, session = chance.choice(["kettle", "kett", "mug"]), chance.choice(["s", "t", ""])
        self.read[query_id] = self._cache.features(
            query, np.array(items, np.int64), [FACTS[n] for n in items], session, self.now
        )
        fields: dict[str, Any] = {
            "at": self.now,
            "known_at": self.now + timedelta(seconds=chance.choice([0, 1, 5, 900])),
            "client_id": chance.choice(["anna", "bert", ""]),
            "session_id": session,
            "query": query,
            "first": chance.choice([0, 0, 0, 6]),
            "final": chance.random() < 0.1,
        }
        self._later(fields, lambda c: write_list(c, query_id, items, **fields))

    def _act(self, event_id: str) -> None:
        chance = self._chance
        late = timedelta(seconds=chance.choice([0, 0, 1, 700, 5_000, 500_000]))
        fields: dict[str, Any] = {
            "at": self.now - late,
            "known_at": self.now,
            "client_id": chance.choice(["anna", "bert", ""]),
            "session_id": chance.choice(["s", "t", ""]),
            "query": chance.choice(["kettle", "mug", ""]),
            "query_id": chance.choice([None, *list(self.read)[-4:]]),
            "revenue": chance.randint(0, 10**8),
        }
        action = chance.choice(
            ["impression", "click", "click", "view", "add_to_cart", "purchase", "dismiss", "wave"]
        )
        item = chance.choice([None, *FACTS, *FACTS])
        self._later(fields, lambda c: write_event(c, event_id, action, item, **fields))

    def _later(self, fields: dict[str, Any], write: Callable[[Connection], object]) -> None:
        self._waiting.append((fields["known_at"], write))
        self._waiting.sort(key=lambda entry: entry[0])

    def _curve(self) -> None:
        parts = [self._chance.randint(1, 1_000_000) for _ in range(3)]
        curve = {"known_at": self.now, "parts_per_million": parts, "origin": "a test"}
        self._later(curve, lambda c: c.execute(examination_curves.insert().values(curve)))


@pytest.mark.parametrize("seed", range(6))
def test_replay_gives_what_was_read_when_the_list_was_shown_to_the_last_digit(
    engine: Engine, catalogue: None, seed: int
) -> None:
    life = Life(engine, seed)
    life.go_on(120)

    found = replayed(engine)

    # The last ones were shown and never written.
    assert len(found) > 30
    for query_id, features in found.items():
        assert features.tobytes() == life.read[query_id].tobytes(), query_id
    assert len({features.tobytes() for features in found.values()}) > 20


def test_replay_of_a_part_gives_what_the_replay_of_all_gives(
    engine: Engine, catalogue: None
) -> None:
    life = Life(engine, 11)
    life.go_on(100)
    whole = replayed(engine)

    part = replayed(engine, since=life.now - timedelta(days=20))

    assert 0 < len(part) < len(whole)
    assert all(part[query_id].tobytes() == whole[query_id].tobytes() for query_id in part)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("a click on the list itself", {"query_id": "asked", "at": minutes(11)}),
        ("a click on an earlier list, later", {"query_id": "earlier", "at": minutes(11)}),
        (
            "a click from before that became known later",
            {"query_id": "earlier", "at": minutes(5), "known_at": minutes(11)},
        ),
        (
            "a click that became known in the same moment",
            {"query_id": "earlier", "at": minutes(5), "known_at": minutes(10)},
        ),
        (
            "something done in the session, later",
            {"session_id": "s", "at": minutes(11), "query_id": None},
        ),
        (
            "something done in the session before, and known later",
            {"session_id": "s", "at": minutes(5), "known_at": minutes(11), "query_id": None},
        ),
    ],
)
def test_planted_leak_does_not_show(
    engine: Engine, catalogue: None, what: str, fields: dict[str, Any]
) -> None:
    with engine.begin() as connection:
        write_list(connection, "earlier", [1, 2, 3], at=minutes(0))
        write_event(connection, "e", "click", 2, query_id="earlier", at=minutes(1))
        write_list(connection, "asked", [1, 2, 3], at=minutes(10), session_id="s")
    BehaviourCounter(engine).run()
    clean = replayed(engine)["asked"]
    with engine.begin() as connection:
        write_event(connection, "leak", "purchase", 3, revenue=10**9, **fields)
        write_event(connection, "leak 2", "click", 3, **fields)
    BehaviourCounter(engine).run()

    assert replayed(engine)["asked"].tobytes() == clean.tobytes(), what
    assert not np.array_equal(clean, BEHAVIOUR.neutral(3))


def test_the_same_event_known_before_does_show(engine: Engine, catalogue: None) -> None:
    """Else the test above would prove nothing."""
    with engine.begin() as connection:
        write_list(connection, "earlier", [1, 2, 3], at=minutes(0))
        write_list(connection, "asked", [1, 2, 3], at=minutes(10))
    clean = replayed(engine)["asked"]
    with engine.begin() as connection:
        write_event(connection, "e", "click", 3, query_id="earlier", at=minutes(9))
    BehaviourCounter(engine).run()

    assert replayed(engine)["asked"].tobytes() != clean.tobytes()


def test_features_recorded_with_a_list_are_those_of_the_replay(live: Live, fill: Fill) -> None:
    fill(*(make_item(str(n), title=f"Kettle {n}", brand=f"Brand {n % 2}") for n in range(6)))

    def show(query_id: str = "") -> str:
        answer = live.search.search(SearchQuery(text="kettle", client_id="anna", session_id="s"))
        live.lists.flush()
        return answer.query_id

    first = show()
    with live.engine.begin() as connection:
        now = connection.exec_driver_sql("select clock_timestamp()").scalar_one()
        for n, item in enumerate((3, 4)):
            write_event(connection, f"e{n}", "click", item, query_id=first, session_id="s", at=now)
    BehaviourCounter(live.engine).run()
    live.behaviour.refresh()
    second = show()

    with live.engine.connect() as connection:
        rows = connection.execute(select(ranking_events)).all()
    recorded = {
        row.query_id: np.frombuffer(row.features, "<f4").reshape(-1, len(FEATURES)) for row in rows
    }
    found = replayed(live.engine, since=now - timedelta(days=1))
    assert found.keys() == {first, second}
    for query_id in found:
        learned = recorded[query_id][:, -len(BEHAVIOUR.names) :]
        assert learned.tobytes() == found[query_id].tobytes()
    assert np.array_equal(found[first], BEHAVIOUR.neutral(6))
    assert not np.array_equal(found[second], BEHAVIOUR.neutral(6))
