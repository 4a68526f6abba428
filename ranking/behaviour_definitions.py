"""What `behaviour.toml` says, read strictly: the one definition of every feature that is made of
what shoppers did."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

from ranking.errors import InvalidBehaviour
from ranking.events import ACTIONS

DEFAULT = Path(__file__).with_name("behaviour.toml")

Metric = Literal["impressions", "exposure", "clicks", "carts", "purchases", "dismissals", "revenue"]
METRICS: tuple[Metric, ...] = get_args(Metric)
"""What is counted, as whole numbers."""

MILLION = 1_000_000
MILLIONTHS: frozenset[Metric] = frozenset({"exposure", "revenue"})
"""Counted in millionths, so that their sums are exact."""

Scope = Literal["item", "brand", "category", "query", "query_item"]
ALL = "all"
"""The rate of everything together, which every chain of priors ends at."""

Column = tuple[Metric, int]
"""A sum: what is added up, over how many days."""

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Days = Literal[1, 7, 30]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Rate(_Strict, frozen=True):
    """What is divided by what; of the whole shop, `base` is assumed as if it had been seen on
    `base_weight` of the denominator."""

    numerator: Metric
    denominator: Metric
    base: Positive
    base_weight: Positive


class RateFeature(_Strict, frozen=True):
    """A rate of the last `days`, drawn to its prior and compared with its reference."""

    scope: Scope
    rate: str
    days: Days
    prior: str
    strength: Positive
    reference: str
    hidden: bool = False
    """Whether it is a prior only, and no column."""


class InterestFeature(_Strict, frozen=True):
    """The share of what was done in the session that went to the item's brand or category."""

    scope: Literal["session"]
    of: Literal["brand", "category"]


class Examination(_Strict, frozen=True):
    """How likely a position is looked at: 1 / position^exponent, never less than `floor`."""

    exponent: Annotated[float, msgspec.Meta(ge=0, le=3)]
    positions: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    floor: Annotated[float, msgspec.Meta(gt=0, le=1)]

    @property
    def parts_per_million(self) -> tuple[int, ...]:
        """By position, from the first."""
        return tuple(
            round(MILLION * max(position**-self.exponent, self.floor))
            for position in range(1, self.positions + 1)
        )


class Session(_Strict, frozen=True):
    """Which actions of a session count, and how much."""

    actions: Annotated[int, msgspec.Meta(ge=1, le=100)]
    hours: Annotated[int, msgspec.Meta(ge=1, le=720)]
    decay: Annotated[float, msgspec.Meta(gt=0, le=1)]
    weights: Mapping[str, NotNegative]


class Definitions(msgspec.Struct, frozen=True):
    """The whole file."""

    actions: Mapping[str, float]
    """By action, what it is worth as a label."""
    examination: Examination
    rates: Mapping[str, Rate]
    features: Mapping[str, RateFeature | InterestFeature]
    session: Session

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of the file."""
        return tuple(
            name
            for name, feature in self.features.items()
            if isinstance(feature, InterestFeature) or not feature.hidden
        )

    @property
    def rate_features(self) -> Mapping[str, RateFeature]:
        """Each behind those whose rates it is made of."""
        given = {n: f for n, f in self.features.items() if isinstance(f, RateFeature)}
        return {name: given[name] for name in _ordered(given)}

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every sum that a feature needs, once."""
        needed: dict[Column, None] = {}
        for feature in self.rate_features.values():
            rate = self.rates[feature.rate]
            needed[rate.numerator, feature.days] = None
            needed[rate.denominator, feature.days] = None
        return tuple(sorted(needed, key=lambda column: (METRICS.index(column[0]), column[1])))

    @property
    def windows(self) -> tuple[int, ...]:
        """Days, the shortest first."""
        return tuple(sorted({days for _, days in self.columns}))

    @property
    def texts(self) -> Mapping[str, str]:
        """What each column is, in words."""
        return {name: self._text(name) for name in self.names}

    @property
    def fingerprint(self) -> str:
        """Of all that features are made of; labels are no part of it."""
        parts = (self.examination, self.rates, self.features, self.session)
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:16]

    def _text(self, name: str) -> str:
        feature = self.features[name]
        if isinstance(feature, InterestFeature):
            return (
                f"share of the session's last {self.session.actions} actions that went to the "
                f"item's {feature.of}"
            )
        rate = self.rates[feature.rate]
        scope = feature.scope.replace("query_item", "query and item")
        return (
            f"{rate.numerator} per {rate.denominator} of the {scope} in {feature.days} days, drawn "
            f"to {feature.prior} by {feature.strength:g}; rate / (rate + {feature.reference})"
        )


