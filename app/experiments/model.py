"""Experiments as values: arms, guardrails, and what state an experiment is in."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from app.body_values import WITHOUT_NUL, Moment, check_moment

Kind = Literal["split", "interleave"]
Status = Literal["draft", "scheduled", "running", "ended", "stopped"]

INTERLEAVED = "interleaved"
"""What stands for the arm of a request whose hits come from both."""

MAX_ARMS = 10

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""Postgres has no NUL."""

Weight = Annotated[float, msgspec.Meta(gt=0, le=1e6)]


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to answer. Without versions it is what is live; where another arm of the experiment
    names one, what is live when `start` is called."""

    name: Key
    weight: Weight = 1.0
    """Relative to the other arms'."""
    model_version: Key | None = None
    """`retrieval` is the order of retrieval, without a model."""
    ruleset_version: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    """0 for no rules."""


class Guardrails(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an arm is so much worse than the first that the experiment stops by itself."""

    p99_ms_ratio: Annotated[float, msgspec.Meta(ge=1, le=1000)] | None = None
    """The slowest hundredth may take this many times as long."""
    empty_rate_increase: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """So much more of all searches may find nothing: 0.02 is two in a hundred."""
    min_searches: Annotated[int, msgspec.Meta(ge=1, le=10**9)] = 1_000
    """Before an arm has had so many it is not judged."""

    @property
    def any(self) -> bool:
        return self.p99_ms_ratio is not None or self.empty_rate_increase is not None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment is to do, before and while it does it."""

    name: Annotated[str, msgspec.Meta(max_length=200, pattern=WITHOUT_NUL)] = ""
    kind: Kind = "split"
    arms: Annotated[tuple[Arm, ...], msgspec.Meta(min_length=2, max_length=MAX_ARMS)]
    guardrails: Guardrails = Guardrails()
    ends_at: Moment | None = None

    def __post_init__(self) -> None:
        check_moment("ends_at", self.ends_at)

    @property
    def tries_models(self) -> bool:
        return any(arm.model_version is not None for arm in self.arms)

    @property
    def tries_rules(self) -> bool:
        return any(arm.ruleset_version is not None for arm in self.arms)


class Experiment(Plan, frozen=True, kw_only=True):
    key: str
    status: Status
    starts_at: datetime | None = None
    """None for a draft."""
    stopped_at: datetime | None = None
    stopped_because: str | None = None
    created_at: datetime
    created_by: str
    revision: int


def problems_of(plan: Plan) -> list[str]:
    """What is wrong with a plan in itself, whatever models and rules there are."""
    problems = []
    names = [arm.name for arm in plan.arms]
    if len(set(names)) < len(names):
        problems.append("arms: two have the same name")
    if INTERLEAVED in names:
        problems.append(f"arms: no arm may be called {INTERLEAVED!r}")
    if plan.kind == "interleave":
        problems += _problems_of_interleaving(plan)
    return problems


def _problems_of_interleaving(plan: Plan) -> list[str]:
    problems = []
    if len(plan.arms) != 2:
        problems.append("arms: interleaving takes two")
    if len({arm.weight for arm in plan.arms}) > 1:
        problems.append("arms: interleaving gives both arms the same weight")
    if plan.tries_rules:
        problems.append(
            "arms: interleaving compares models under the live rules; compare rules by a split"
        )
    if len({arm.model_version for arm in plan.arms}) == 1:
        problems.append("arms: both have the same model, so there is nothing to compare")
    if plan.guardrails.any:
        problems.append(
            "guardrails: each interleaved answer comes from both arms, so none is slower or "
            "emptier than the other"
        )
    return problems


def status_of(
    starts_at: datetime | None,
    ends_at: datetime | None,
    stopped_at: datetime | None,
    now: datetime,
) -> Status:
    if stopped_at is not None:
        return "stopped"
    if starts_at is None:
        return "draft"
    if ends_at is not None and ends_at <= now:
        return "ended"
    return "running" if starts_at <= now else "scheduled"
