"""Models that learn from clicks: what each architecture and each correction of bias makes of them,
on TensorFlow itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.architectures import KNOTS, build
from ranking.bias import objective_of
from ranking.choice import ARCHITECTURES, BIASES, Architecture, Bias, Choice
from ranking.errors import TooLittleToLearnFrom
from ranking.event_training import train_on_events
from ranking.features import FEATURES
from ranking.held_out import by_clicks, paired
from ranking.in_memory_scorer import InMemoryScorer
from ranking.labels import LabelledList, label_all
from ranking.model import Evidence, LinearRanker, Ranker, export
from ranking.propensity import Examination, estimate_examination
from ranking.scorer import Scorer
from ranking.tf_scorer import TensorFlowScorer
from tests.factories import NOW
from tests.shoppers import (
    SHOWN_BY,
    Clicks,
    World,
    clicks_at_random,
    clicks_the_first,
    looks_down,
    reads_down,
    showings_of,
)

CORRECTED_OR_NOT: tuple[Bias, Bias] = ("ipw", "none")
PRIOR = [position**-0.7 for position in range(1, 13)]
FUSED = np.zeros(1, np.float32)


class Log(NamedTuple):
    world: World
    lists: tuple[LabelledList, ...]
    examination: Examination

    def train(
        self, architecture: Architecture = "linear", bias: Bias = "ipw", **options: Any
    ) -> Ranker:
        choice = Choice(architecture, bias, seed=options.pop("seed", 1))
        return train_on_events(self.lists, self.examination, choice, **options)

    def liking(self, scorer: Scorer) -> float:
        """nDCG@10 over all candidates, by what shoppers truly like."""
        return self.world.liking(lambda features: scorer.score(features, FUSED).values)


def make_log(clicks: Clicks, lists: int = 4_000, explored: float = 0.3) -> Log:
    world = World()
    entries = world.clickthroughs(lists, clicks, explored=explored)
    examination = estimate_examination(showings_of(entries), PRIOR)
    return Log(world, label_all(entries, {"click": 1.0}).lists, examination)


@pytest.fixture(scope="module")
def log() -> Log:
    return make_log(looks_down(1.0))


@pytest.fixture(scope="module")
def models(log: Log) -> dict[tuple[str, str], Ranker]:
    """Each architecture with inverse propensities, and the linear one with every correction."""
    pairs: list[tuple[Architecture, Bias]] = [(name, "ipw") for name in ARCHITECTURES]
    pairs += [("linear", bias) for bias in BIASES if bias != "ipw"]
    return {pair: log.train(*pair) for pair in pairs}


def as_scorer(model: Ranker) -> Scorer:
    return InMemoryScorer(model, "test")


def untrained() -> Scorer:
    return as_scorer(build("linear", Evidence(1, 1)))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_learns_what_shoppers_like(
    log: Log, models: dict[tuple[str, str], Ranker], architecture: str
) -> None:
    learned = log.liking(as_scorer(models[architecture, "ipw"]))

    assert learned > log.liking(untrained()) + 0.15


def test_shoppers_who_stop_at_what_they_click_are_learned_from_too() -> None:
    log = make_log(reads_down)

    learned, uncorrected = (
        log.liking(as_scorer(log.train(bias=bias))) for bias in CORRECTED_OR_NOT
    )

    assert learned > log.liking(untrained()) + 0.2
    assert learned > uncorrected + 0.02


@pytest.mark.parametrize("bias", [bias for bias in BIASES if bias != "none"])
def test_every_correction_learns_more_than_none(
    log: Log, models: dict[tuple[str, str], Ranker], bias: str
) -> None:
    corrected = log.liking(as_scorer(models["linear", bias]))

    assert corrected > log.liking(as_scorer(models["linear", "none"])) + 0.02


def test_position_is_not_taken_for_what_put_the_hit_there(
    models: dict[tuple[str, str], Ranker],
) -> None:
    """The order that was shown went by `coverage`, which nobody cares for: without correction its
    first hits' clicks speak for it."""
    weights = {
        bias: model.weights_by_feature()["coverage"]
        for bias in ("ipw", "none")
        if isinstance(model := models["linear", bias], LinearRanker)
    }

    assert weights["ipw"] < SHOWN_BY["coverage"] / 2
    assert weights["none"] > weights["ipw"] + 0.5


