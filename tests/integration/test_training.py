"""The ranking model on TensorFlow itself: training, export, refusal, and taking over while live."""

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_ranking as tfr

from app.live_model import LiveModel
from indexing.candidates import Floats
from indexing.documents import ItemId
from ranking.dataset import JudgedList, stack
from ranking.errors import ModelRefused, TooLittleToLearnFrom
from ranking.evaluate import ndcg, ordered_by
from ranking.features import FEATURES
from ranking.model import Evidence, LinearRanker, export
from ranking.model_store import SAVED_MODEL, ModelStore
from ranking.tf_scorer import TensorFlowScorer
from ranking.train import cross_validate, score, split, train
from tests.e2e.command import until
from tests.unit.test_model_store import make_manifest

DENSE = FEATURES.index("dense")
LEXICAL = FEATURES.index("lexical")
RATING = FEATURES.index("rating")


def make_list(
    query: str, *, size: int = 12, follows: int = DENSE, against: bool = False
) -> JudgedList:
    """Candidates whose grade follows one feature, or its opposite; the rest is chance."""
    rng = np.random.default_rng(list(query.encode()))
    features = rng.random((size, len(FEATURES)), dtype=np.float32)
    items = tuple(ItemId(f"{query}-{n}") for n in range(size))
    column = 1 - features[:, follows] if against else features[:, follows]
    grades = {item: int(4 * value) for item, value in zip(items, column, strict=True)}
    grades[items[int(column.argmax())]] = 3
    return JudgedList(query, items, features, np.linspace(1, 0.1, size, dtype=np.float32), grades)


def make_lists(count: int = 8) -> list[JudgedList]:
    return [make_list(f"query{n}x") for n in range(count)]


def best_grade(model: LinearRanker, entry: JudgedList) -> int:
    return entry.grades[ordered_by(score(model, entry), entry.item_ids)[0]]


@pytest.fixture(scope="module")
def trained() -> LinearRanker:
    return train(make_lists(), seed=1)


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def add(models: ModelStore, model: LinearRanker, version: str) -> Path:
    """Export the model and make it live; returns its SavedModel."""
    folder = models.path(version) / SAVED_MODEL
    export(model, folder)
    models.add(make_manifest(version))
    models.make_live(version)
    return folder


def rows(count: int = 40) -> Floats:
    return np.random.default_rng(7).random((count, len(FEATURES)), dtype=np.float32)


def fused(count: int = 40) -> Floats:
    return np.linspace(1, 0.1, count, dtype=np.float32)


def test_same_lists_and_seed_make_the_same_model(trained: LinearRanker) -> None:
    again = train(make_lists(), seed=1)

    assert again.weights_by_feature() == trained.weights_by_feature()


def test_model_learns_what_the_grades_follow(trained: LinearRanker) -> None:
    other = train([make_list(f"query{n}x", follows=LEXICAL) for n in range(8)], seed=1)

    # Each against the other, so that where a weight starts has no say.
    mine, others = trained.weights_by_feature(), other.weights_by_feature()
    assert mine["dense"] > others["dense"]
    assert others["lexical"] > mine["lexical"]
    unseen = [make_list(f"unseen{n}", follows=LEXICAL) for n in range(20)]
    assert sum(best_grade(other, one) for one in unseen) > sum(
        best_grade(trained, one) for one in unseen
    )


def test_feature_that_is_not_trusted_is_held_back_where_lists_are_few() -> None:
    lists = []
    for entry in make_lists():
        features = entry.features.copy()
        features[:, RATING] = features[:, DENSE]
        lists.append(JudgedList(entry.query, entry.item_ids, features, entry.fused, entry.grades))

    weights = train(lists, seed=1).weights_by_feature()

    # Both say exactly the same here, so only the prior tells them apart.
    assert weights["dense"] > 10 * abs(weights["rating"])


def test_lists_of_different_lengths_are_padded_and_padding_has_no_say() -> None:
    short, long = make_list("short", size=3), make_list("long", size=9)

    tensors = stack([short, long])

    assert tensors.features.shape == (2, 9, len(FEATURES))
    assert tensors.mask.sum(axis=1).tolist() == [3, 9]
    assert tensors.labels[0].tolist() == [*map(float, short.grades.values()), *[-1.0] * 6]
    padded = LinearRanker(Evidence(2, 2))
    scores = padded({"features": tensors.features, "mask": tensors.mask}).numpy()
    assert (scores[0, 3:] < scores[0, :3].min()).all()


def test_items_that_nobody_judged_count_as_irrelevant_and_not_as_padding() -> None:
    entry = make_list("lamp", size=4)
    some = dict(list(entry.grades.items())[:2])

    tensors = stack([JudgedList("lamp", entry.item_ids, entry.features, entry.fused, some)])

    assert tensors.labels[0].tolist() == [*map(float, some.values()), 0.0, 0.0]


