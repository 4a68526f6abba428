"""A shop without shoppers is ranked as it was before anyone counted them."""

import numpy as np

from indexing.documents import ItemId
from ranking.behaviour import BEHAVIOUR
from ranking.dataset import JudgedList
from ranking.features import BEHAVIOUR_FEATURES, FEATURES, TRUSTED
from ranking.train import train


def judged(count: int, fill: float | None) -> list[JudgedList]:
    """Lists whose behaviour columns are neutral, or all of one value."""
    lists = []
    for n in range(count):
        rng = np.random.default_rng(n)
        features = rng.random((12, len(FEATURES)), dtype=np.float32)
        learned = BEHAVIOUR.neutral(12) if fill is None else np.full((12, 1), fill, np.float32)
        features[:, -len(BEHAVIOUR.names) :] = learned
        items = tuple(ItemId(f"{n}-{k}") for k in range(12))
        grades = {item: int(4 * value) for item, value in zip(items, features[:, 0], strict=True)}
        fused = np.linspace(1, 0.1, 12, dtype=np.float32)
        lists.append(JudgedList(f"query{n}x", items, features, fused, grades))
    return lists


def test_neutral_columns_teach_nothing_and_change_nothing_of_the_rest() -> None:
    neutral = train(judged(8, None), seed=1).weights_by_feature()
    without = train(judged(8, 0.0), seed=1).weights_by_feature()

    for name in FEATURES:
        if name in BEHAVIOUR_FEATURES:
            assert abs(neutral[name]) < 1e-3, name
        else:
            assert abs(neutral[name] - without[name]) < 1e-3, name


def test_what_shoppers_do_is_not_trusted_from_the_start() -> None:
    assert not BEHAVIOUR_FEATURES & TRUSTED
