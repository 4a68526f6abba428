"""From the log in Postgres to a model that is live, or refused: with the records that it leaves,
and in a process of its own."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from sqlalchemy import Engine, select

from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.db.tables import audit_log, examination_curves
from app.features.counting import BehaviourCounter
from app.training.clickthroughs import read_clickthroughs, read_showings
from app.training.judged import Judged, read_judged, write_judged
from app.training.material import gather, split
from app.training.mlflow_tracker import MlflowTracker
from app.training.process import Places, TrainingFailed, train_apart
from app.training.request import Outcome, TrainingRequest
from app.training.tracking import TrackedRun
from app.training.training import Parts, run_training
from app.training.turn import training_turn
from ranking.errors import InvalidFeatures, TooLittleToLearnFrom
from ranking.events import PLACEMENTS, Clickthrough
from ranking.features import FEATURES
from ranking.labels import LabelledList, label_all
from ranking.model_store import ModelStore
from tests.integration.shop import create_database
from tests.shoppers import (
    World,
    clicks_at_random,
    clicks_the_first,
    looks_down,
    showings_of,
    store,
)

REQUEST = TrainingRequest()


def nothing(_: Any) -> None:
    return None


class Trained(NamedTuple):
    engine: Engine
    models: ModelStore
    data_dir: Path
    outcome: Outcome
    world: World
    entries: Sequence[Clickthrough]

    @property
    def version(self) -> str:
        return self.outcome.version


@pytest.fixture(scope="module")
def trained(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trained]:
    """A log of four thousand lists, and the first model, trained from it and kept in MLflow."""
    folder = tmp_path_factory.mktemp("training-from-log")
    engine = connect(create_database(postgres, folder.name))
    try:
        migrate(engine)
        world = World()
        entries = world.clickthroughs(4_000, looks_down(1.0), until=datetime.now(UTC))
        store(engine, entries)
        models = ModelStore(folder / "models")
        judged = Judged(tuple(world.judged()), "world.csv", "a digest", 1_600)
        parts = Parts(engine, models, MlflowTracker(folder, None), judged)
        outcome = run_training(parts, REQUEST, "a test")
        yield Trained(engine, models, folder, outcome, world, entries)
    finally:
        engine.dispose()


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def test_model_that_passes_the_gate_is_live(trained: Trained) -> None:
    assert trained.outcome.passed
    assert trained.outcome.live
    assert trained.models.live_version() == trained.version
    assert trained.models.load(trained.version).version == trained.version


def test_manifest_tells_what_the_model_rests_on(trained: Trained) -> None:
    manifest = trained.models.manifest(trained.version)
    window = manifest.window

    assert window is not None
    assert window.since < window.split < window.until
    clicked = sum(bool(entry.actions) for entry in trained.entries)
    assert window.learned + window.held_out == clicked
    assert window.held_out == pytest.approx(clicked / 5, abs=1)
    assert (manifest.architecture, manifest.bias, manifest.judgments) == ("linear", "ipw", "")
    assert manifest.weights["rating"] > 1 > 0 > manifest.weights["price"]
    assert manifest.examination[0] > manifest.examination[5] > 0
    assert {"clicks_ndcg@10", "judgments_ndcg@10"} <= manifest.metrics.keys()


def test_gates_report_and_the_features_lie_beside_the_manifest(trained: Trained) -> None:
    gate, profile = trained.models.gate(trained.version), trained.models.profile(trained.version)

    assert gate is not None
    assert profile is not None
    assert gate.passed
    assert gate.champion == "retrieval"
    assert {entry.source for entry in gate.comparisons} == {"held-out lists", "judgments"}
    assert set(profile.features) == set(FEATURES)


def test_training_and_promotion_are_in_the_audit(trained: Trained) -> None:
    with trained.engine.connect() as connection:
        rows = connection.execute(select(audit_log).order_by(audit_log.c.id)).all()

    mine = [row for row in rows if row.object == f"model/{trained.version}"]
    assert [row.action for row in mine] == ["model.train", "model.promote"]
    assert mine[0].after["passed"] is True
    assert (mine[1].before, mine[1].after) == ({"live": None}, {"live": trained.version})


def test_estimated_curve_is_what_lists_are_counted_by_from_then_on(trained: Trained) -> None:
    with trained.engine.connect() as connection:
        row = connection.execute(select(examination_curves)).one()

    assert row.origin == f"model {trained.version}"
    assert row.parts_per_million[0] == 1_000_000
    assert row.parts_per_million[4] == pytest.approx(200_000, abs=60_000)


def test_run_and_version_are_in_mlflow(trained: Trained) -> None:
    run = trained.models.manifest(trained.version).run
    database = sqlite3.connect(trained.data_dir / "mlflow.db")

    def rows(query: str) -> dict[str, Any]:
        return dict(database.execute(query).fetchall())

    parameters = rows(f"select key, value from params where run_uuid = '{run}'")  # noqa: S608
    metrics = rows(f"select key, value from metrics where run_uuid = '{run}'")  # noqa: S608
    aliases = rows("select alias, version from registered_model_aliases")
    database.close()
    kept = {path.name for path in (trained.data_dir / "mlflow" / run).rglob("*")}

    assert parameters["architecture"] == "linear"
    assert parameters["since"] < parameters["until"]
    assert metrics["clicks_ndcg_at_10"] == pytest.approx(
        trained.outcome.metrics["clicks_ndcg@10"]["mean"]
    )
    assert aliases == {"live": 1}
    assert {"manifest.json", "gate.json", "saved_model.pb"} <= kept


def test_same_log_trains_the_same_model_which_is_then_no_better(
    trained: Trained, tmp_path: Path
) -> None:
    """Against its like nothing is shown, so what is live stays live."""
    outcome = run_training(Parts(trained.engine, trained.models), REQUEST, "a test")

    again = trained.models.manifest(outcome.version).weights
    assert again == trained.models.manifest(trained.version).weights
    assert not outcome.passed
    assert not outcome.live
    assert outcome.reasons[0] == "nowhere shown to be better than the champion"
    assert trained.models.live_version() == trained.version


def test_model_that_is_not_to_be_promoted_is_kept_all_the_same(
    trained: Trained, models: ModelStore
) -> None:
    request = TrainingRequest(promote=False)

    outcome = run_training(Parts(trained.engine, models), request, "a test")

    assert outcome.passed
    assert not outcome.live
    assert models.live_version() is None
    assert models.versions() == [outcome.version]


def test_judgments_that_were_learned_from_are_measured_in_cross_validation(
    trained: Trained, models: ModelStore
) -> None:
    lists = trained.world.judged()
    # Grades that nothing leads to: whoever has seen them knows them, and nobody else does.
    rng = np.random.default_rng(1)
    unknowable = [
        msgspec.structs.replace(
            entry, grades={item: int(rng.integers(0, 4)) for item in entry.item_ids}
        )
        for entry in lists
    ]
    judged = Judged(tuple(unknowable), "odd.csv", "a digest", 1_600)
    request = TrainingRequest(judgments=True, judgment_weight=200, promote=False)
    phases: list[str] = []

    outcome = run_training(
        Parts(trained.engine, models, judged=judged),
        request,
        "a test",
        lambda told: phases.append(told["phase"]),
    )

    assert phases.count("cross-validating judgments") == 5
    assert models.manifest(outcome.version).judgments == "odd.csv"
    by_chance = outcome.metrics["judgments_ndcg@10_over_retrieval"]
    assert by_chance["low"] < 0.02


def test_clicks_at_random_make_no_model_live(engine: Engine, models: ModelStore) -> None:
    world = World()
    store(engine, world.clickthroughs(2_500, clicks_at_random, until=datetime.now(UTC)))
    judged = Judged(tuple(world.judged()), "world.csv", "a digest", 1_600)

    outcome = run_training(Parts(engine, models, judged=judged), REQUEST, "a test")

    assert not outcome.passed
    assert models.live_version() is None


def test_shoppers_who_always_click_the_first_hit_teach_nothing(
    engine: Engine, models: ModelStore
) -> None:
    store(engine, World().clickthroughs(1_000, clicks_the_first, until=datetime.now(UTC)))

    with pytest.raises(TooLittleToLearnFrom, match="nobody looks below position 1"):
        run_training(Parts(engine, models), REQUEST, "a test")

    assert models.versions() == []


def test_log_without_a_click_is_refused_with_the_reason(engine: Engine, models: ModelStore) -> None:
    with pytest.raises(TooLittleToLearnFrom, match="in the last 30 days"):
        run_training(Parts(engine, models), REQUEST, "a test")


def test_features_that_are_no_features_stop_the_training(
    engine: Engine, models: ModelStore
) -> None:
    entries = World().clickthroughs(400, looks_down(0.5), until=datetime.now(UTC))
    broken = np.full_like(entries[7].shown.features, 1.5)
    entries[7] = with_shown(entries[7], features=broken)
    clicked = next(iter(entries[7].shown.item_keys))
    entries[7] = msgspec.structs.replace(entries[7], actions={clicked: frozenset({"click"})})
    store(engine, entries)

    with pytest.raises(InvalidFeatures, match="outside of 0 to 1"):
        run_training(Parts(engine, models), REQUEST, "a test")


def with_shown(entry: Clickthrough, **fields: Any) -> Clickthrough:
    return msgspec.structs.replace(entry, shown=msgspec.structs.replace(entry.shown, **fields))


def test_clickthroughs_come_back_from_postgres_as_they_happened(engine: Engine) -> None:
    now = datetime.now(UTC)
    entries = World().clickthroughs(300, looks_down(0.5), until=now)
    store(engine, entries)
    BehaviourCounter(engine).run()

    with engine.connect() as connection:
        found = read_clickthroughs(connection, now - timedelta(days=1), now)

    clicked = [entry for entry in entries if entry.actions]
    assert [entry.shown.query_id for entry in found] == [e.shown.query_id for e in clicked]
    assert [entry.actions for entry in found] == [entry.actions for entry in clicked]
    for mine, theirs in zip(found, clicked, strict=True):
        assert np.array_equal(mine.shown.features, theirs.shown.features)  # type: ignore[arg-type]
        assert mine.shown.item_keys == theirs.shown.item_keys


def test_showings_are_counted_in_postgres_as_they_were(engine: Engine) -> None:
    now = datetime.now(UTC)
    entries = World(queries=5).clickthroughs(400, looks_down(0.5), until=now)
    store(engine, entries)
    BehaviourCounter(engine).run()

    with engine.connect() as connection:
        found = read_showings(connection, now - timedelta(days=1), now, 100)

    expected = showings_of(entries)

    def sums(showings: Any) -> list[tuple[int, ...]]:
        """By position: how many pairs, showings and clicks; pairs have no name."""
        return sorted(
            (int(p), int(s), int(c))
            for p, s, c in zip(showings.position, showings.shown, showings.clicked, strict=True)
        )

    assert sums(found) == sums(expected)
    assert len(np.unique(found.pair)) == len(np.unique(expected.pair))


Change = Callable[[Clickthrough], Clickthrough]


def pinned_first(entry: Clickthrough) -> Clickthrough:
    pinned = (PLACEMENTS.index("pinned"), *entry.shown.placements[1:])
    return with_shown(entry, placements=pinned)


@pytest.mark.parametrize(
    ("change", "positions"),
    [
        (lambda entry: with_shown(entry, sort="price:asc"), set()),
        (lambda entry: with_shown(entry, query=""), set()),
        (lambda entry: with_shown(entry, first=12), set()),
        (pinned_first, set(range(2, 13))),
    ],
    ids=["sorted", "no query", "second page", "pinned"],
)
def test_only_what_ranking_put_on_first_pages_tells_of_positions(
    engine: Engine, change: Change, positions: set[int]
) -> None:
    now = datetime.now(UTC)
    entries = World().clickthroughs(60, looks_down(0.3), until=now)
    store(engine, [change(entry) for entry in entries])
    BehaviourCounter(engine).run()

    with engine.connect() as connection:
        found = read_showings(connection, now - timedelta(days=1), now, 100)

    assert set(found.position.tolist()) == positions


def test_what_was_typing_tells_nothing_of_positions(engine: Engine) -> None:
    now = datetime.now(UTC)
    (entry, *_) = World().clickthroughs(1, looks_down(0.3), until=now)
    typed = with_shown(entry, query_id="typed", query=entry.shown.query[:-1])
    typed_on = with_shown(entry, at=entry.shown.at + timedelta(seconds=1))
    store(engine, [msgspec.structs.replace(typed, actions={}), typed_on])
    BehaviourCounter(engine).run()

    with engine.connect() as connection:
        found = read_showings(connection, now - timedelta(days=1), now + timedelta(days=1), 100)

    assert set(found.shown.tolist()) == {1}
    assert len(found.pair) == len(entry.shown.item_keys)


def test_lists_outside_of_the_window_are_not_read(engine: Engine) -> None:
    now = datetime.now(UTC)
    store(engine, World().clickthroughs(50, looks_down(0.3), until=now - timedelta(days=40)))

    with pytest.raises(TooLittleToLearnFrom):
        gather(engine, 30, now, nothing)
    assert gather(engine, 60, now, nothing).window.learned > 0


def test_clicks_that_no_service_has_counted_yet_are_learned_from(engine: Engine) -> None:
    """They are attributed to their lists by the counting, which a training does first."""
    now = datetime.now(UTC)
    store(engine, World().clickthroughs(200, looks_down(0.3), until=now))

    assert gather(engine, 30, now, nothing).window.learned > 50


def test_split_is_by_time_and_no_list_is_on_both_sides() -> None:
    entries = World().clickthroughs(300, looks_down(0.3))
    lists: Sequence[LabelledList] = label_all(entries, {"click": 1.0}).lists

    learned, held_out = split(lists[::-1])

    assert max(e.at for e in learned) < min(e.at for e in held_out)
    assert len(learned) + len(held_out) == len(lists)
    assert not {e.list_id for e in learned} & {e.list_id for e in held_out}


class Away:
    def track(self, run: TrackedRun) -> str:
        raise ConnectionError("no route to the tracking server")


def test_tracking_server_that_is_away_costs_no_model(
    trained: Trained, models: ModelStore, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = run_training(Parts(trained.engine, models, Away()), REQUEST, "a test")

    assert models.live_version() == outcome.version
    assert models.manifest(outcome.version).run == ""
    assert "MLflow does not know of model" in caplog.text


def test_second_training_waits_for_the_first(engine: Engine) -> None:
    told: list[str] = []
    entered, go = threading.Event(), threading.Event()

    def report(progress: Any) -> None:
        told.append(progress["phase"])
        go.set()

    def second() -> None:
        with training_turn(engine, report):
            entered.set()

    thread = threading.Thread(target=second)
    with training_turn(engine, nothing):
        thread.start()
        assert go.wait(10)
        assert not entered.is_set()
    thread.join(10)

    assert entered.is_set()
    assert set(told) == {"waiting for another training"}


def test_judged_queries_pass_to_another_process_unchanged(tmp_path: Path) -> None:
    judged = Judged(tuple(World(queries=3).judged()), "world.csv", "digest", 120)

    write_judged(tmp_path / "judged.npz", judged)
    found = read_judged(tmp_path / "judged.npz")

    assert (found.name, found.digest, found.pairs) == ("world.csv", "digest", 120)
    for mine, theirs in zip(found.lists, judged.lists, strict=True):
        assert (mine.query, mine.item_ids, mine.grades) == (
            theirs.query,
            theirs.item_ids,
            theirs.grades,
        )
        assert np.array_equal(mine.features, theirs.features)
        assert np.array_equal(mine.fused, theirs.fused)


def places_of(trained: Trained, folder: Path) -> Places:
    url = trained.engine.url.render_as_string(hide_password=False)
    return Places(url, folder / "models", folder, None)


def test_training_runs_in_a_process_of_its_own_and_tells_how_far_it_is(
    trained: Trained, tmp_path: Path
) -> None:
    judged = Judged(tuple(trained.world.judged()), "world.csv", "a digest", 1_600)
    phases: list[str] = []

    outcome = train_apart(
        places_of(trained, tmp_path),
        REQUEST,
        judged,
        "a test",
        lambda told: phases.append(told["phase"]),
    )

    assert outcome.live
    assert ModelStore(tmp_path / "models").live_version() == outcome.version
    assert outcome.metrics.keys() >= {"clicks_ndcg@10", "judgments_ndcg@10"}
    assert {"reading the log", "training", "the gate"} <= set(phases)
    assert (tmp_path / "mlflow.db").exists()


def test_what_stops_a_training_elsewhere_is_told_here(trained: Trained, tmp_path: Path) -> None:
    request = TrainingRequest(days=0.001)

    with pytest.raises(TrainingFailed, match="no list that anything was done with"):
        train_apart(places_of(trained, tmp_path), request, Judged(), "a test", nothing)


def test_process_that_cannot_begin_is_told_of(tmp_path: Path) -> None:
    places = Places("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path, tmp_path, None)

    with pytest.raises(TrainingFailed, match="ended with status 1"):
        train_apart(places, REQUEST, Judged(), "a test", nothing)


def test_training_that_is_canceled_ends_its_process(trained: Trained, tmp_path: Path) -> None:
    class Canceled(Exception):
        pass

    def cancel(told: Any) -> None:
        if told["phase"] == "training":
            raise Canceled

    with pytest.raises(Canceled):
        train_apart(places_of(trained, tmp_path), REQUEST, Judged(), "a test", cancel)

    assert ModelStore(tmp_path / "models").versions() == []
    told: list[Any] = []
    # Postgres finds out soon that it is gone, and its turn goes with it.
    with training_turn(trained.engine, told.append):
        assert len(told) < 10
