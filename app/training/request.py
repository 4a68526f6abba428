"""What can be asked of a training, and what came of it: values that pass between processes."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from ranking.choice import JUDGMENT_WEIGHT, Architecture, Bias, Choice

DAYS = 30.0

Report = Callable[[Mapping[str, Any]], None]
"""Told what goes on: `phase`, and often `done` of `steps`. May raise to end it."""


class TrainingRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/admin/models/train`."""

    architecture: Architecture = "linear"
    bias: Bias = "ipw"
    days: Annotated[float, msgspec.Meta(gt=0, le=3_650)] = DAYS
    """How far back lists are learned from."""
    judgments: bool = False
    """Whether to learn from the stored judgments, too."""
    judgment_weight: Annotated[float, msgspec.Meta(gt=0, le=10_000)] = JUDGMENT_WEIGHT
    """So many clicked lists a judged query counts for."""
    promote: bool = True
    """Whether the model goes live when it passes the gate."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] = 1

    @property
    def choice(self) -> Choice:
        return Choice(self.architecture, self.bias, self.judgment_weight, self.seed)


class Outcome(msgspec.Struct, frozen=True):
    version: str
    passed: bool
    live: bool
    """Whether it was made so."""
    reasons: tuple[str, ...]
    """The gate's."""
    metrics: Mapping[str, Mapping[str, float]]
    before: str
    """What was live before, `retrieval` where nothing was."""
