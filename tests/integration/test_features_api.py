"""`/v1/admin/features` and `endcap features`: what ranking knows of shoppers, for people to see."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from litestar.testing import TestClient
from sqlalchemy import Engine, text

from app.admin.api_keys import create_key
from app.asgi import create_app
from app.cli import main
from app.features.counting import BehaviourCounter
from app.features.freshness import FreshnessMeter
from app.features.watch import FeatureWatch
from app.items.repository import write_items
from app.live import Live
from indexing.candidates import Floats
from ranking.behaviour import BEHAVIOUR
from ranking.feature_checks import describe
from ranking.features import FEATURES, FINGERPRINT
from ranking.model_store import ModelStore
from tests.factories import make_item
from tests.integration.event_log import NOON, write_event, write_list
from tests.unit.test_model_store import make_manifest

LISTS, ON_PAGE = 60, 10
DENSE = FEATURES.index("dense")


def features(seed: int, lists: int = LISTS) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.beta(2, 3, (lists * ON_PAGE, len(FEATURES))).astype(np.float32)


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    models = ModelStore(tmp_path / "models")
    models.add(make_manifest("v1"), profile=describe(features(1), LISTS))
    models.make_live("v1")
    return models


@pytest.fixture
def watch(engine: Engine, models: ModelStore) -> FeatureWatch:
    clock = NOON + timedelta(hours=1)
    return FeatureWatch(engine, models, FreshnessMeter(), lambda: clock)


def show(engine: Engine, values: Floats, name: str = "q", **fields: Any) -> None:
    with engine.begin() as connection:
        for n in range(len(values) // ON_PAGE):
            page = values[n * ON_PAGE : (n + 1) * ON_PAGE]
            write_list(
                connection,
                f"{name}{n}",
                range(1, ON_PAGE + 1),
                features=page.astype("<f4").tobytes(),
                **{"feature_fingerprint": FINGERPRINT, **fields},
            )


def test_features_that_look_as_they_did_in_training_give_no_alert(
    engine: Engine, watch: FeatureWatch
) -> None:
    show(engine, features(2))

    report = watch.read()

    assert (report.model_version, report.fingerprint) == ("v1", FINGERPRINT)
    assert (report.lists, report.rows, report.alerts) == (LISTS, LISTS * ON_PAGE, ())
    assert [feature.name for feature in report.features] == list(FEATURES)
    dense = report.features[DENSE]
    assert dense.mean == pytest.approx(0.4, abs=0.03)
    assert dense.drift is not None
    assert dense.drift < 0.1
    assert dense.definition == "exact cosine of query and item, at least 0"


def test_drift_is_an_alert_that_is_logged_once_and_when_it_is_over(
    engine: Engine, watch: FeatureWatch, caplog: pytest.LogCaptureFixture
) -> None:
    drifted = features(2)
    drifted[:, DENSE] = 1.0
    show(engine, drifted)

    with caplog.at_level(logging.WARNING, "app.features.watch"):
        watch.look()
        watch.look()
    first = list(caplog.messages)
    with engine.begin() as connection:
        connection.execute(text("truncate ranking_events"))
    show(engine, features(3))
    with caplog.at_level(logging.WARNING, "app.features.watch"):
        watch.look()

    assert len(first) == 1
    assert first[0].startswith("features: drift of dense: the population stability index is")
    assert caplog.messages[1:] == ["features: as they should be again"]


def test_features_of_what_was_typing_are_not_looked_at(engine: Engine, watch: FeatureWatch) -> None:
    drifted = features(2)
    drifted[:, DENSE] = 1.0
    show(engine, drifted, "typed", typing=True)
    show(engine, features(2))

    report = watch.read()

    assert (report.lists, report.alerts) == (LISTS, ())


def test_values_out_of_bounds_are_an_alert_also_before_the_first_model(
    engine: Engine, tmp_path: Path
) -> None:
    broken = features(2)
    broken[0, DENSE] = np.nan
    show(engine, broken)
    clock = NOON + timedelta(hours=1)
    watch = FeatureWatch(engine, ModelStore(tmp_path / "none"), FreshnessMeter(), lambda: clock)

    report = watch.read()

    assert report.model_version is None
    assert report.alerts == ("range of dense: 1 of 600 values are no numbers",)


@pytest.mark.parametrize(
    "fields", [{"sort": "price:asc"}, {"first": 20}, {"model_version": "another"}, {"query": ""}]
)
def test_values_out_of_bounds_are_an_alert_on_every_list(
    engine: Engine, watch: FeatureWatch, fields: dict[str, Any]
) -> None:
    broken = features(2)
    broken[0, DENSE] = np.nan
    show(engine, broken, **fields)

    report = watch.read()

    assert report.lists == 0
    assert report.alerts == ("range of dense: 1 of 600 values are no numbers",)


def test_lists_of_other_features_and_of_days_ago_are_left_out(
    engine: Engine, watch: FeatureWatch
) -> None:
    show(engine, features(2), "other", feature_fingerprint="other")
    show(engine, features(2), "old", at=NOON - timedelta(days=2))

    report = watch.read()

    assert (report.lists, report.alerts) == (0, ())
    assert report.features[DENSE].mean is None


def test_event_that_nobody_counts_is_an_alert(engine: Engine, watch: FeatureWatch) -> None:
    with engine.begin() as connection:
        write_event(connection, "e", "click", 1, at=NOON)

    waiting = watch.read()
    BehaviourCounter(engine).run()

    assert waiting.freshness.waiting_seconds == 3600
    assert waiting.alerts == ("counting: an event waits for 3600 s",)
    assert watch.read().alerts == ()


def test_features_are_told_to_whoever_manages_models(live: Live) -> None:
    with live.engine.begin() as connection:
        _, mine = create_key(connection, "trainer", ["models"], "a test")
        _, other = create_key(connection, "shop", ["search"], "a test")
    live.keys.forget()
    with TestClient(create_app(live)) as client:

        def ask(key: str) -> Any:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            return client.get("/v1/admin/features", headers=headers)

        answer = ask(mine)
        assert (ask("").status_code, ask(other).status_code) == (401, 403)

    assert answer.status_code == 200
    report = answer.json()
    assert len(report["features"]) == len(FEATURES)
    assert report["features"][-1]["name"] == BEHAVIOUR.names[-1]
    assert report["freshness"]["aim"] == 10
    assert report["model_version"] is None


@pytest.fixture
def run(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ENDCAP_DATA_DIR", str(tmp_path / "var"))
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ENDCAP_DATABASE_URL", url)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["features", *arguments])

    return invoke


def test_rebuild_command_says_whether_the_counts_were_right(engine: Engine, run: Any) -> None:
    with engine.begin() as connection:
        now = connection.execute(text("select clock_timestamp()")).scalar_one()
        write_list(connection, "q", [1, 2], at=now)
        write_event(connection, "e", "click", 1, query_id="q", at=now)
    BehaviourCounter(engine).run()

    right = run("rebuild")
    with engine.begin() as connection:
        connection.execute(text("update behaviour_counts set clicks = 7 where item_key = 2"))
    wrong = run("rebuild")

    assert right.exit_code == 0, right.output
    assert "1 lists and 1 events make 2 rows of counts; all were right" in right.output
    assert "1 were not as they should be" in wrong.output


def test_show_command_prints_what_ranking_reads_of_an_item(engine: Engine, run: Any) -> None:
    with engine.begin() as connection:
        write_items(connection, [make_item("lamp", title="Desk lamp")])
        now = connection.execute(text("select clock_timestamp()")).scalar_one()
        for n in range(9):
            write_list(connection, f"q{n}", [1], at=now, query="light")
            write_event(connection, f"e{n}", "click", 1, query_id=f"q{n}", at=now)
    BehaviourCounter(engine).run()

    shown = run("show", "lamp", "--query", "Light")

    assert shown.exit_code == 0, shown.output
    assert "Desk lamp" in shown.output
    assert "query_item_click_30d" in shown.output
    assert "clicks per exposure of the query and item in 30 days" in shown.output


def test_show_command_of_an_unknown_item_is_one_line(engine: Engine, run: Any) -> None:
    shown = run("show", "nothing")

    assert shown.exit_code == 2
    assert shown.output.strip() == "endcap: there is no item 'nothing'"