def test_exported_model_gives_the_scores_of_the_one_that_was_trained(
    trained: LinearRanker, tmp_path: Path
) -> None:
    export(trained, tmp_path / "model")
    entry = make_list("unseen", size=200)

    scores = TensorFlowScorer(tmp_path / "model", "v1").score(entry.features, entry.fused)

    assert scores.values.shape == (200,)
    np.testing.assert_allclose(scores.values, score(trained, entry), rtol=1e-5, atol=1e-6)


def test_contributions_add_up_to_the_score_and_follow_the_weights(
    trained: LinearRanker, tmp_path: Path
) -> None:
    export(trained, tmp_path / "model")

    scores = TensorFlowScorer(tmp_path / "model", "v1").score(rows(), fused())

    assert scores.contributions is not None
    assert scores.contributions.shape == (40, len(FEATURES))
    np.testing.assert_allclose(scores.contributions.sum(axis=1), scores.values, atol=1e-5)
    weights = np.array(list(trained.weights_by_feature().values()), np.float32)
    np.testing.assert_allclose(scores.contributions, rows() * weights, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("count", [0, 1, 500])
def test_scorer_takes_lists_of_any_length(
    trained: LinearRanker, tmp_path: Path, count: int
) -> None:
    export(trained, tmp_path / "model")

    scores = TensorFlowScorer(tmp_path / "model", "v1").score(rows(count), fused(count))

    assert scores.values.shape == (count,)


def test_scorer_answers_several_threads_at_once_as_it_does_one(
    trained: LinearRanker, tmp_path: Path
) -> None:
    export(trained, tmp_path / "model")
    scorer = TensorFlowScorer(tmp_path / "model", "v1")
    expected = scorer.score(rows(), fused()).values
    given: list[Floats] = []

    def ask() -> None:
        given.extend(scorer.score(rows(), fused()).values for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(given) == 80
    assert all(np.array_equal(values, expected) for values in given)


def test_model_of_other_features_is_refused_by_their_names(
    trained: LinearRanker, models: ModelStore
) -> None:
    export(trained, models.path("v1") / SAVED_MODEL)
    others = ("margin", *FEATURES[1:])
    models.add(make_manifest("v1", features=others, feature_fingerprint="other"))

    with pytest.raises(ModelRefused, match=rf"-margin, \+{FEATURES[0]}"):
        models.load("v1")


def truncate(folder: Path) -> None:
    graph = folder / "saved_model.pb"
    graph.write_bytes(graph.read_bytes()[:200])


def garble(folder: Path) -> None:
    (folder / "saved_model.pb").write_bytes(b"not a protocol buffer")


def lose_weights(folder: Path) -> None:
    shutil.rmtree(folder / "variables")


def lose_all(folder: Path) -> None:
    shutil.rmtree(folder)


def widen(folder: Path) -> None:
    """A model of more columns than there are features, under a manifest that hides it."""
    lose_all(folder)
    module = tf.Module()
    module.kernel = tf.Variable(tf.ones((1, len(FEATURES) + 1)))
    columns = tf.TensorSpec((None, len(FEATURES) + 1), tf.float32, name="features")

    def score_wider(features: tf.Tensor) -> dict[str, tf.Tensor]:
        contributions = features * module.kernel
        return {"scores": tf.reduce_sum(contributions, axis=1), "contributions": contributions}

    module.score = tf.function(score_wider, input_signature=[columns])
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.score})


@pytest.mark.parametrize("damage", [truncate, garble, lose_weights, lose_all, widen])
def test_damaged_model_is_refused(
    trained: LinearRanker, models: ModelStore, damage: Callable[[Path], None]
) -> None:
    damage(add(models, trained, "v1"))

    with pytest.raises(ModelRefused, match="model v1 cannot be loaded"):
        models.load("v1")


def test_without_a_model_the_order_of_retrieval_is_live(models: ModelStore) -> None:
    live = LiveModel(models)
    live.refresh()

    assert live.current().version == "retrieval"
    assert np.argsort(-live.current().score(rows(), fused()).values).tolist() == list(range(40))


def test_new_version_takes_over_and_a_request_keeps_the_one_that_it_began_with(
    trained: LinearRanker, models: ModelStore
) -> None:
    live = LiveModel(models)
    add(models, trained, "v1")
    live.refresh()
    held = live.current()

    add(models, trained, "v2")
    live.refresh()

    assert (held.version, live.current().version) == ("v1", "v2")
    assert np.array_equal(
        held.score(rows(), fused()).values, live.current().score(rows(), fused()).values
    )


