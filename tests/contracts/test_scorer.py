"""The scorer's port: one suite for the order of retrieval, the SavedModel in this process, and the
same model behind `ModelServer` on a real socket."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexing.candidates import Floats
from ranking.features import FEATURES
from ranking.model import Evidence, LinearRanker, export
from ranking.remote_scorer import RemoteScorer
from ranking.scorer import RetrievalOrderScorer, Scorer
from ranking.serving import ModelServer
from ranking.tf_scorer import TensorFlowScorer

VERSION = "20261124T120000123456-abcd1234"


def rows(count: int = 40) -> Floats:
    return np.random.default_rng(7).random((count, len(FEATURES)), dtype=np.float32)


def fused(count: int = 40) -> Floats:
    return np.linspace(1, 0.1, count, dtype=np.float32)


@pytest.fixture(scope="module")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> TensorFlowScorer:
    """A model that was not trained: what it starts from will do."""
    folder: Path = tmp_path_factory.mktemp("model") / "saved_model"
    model = LinearRanker(Evidence(2, 2))
    model({"features": rows()[None], "mask": np.ones((1, 40), np.bool_)})
    export(model, folder)
    return TensorFlowScorer(folder, VERSION)


@pytest.fixture(scope="module")
def served(in_process: TensorFlowScorer) -> Iterator[RemoteScorer]:
    server = ModelServer(lambda: in_process, "127.0.0.1:0", threads=4)
    server.start()
    remote = RemoteScorer(f"127.0.0.1:{server.port}", deadline=20)
    yield remote
    remote.close()
    server.stop()


@pytest.fixture(params=["retrieval", "in process", "served"])
def scorer(
    request: pytest.FixtureRequest, in_process: TensorFlowScorer, served: RemoteScorer
) -> Scorer:
    scorers: dict[str, Scorer] = {
        "retrieval": RetrievalOrderScorer(),
        "in process": in_process,
        "served": served,
    }
    return scorers[request.param]


@pytest.mark.parametrize("count", [0, 1, 40, 500])
def test_every_candidate_has_a_finite_score(scorer: Scorer, count: int) -> None:
    scores = scorer.score(rows(count), fused(count))

    assert scores.values.shape == (count,)
    assert scores.values.dtype == np.float32
    assert np.isfinite(scores.values).all()


def test_contributions_add_up_to_the_scores_where_there_are_any(scorer: Scorer) -> None:
    scores = scorer.score(rows(), fused())

    if scores.contributions is not None:
        assert scores.contributions.shape == (40, len(FEATURES))
        summed = scores.contributions.sum(axis=1)
        np.testing.assert_allclose(summed - summed[0], scores.values - scores.values[0], atol=1e-4)


def test_same_list_has_the_same_scores(scorer: Scorer) -> None:
    assert np.array_equal(
        scorer.score(rows(), fused()).values, scorer.score(rows(), fused()).values
    )


def test_several_threads_get_what_one_gets(scorer: Scorer) -> None:
    expected = scorer.score(rows(), fused()).values
    right: list[bool] = []

    def ask() -> None:
        right.extend(
            np.array_equal(scorer.score(rows(), fused()).values, expected) for _ in range(20)
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert right == [True] * 80


def test_version_is_told(scorer: Scorer) -> None:
    scorer.score(rows(), fused())

    assert scorer.version in ("retrieval", VERSION)


def test_served_model_gives_the_very_scores_of_the_one_in_process(
    in_process: TensorFlowScorer, served: RemoteScorer
) -> None:
    here, there = in_process.score(rows(200), fused(200)), served.score(rows(200), fused(200))

    assert np.array_equal(here.values, there.values)
    assert here.contributions is not None
    assert there.contributions is not None
    assert np.array_equal(here.contributions, there.contributions)
    assert served.version == in_process.version
