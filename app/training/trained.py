"""A model fresh from training."""

from typing import Any, NamedTuple

from ranking.scorer import Scorer


class Trained(NamedTuple):
    version: str
    model: Any
    """A `ranking.model.Ranker`."""
    scorer: Scorer
    """The same as it will be served."""
    seconds: float
    """That training took."""