def test_where_the_first_hit_is_always_clicked_nothing_is_learned() -> None:
    log = make_log(clicks_the_first, lists=500)

    with pytest.raises(TooLittleToLearnFrom, match="nobody looks below position 1"):
        log.train()


def test_without_correction_the_first_hit_would_be_locked_in() -> None:
    """What the refusal above is for."""
    log = make_log(clicks_the_first, lists=500)
    whole_page = Examination(tuple(PRIOR), 0.0, 0, 0, (0,) * len(PRIOR))

    model = train_on_events(log.lists, whole_page, Choice(bias="none"))

    assert isinstance(model, LinearRanker)
    assert model.weights_by_feature()["coverage"] > SHOWN_BY["coverage"]


def test_clicks_at_random_teach_no_taste() -> None:
    model = make_log(clicks_at_random).train()

    assert isinstance(model, LinearRanker)
    weights = model.weights_by_feature()
    assert max(abs(weights[name]) for name in FEATURES if name not in SHOWN_BY) < 0.6


@pytest.mark.parametrize("architecture", ["linear", "dnn"])
def test_same_lists_and_seed_make_the_same_model(log: Log, architecture: Architecture) -> None:
    few = log._replace(lists=log.lists[:200])
    features = log.world.features[0]

    scores = [
        as_scorer(few.train(architecture, seed=seed)).score(features, FUSED).values
        for seed in (3, 3, 4)
    ]

    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_few_lists_leave_the_model_near_its_prior(log: Log, architecture: Architecture) -> None:
    features = log.world.features[0]
    before = untrained().score(features, FUSED).values
    few = log._replace(lists=log.lists[:60])

    after = as_scorer(few.train(architecture)).score(features, FUSED).values

    assert np.corrcoef(before, after)[0, 1] > 0.6


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_is_exported_scores_as_what_was_trained(
    log: Log, models: dict[tuple[str, str], Ranker], architecture: str, tmp_path: Path
) -> None:
    model = models[architecture, "ipw"]
    export(model, tmp_path / "model")
    served = TensorFlowScorer(tmp_path / "model", "v1")

    for size in (1, 7, 40):
        features = log.world.features[1][:size]
        scores = served.score(features, FUSED)

        assert scores.values.shape == (size,)
        inputs = {"features": features[None], "mask": np.ones((1, size), np.bool_)}
        trained = model(inputs, training=False)[0].numpy()
        # Of an additive model the constant is left out, which no order depends on.
        gap = scores.values - trained
        assert np.ptp(gap) < 2e-3


@pytest.mark.parametrize(
    ("architecture", "tells"), [("linear", True), ("gam", True), ("dnn", False)]
)
def test_additive_models_tell_what_each_feature_added(
    log: Log,
    models: dict[tuple[str, str], Ranker],
    architecture: str,
    tells: bool,
    tmp_path: Path,
) -> None:
    export(models[architecture, "ipw"], tmp_path / "model")

    scores = TensorFlowScorer(tmp_path / "model", "v1").score(log.world.features[0], FUSED)

    assert (scores.contributions is not None) is tells
    if scores.contributions is not None:
        assert scores.contributions.shape == log.world.features[0].shape
        assert np.allclose(scores.contributions.sum(axis=1), scores.values, atol=1e-4)


def test_curves_of_the_additive_model_show_what_is_liked(
    models: dict[tuple[str, str], Ranker],
) -> None:
    curves: Any = models["gam", "ipw"]
    drawn = np.asarray(curves.curves())

    assert drawn.shape == (len(FEATURES), KNOTS)
    assert (drawn[:, 0] == 0).all()
    rise = dict(zip(FEATURES, drawn[:, -1].tolist(), strict=True))
    assert rise["rating"] > 2 > 0.5 > abs(rise["freshness"])
    assert rise["price"] < -1