def test_version_that_is_refused_leaves_the_old_one_live_and_is_logged_once(
    trained: LinearRanker, models: ModelStore, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveModel(models)
    add(models, trained, "v1")
    live.refresh()
    truncate(add(models, trained, "v2"))

    with caplog.at_level(logging.ERROR, "app.live_model"):
        live.refresh()
        live.refresh()

    assert live.current().version == "v1"
    assert len(live.current().score(rows(), fused()).values) == 40
    assert caplog.text.count("model v2 is refused, v1 stays live") == 1


def test_good_version_behind_a_refused_one_takes_over(
    trained: LinearRanker, models: ModelStore
) -> None:
    live = LiveModel(models)
    truncate(add(models, trained, "v1"))
    live.refresh()
    before = live.current().version

    add(models, trained, "v2")
    live.refresh()

    assert (before, live.current().version) == ("retrieval", "v2")


def test_process_that_follows_takes_a_new_model_over_by_itself(
    trained: LinearRanker, models: ModelStore
) -> None:
    live, stop = LiveModel(models), threading.Event()
    thread = threading.Thread(target=live.follow, args=(stop,))
    thread.start()
    try:
        add(models, trained, "v1")
        until(lambda: live.current().version == "v1", 30, "the new model")
    finally:
        stop.set()
        thread.join(30)

    assert not thread.is_alive()


def unanswered(entry: JudgedList) -> JudgedList:
    """What was judged relevant is not among the candidates."""
    grades = {ItemId("elsewhere"): 3} | dict.fromkeys(entry.item_ids, 0)
    return JudgedList(entry.query, entry.item_ids, entry.features, entry.fused, grades)


@pytest.mark.parametrize(
    "lists",
    [[], make_lists(4), [*make_lists(4), *map(unanswered, make_lists(9)[4:])]],
    ids=["none", "four", "four that help"],
)
def test_too_few_lists_to_learn_from_are_refused_and_counted(lists: Sequence[JudgedList]) -> None:
    with pytest.raises(TooLittleToLearnFrom, match=f"only {min(len(lists), 4)} judged queries"):
        train(lists, seed=1)


@pytest.fixture(scope="module")
def held_out_ranking() -> dict[str, list[ItemId]]:
    return cross_validate(make_lists(10), seed=1, folds=2)


def test_cross_validation_ranks_every_query_and_all_its_candidates(
    held_out_ranking: dict[str, list[ItemId]],
) -> None:
    assert {query: sorted(items) for query, items in held_out_ranking.items()} == {
        entry.query: sorted(entry.item_ids) for entry in make_lists(10)
    }


def test_cross_validation_never_trains_on_the_query_that_it_ranks(
    held_out_ranking: dict[str, list[ItemId]],
) -> None:
    first, *rest = make_lists(10)
    # The same candidates with the opposite grades.
    turned = make_list(first.query, against=True)
    assert np.array_equal(turned.features, first.features)

    ranked = cross_validate([turned, *rest], seed=1, folds=2)

    assert ranked[first.query] == held_out_ranking[first.query]
    # Where the turned query was trained on, it shows: so it would have shown in its own ranking.
    assert ranked != held_out_ranking


def test_queries_that_end_in_the_same_word_are_held_out_together() -> None:
    names = ["laptop", "gaming laptops", "Laptop", "mouse", "desk", "lamp", "red lamp", "tv"]
    lists = [make_list(name) for name in names]

    folds = [set(fold) for fold in split(lists, seed=3, folds=4)]

    assert len(folds) == 4
    assert sorted(name for fold in folds for name in fold) == sorted(names)
    assert {"laptop", "gaming laptops", "Laptop"} <= next(f for f in folds if "laptop" in f)
    assert {"lamp", "red lamp"} <= next(fold for fold in folds if "lamp" in fold)


def test_folds_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    lists = make_lists(20)

    def folds(seed: int) -> list[list[str]]:
        return [sorted(fold) for fold in split(lists, seed, folds=5)]

    assert folds(1) == folds(1)
    assert folds(1) != folds(2)
    assert [len(fold) for fold in folds(1)] == [4] * 5


@pytest.mark.parametrize("size", [3, 10, 25])
def test_our_ndcg_is_tf_rankings_own(size: int) -> None:
    rng = np.random.default_rng(size)
    grades = rng.integers(0, 4, (6, size))
    grades[:, 0] = 3
    scores = rng.permuted(np.tile(np.arange(size, dtype=np.float32), (6, 1)), axis=1)
    metric = tfr.keras.metrics.NDCGMetric(topn=10)
    metric.update_state(grades.astype(np.float32), scores)

    ours = [
        ndcg(row[np.argsort(-order)].tolist(), row.tolist())
        for row, order in zip(grades, scores, strict=True)
    ]

    assert np.mean(ours) == pytest.approx(float(metric.result()), abs=1e-6)
