"""Trains the ranking model on judged lists, and measures it by cross-validation over queries."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import tensorflow as tf
import tensorflow_ranking as tfr

from indexing.candidates import Floats
from indexing.documents import ItemId
from ranking.dataset import JudgedList, stack
from ranking.errors import TooLittleToLearnFrom
from ranking.evaluate import ordered_by
from ranking.model import Evidence, LinearRanker
from ranking.text import stems

LEAST_QUERIES = 5
FOLDS = 5
_STEPS = 300
_LEARNING_RATE = 0.05

WHOLE_LIST_WEIGHT = 0.3
"""Each query is learned from twice: from its whole list, where what nobody judged counts as
irrelevant, and from its judged candidates alone. The first teaches to keep out what no keyword
search ever showed, the second teaches relevance; this is the first's share."""


def train(lists: Sequence[JudgedList], seed: int) -> LinearRanker:
    """Same lists and seed, same model. Raises `TooLittleToLearnFrom`."""
    useful = [entry for entry in lists if any(entry.grades.get(i, 0) for i in entry.item_ids)]
    if len(useful) < LEAST_QUERIES:
        raise TooLittleToLearnFrom(
            f"only {len(useful)} judged queries have a relevant item among their candidates; "
            f"training needs at least {LEAST_QUERIES}. Are the judged items in the index?"
        )
    tf.keras.utils.set_random_seed(seed)
    tensors = stack(useful)
    judged = np.zeros_like(tensors.mask)
    for n, entry in enumerate(useful):
        judged[n, : len(entry.item_ids)] = [item in entry.grades for item in entry.item_ids]
    # A gain of 2^grade - 1, as in nDCG, makes an exact match worth seven of a poor one.
    gains = np.where(tensors.mask, 2.0 ** np.maximum(tensors.labels, 0) - 1.0, 0.0)
    # TF-Ranking weighs a list by the sum of its labels; shares make all queries count alike.
    gains /= gains.sum(axis=1, keepdims=True)
    gains = np.where(tensors.mask, gains, -1.0)
    labels = np.concatenate([gains, np.where(judged, gains, -1.0)]).astype(np.float32)
    # Keras takes the mean over both lists of each query; twice the weights make that the mean over
    # queries, which the shrinkage is measured against.
    weights = np.repeat([2 * WHOLE_LIST_WEIGHT, 2 * (1 - WHOLE_LIST_WEIGHT)], len(useful))
    inputs = {
        "features": np.concatenate([tensors.features, tensors.features]),
        "mask": np.concatenate([tensors.mask, tensors.mask]),
    }
    model = LinearRanker(Evidence(len(useful), len(useful)))
    model.compile(
        optimizer=tf.keras.optimizers.Adam(_LEARNING_RATE),
        loss=tfr.keras.losses.SoftmaxLoss(),
        weighted_metrics=[tfr.keras.metrics.NDCGMetric(topn=10, name="ndcg@10")],
    )
    model.fit(
        inputs,
        labels,
        sample_weight=weights.astype(np.float32)[:, None],
        batch_size=len(labels),
        epochs=_STEPS,
        shuffle=False,
        verbose=0,
    )
    return model


def score(model: LinearRanker, entry: JudgedList) -> Floats:
    """Scores of one list's candidates, shape `(n,)`."""
    features = entry.features[None]
    mask = np.ones(features.shape[:2], dtype=np.bool_)
    scores = model({"features": features, "mask": mask})[0].numpy()
    return np.asarray(scores, dtype=np.float32)


def cross_validate(
    lists: Sequence[JudgedList],
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
    folds: int = FOLDS,
) -> dict[str, list[ItemId]]:
    """Each query's candidates as ranked by a model that was trained on the other folds."""
    ranked: dict[str, list[ItemId]] = {}
    for held_out in split(lists, seed, folds):
        rest = [entry for entry in lists if entry.query not in held_out]
        model = train(rest, seed)
        for query, entry in held_out.items():
            ranked[query] = ordered_by(score(model, entry), entry.item_ids)
        progress(1)
    return ranked


def split(lists: Sequence[JudgedList], seed: int, folds: int) -> Iterator[Mapping[str, JudgedList]]:
    """Folds of like size. Queries that end in the same stem (laptop, gaming laptops) stay in one:
    a model that has seen the one has half seen the other."""
    groups: dict[str, list[JudgedList]] = {}
    for entry in lists:
        groups.setdefault((stems(entry.query) or (entry.query,))[-1], []).append(entry)
    ordered = list(groups.values())
    random.Random(seed).shuffle(ordered)  # noqa: S311  # Folds are no secret.
    parts: list[list[JudgedList]] = [[] for _ in range(min(folds, len(ordered)))]
    for group in ordered:
        min(parts, key=len).extend(group)
    for part in parts:
        yield {entry.query: entry for entry in part}
