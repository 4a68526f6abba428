"""A whole Endcap whose ranking model is served by `endcap serve-model`, a process of its own that
is killed, started again, and given another model."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sqlalchemy import Engine

from app.live import Live
from app.settings import Settings
from indexing.encoder import HashEncoder
from indexing.queries import SearchQuery
from ranking.features import FEATURES, FINGERPRINT
from ranking.model import Evidence, LinearRanker, export
from ranking.model_store import SAVED_MODEL, ModelStore
from ranking.served_name import SIGNATURE, served_name, version_number
from ranking.serving_protos import saved_model_pb2
from tests.e2e.command import ENDCAP, endcap, environment, free_port, until
from tests.factories import make_item
from tests.integration.test_encoder_service import index, sell
from tests.unit.test_model_store import make_manifest

FIRST = "20261124T120000000001-aaaaaaaa"
SECOND = "20261124T120000000002-bbbbbbbb"
SHOP = [
    make_item(f"k{n}", title=f"Kettle number {n}", popularity=n, rating=3.0, review_count=n)
    for n in range(8)
]


def add_model(data_dir: Path, version: str, popularity: float) -> None:
    """A model with one weight, made live."""
    model = LinearRanker(Evidence(2, 2))
    model({"features": np.ones((1, 2, len(FEATURES)), np.float32), "mask": np.ones((1, 2), bool)})
    kernel = np.zeros((len(FEATURES), 1), np.float32)
    kernel[FEATURES.index("popularity")] = popularity
    model.output_layer.kernel.assign(kernel)
    models = ModelStore(data_dir / "models")
    export(model, models.path(version) / SAVED_MODEL)
    models.add(make_manifest(version))
    models.make_live(version)


class Server:
    """`endcap serve-model` on one port."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self._data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        log = self._data_dir.with_name("serve-model.log")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [ENDCAP, "serve-model", "--port", str(self.port), *options],
                env=environment(self._data_dir),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def end(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(60)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The data directory of the model server, which holds nothing but models."""
    folder = tmp_path / "there"
    add_model(folder, FIRST, popularity=9.0)
    return folder


@pytest.fixture
def server(there: Path) -> Iterator[Server]:
    server = Server(there)
    server.start()
    yield server
    server.end()


@contextmanager
def searching(tmp_path: Path, server: Server, engine: Engine) -> Iterator[Live]:
    settings = Settings(data_dir=tmp_path / "here", scorer_url=f"grpc://127.0.0.1:{server.port}")
    with Live(settings, engine=engine, encoder=HashEncoder()) as live:
        sell(live, *SHOP)
        index(live)
        yield live


def search(live: Live) -> Any:
    return live.search.search(SearchQuery(text="kettle", explain=True))


def scored(live: Live) -> bool:
    return "score" not in search(live).degraded


def order(answer: Any) -> list[str]:
    return [hit.id for hit in answer.hits]


BY_POPULARITY = [f"k{n}" for n in range(7, -1, -1)]


def test_searches_outlive_the_model_server_and_follow_it(
    there: Path, server: Server, engine: Engine, tmp_path: Path
) -> None:
    with searching(tmp_path, server, engine) as live:
        until(lambda: scored(live), 60, "the model server")
        first = search(live)
        assert order(first) == BY_POPULARITY
        assert live.model.current().version == FIRST
        assert first.hits[0].explain.features[0].contribution is not None

        server.kill()
        answers = [search(live) for _ in range(5)]
        assert {answer.degraded for answer in answers} == {("score",)}
        assert {len(answer.hits) for answer in answers} == {8}
        assert order(answers[0]) != BY_POPULARITY

        server.start()
        until(lambda: scored(live), 60, "the model server, once more")
        assert order(search(live)) == BY_POPULARITY

        add_model(there, SECOND, popularity=-9.0)
        until(lambda: order(search(live)) == BY_POPULARITY[::-1], 30, "the new model")
        assert live.model.current().version == SECOND
        assert scored(live)


def test_service_starts_without_its_model_server_and_takes_it_up_later(
    there: Path, engine: Engine, tmp_path: Path
) -> None:
    server = Server(there)
    with searching(tmp_path, server, engine) as live:
        assert search(live).degraded == ("score",)

        server.start()
        try:
            until(lambda: scored(live), 60, "the model server")
        finally:
            assert server.end() == 0


def test_model_of_other_features_is_refused_by_both_sides(
    there: Path, tmp_path: Path, engine: Engine
) -> None:
    models = ModelStore(there / "models")
    manifest = make_manifest(SECOND, feature_fingerprint="other", features=("margin",))
    export_folder = models.path(SECOND) / SAVED_MODEL
    export_folder.parent.mkdir()
    (models.path(FIRST) / SAVED_MODEL).rename(export_folder)
    models.add(manifest)

    refused = endcap(there, "serve-model", "--port", "0", "--version", SECOND)

    assert refused.returncode == 2
    assert "was trained on other features" in refused.stderr


def test_version_that_is_pinned_is_served_whatever_goes_live(there: Path, tmp_path: Path) -> None:
    from ranking.remote_scorer import RemoteScorer

    add_model(there, SECOND, popularity=1.0)
    server = Server(there)
    server.start("--version", FIRST)
    remote = RemoteScorer(f"127.0.0.1:{server.port}")
    try:

        def served() -> bool:
            try:
                return remote.look().version == FIRST
            except Exception:
                return False

        until(served, 60, "the model server")
    finally:
        remote.close()
        assert server.end() == 0


def test_export_is_what_tensorflow_serving_reads_and_tells_its_features(
    there: Path, tmp_path: Path
) -> None:
    target = tmp_path / "serving" / "endcap"

    done = endcap(there, "serve-model", "--export", target)

    assert done.returncode == 0, done.stderr
    (folder,) = target.iterdir()
    assert folder.name == str(version_number(FIRST))
    model = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    (graph,) = model.meta_graphs
    assert "serve" in graph.meta_info_def.tags
    name = served_name(graph.signature_def)
    assert name is not None
    assert (name.version, name.fingerprint) == (FIRST, FINGERPRINT)
    assert graph.signature_def[name.signature] == graph.signature_def[SIGNATURE]
    # TensorFlow itself reads it as it did before.
    loaded = tf.saved_model.load(str(folder))
    scores = loaded.signatures[SIGNATURE](features=tf.ones((2, len(FEATURES))))["scores"]
    assert scores.numpy().tolist() == [9.0, 9.0]
    # Again it is no error, and changes nothing.
    assert endcap(there, "serve-model", "--export", target).returncode == 0


def test_without_a_model_there_is_nothing_to_export(tmp_path: Path) -> None:
    done = endcap(tmp_path / "var", "serve-model", "--export", tmp_path / "out")

    assert done.returncode == 2
    assert "no model is live yet" in done.stderr