def list_of_two_kinds(n: int) -> LabelledList:
    """Where most items are dear, shoppers like high ratings, and low ones where few are."""
    rng = np.random.default_rng(n)
    size = 12
    features = np.full((size, len(FEATURES)), 0.5, np.float32)
    rating = features[:, FEATURES.index("rating")] = rng.random(size)
    dear = features[:, FEATURES.index("price")] = rng.random(size) < rng.random()
    odds = np.exp((8.0 if dear.mean() > 0.5 else -8.0) * rating)
    gains = np.zeros(size, np.float32)
    gains[rng.choice(size, p=odds / odds.sum())] = 1.0
    return LabelledList(
        list_id=QueryId(str(n)),
        query=f"query {n % 50}",
        at=NOW,
        item_keys=tuple(map(ItemKey, range(size))),
        features=features,
        gains=gains,
        positions=np.arange(1, size + 1),
        compared=np.ones(size, np.bool_),
    )


def test_attention_learns_what_depends_on_the_rest_of_the_list() -> None:
    """A model that scores each hit by itself cannot."""
    lists = [list_of_two_kinds(n) for n in range(1_800)]
    everywhere = Examination((1.0,) * 12, 1.0, 0, 0, (100,) * 12)

    measured = {}
    names: tuple[Architecture, ...] = ("dnn", "attention")
    for architecture in names:
        choice = Choice(architecture)
        model = train_on_events(lists[:1_500], everywhere, choice)
        measured[architecture] = by_clicks(lists[1_500:], everywhere, as_scorer(model))

    assert paired(measured["attention"], measured["dnn"]).low > 0.02


def test_judgments_outweigh_few_clicks_and_not_many(log: Log) -> None:
    """Judges who look for freshness alone, beside shoppers who do not."""
    column = FEATURES.index("freshness")
    judged = [
        entry.__class__(
            entry.query,
            entry.item_ids,
            entry.features,
            entry.fused,
            {
                item: int(4 * min(value, 0.999))
                for item, value in zip(
                    entry.item_ids, entry.features[:, column].tolist(), strict=True
                )
            },
        )
        for entry in log.world.judged()
    ]

    def freshness(lists: Sequence[LabelledList]) -> float:
        model = log._replace(lists=tuple(lists)).train(judged=judged)
        assert isinstance(model, LinearRanker)
        return model.weights_by_feature()["freshness"]

    few, many = freshness(log.lists[:100]), freshness(log.lists)

    assert few > many > 0.1


@pytest.mark.parametrize("bias", BIASES)
def test_hits_that_are_left_out_have_no_part(log: Log, bias: Bias) -> None:
    """Whatever stands at what a rule placed: the model is the same."""
    lists, others = [], []
    for entry in log.lists[:120]:
        compared = entry.compared.copy()
        compared[3] = False
        gains = np.where(compared, entry.gains, 0.0).astype(np.float32)
        if not gains.any():
            continue
        kept = _replaced(entry, compared=compared, gains=gains)
        lists.append(kept)
        features = entry.features.copy()
        features[3] = 1.0
        others.append(_replaced(kept, features=features))

    one, other = (log._replace(lists=tuple(part)).train("linear", bias) for part in (lists, others))

    assert isinstance(one, LinearRanker)
    assert isinstance(other, LinearRanker)
    assert one.weights_by_feature() == pytest.approx(other.weights_by_feature(), abs=1e-5)


def test_learned_bias_follows_the_curve_that_shoppers_look_by(log: Log) -> None:
    """The second tower, which starts from the estimate, stays by it where the estimate is right."""
    objective = objective_of("two-tower", log.examination, 1.0)
    start = np.asarray(objective.variables[0])

    assert np.allclose(start, np.log(np.maximum(log.examination.curve, 0.05)), atol=1e-5)


@pytest.mark.parametrize(("lists", "queries"), [(0, 0), (49, 30)])
def test_too_few_lists_are_refused_and_counted(log: Log, lists: int, queries: int) -> None:
    few = log._replace(lists=log.lists[:lists])

    with pytest.raises(TooLittleToLearnFrom, match=f"only {lists} lists"):
        few.train()


def test_progress_is_told_to_the_end(log: Log) -> None:
    told: list[tuple[int, int]] = []

    log._replace(lists=log.lists[:60]).train(progress=lambda *step: told.append(step))

    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def _replaced(entry: LabelledList, **fields: Any) -> LabelledList:
    import msgspec

    return msgspec.structs.replace(entry, **fields)