def read_definitions(path: Path = DEFAULT) -> Definitions:
    """Raises `InvalidBehaviour` with every mistake and its place."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidBehaviour(f"{path}: {error}") from error
    return parse_definitions(raw, str(path))


def parse_definitions(raw: Mapping[str, Any], where: str = "behaviour.toml") -> Definitions:
    """Raises `InvalidBehaviour` with every mistake and its place."""
    problems: list[str] = []
    reader = _Reader(raw, problems)
    actions = reader.table("actions", dict[str, NotNegative])
    examination = reader.value("examination", Examination)
    session = reader.value("session", Session)
    rates = reader.table("rates", dict[str, Any], Rate)
    features = reader.table("features", dict[str, Any], RateFeature, InterestFeature)
    reader.no_others()
    if examination is not None and session is not None and not problems:
        made = Definitions(actions, examination, rates, features, session)
        problems += _contradictions(made)
        if not problems:
            return made
    raise InvalidBehaviour("\n".join(f"{where}: {problem}" for problem in problems))


Read = TypeVar("Read")


class _Reader:
    """Takes the file's tables apart and notes what is wrong with each."""

    def __init__(self, raw: Mapping[str, Any], problems: list[str]) -> None:
        self._raw = dict(raw)
        self._problems = problems

    def value(self, name: str, kind: type[Read]) -> Read | None:
        if name not in self._raw:
            self._problems.append(f"{name}: is missing")
            return None
        read: Read | None = self._convert(name, self._raw.pop(name), kind)
        return read

    def table(self, name: str, kind: Any, *entries: type[Any]) -> dict[str, Any]:
        """By name, each entry as the one of `entries` that its `scope` says."""
        whole = self.value(name, kind)
        if whole is None or not entries:
            return whole or {}
        read: dict[str, Any] = {}
        for key, raw in whole.items():
            place = f"{name}.{key}"
            if self._convert(place, key, Name) is None:
                continue
            in_session = isinstance(raw, Mapping) and raw.get("scope") == "session"
            read[key] = self._convert(place, raw, entries[-1 if in_session else 0])
        return read

    def no_others(self) -> None:
        self._problems += [f"{name}: there is no such table" for name in self._raw]

    def _convert(self, place: str, raw: Any, kind: Any) -> Any:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            reason, _, inside = str(error).partition(" - at `$")
            self._problems.append(f"{place}{inside.rstrip('`')}: {reason}")
            return None


def _contradictions(made: Definitions) -> Iterable[str]:
    """What each entry cannot see for itself."""
    for table, given in (("actions", made.actions), ("session.weights", made.session.weights)):
        for action in given:
            if action not in ACTIONS:
                yield f"{table}.{action}: no such action; there are {', '.join(ACTIONS)}"
    rates = {name: f for name, f in made.features.items() if isinstance(f, RateFeature)}
    for name, feature in rates.items():
        if feature.rate not in made.rates:
            yield f"features.{name}.rate: there is no rate {feature.rate!r}"
        for member in ("prior", "reference"):
            other = getattr(feature, member)
            if other == ALL:
                continue
            place = f"features.{name}.{member}"
            if other not in rates:
                yield f"{place}: no feature {other!r} has a rate"
            elif rates[other].rate != feature.rate:
                yield f"{place}: {other} is a rate of another kind, {rates[other].rate}"
    if not made.names:
        yield "features: there is none that is not hidden"
    looping = [name for name in rates if name not in _ordered(rates)]
    if looping:
        yield f"features.{looping[0]}.prior: goes round in a circle: {', '.join(looping)}"


def _ordered(rates: Mapping[str, RateFeature]) -> list[str]:
    """Each behind its prior and its reference; without those that wait for themselves."""
    ordered: dict[str, None] = {}
    waiting = dict(rates)
    while True:
        ready = [
            name
            for name, feature in waiting.items()
            if all(
                other == ALL or other in ordered or other not in rates
                for other in (feature.prior, feature.reference)
            )
        ]
        if not ready:
            return list(ordered)
        for name in ready:
            ordered[name] = None
            del waiting[name]
