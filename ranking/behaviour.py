"""From whole-number sums of what shoppers did to feature values between 0 and 1: one function for
live requests and for training, so that the same sums give the same values to the last digit."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import Floats
from ranking.behaviour_definitions import (
    ALL,
    MILLION,
    MILLIONTHS,
    Definitions,
    InterestFeature,
    RateFeature,
    Scope,
    read_definitions,
)

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

NEUTRAL = 0.5
"""Of a rate: as its reference."""


class Sums(msgspec.Struct, frozen=True):
    """What was counted for one query and `n` candidates; the last axis of each is in the order of
    the definitions' `columns`."""

    everything: Ints
    """Shape `(columns,)`."""
    query: Ints
    """Shape `(columns,)`."""
    item: Ints
    """Shape `(n, columns)`, as the rest."""
    brand: Ints
    category: Ints
    query_item: Ints


class Interest(msgspec.Struct, frozen=True):
    """What one session was about: `m` actions with their weights, and of each action's item the
    brand and the leaf category as tokens, 0 for none."""

    weights: Numbers = np.empty(0)
    brands: Ints = np.empty(0, np.int64)
    categories: Ints = np.empty(0, np.int64)

    def share(self, of: str, tokens: Ints) -> Numbers:
        """Of each candidate, given by its brand or category, how much of the weight it has."""
        seen = self.brands if of == "brand" else self.categories
        total = self.weights.sum()
        if not total:
            return np.zeros(len(tokens))
        same = (tokens[:, None] == seen[None, :]) & (seen != 0)[None, :]
        return np.asarray((same * self.weights).sum(axis=1) / total)


class _Whole(NamedTuple):
    """The rate of everything together over some days, with its places among the columns."""

    name: str
    up: int
    down: int
    base: float
    weight: float
    prior: str | None
    """That over more days; None where these are the most."""


class _Rate(NamedTuple):
    """A rate feature with its places among the sums and the values."""

    name: str
    up: int
    down: int
    scope: Scope
    strength: float
    prior: str
    reference: str
    column: int | None


class Behaviour:
    """The definitions, made ready to be computed."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.names = definitions.names
        self.columns = definitions.columns
        self.texts = definitions.texts
        self.fingerprint = definitions.fingerprint
        self._scale = np.array(
            [[float(MILLION) if metric in MILLIONTHS else 1.0] for metric, _ in self.columns]
        )
        features = definitions.rate_features
        self._wholes = tuple(self._make_wholes(features))
        self._rates = tuple(self._make_rate(name, each) for name, each in features.items())
        self._interests = tuple(
            (feature.of, self.names.index(name))
            for name, feature in definitions.features.items()
            if isinstance(feature, InterestFeature)
        )

    def neutral(self, count: int) -> Floats:
        """Shape `(count, len(names))`: the values where nothing was ever counted."""
        row = np.full(len(self.names), NEUTRAL, np.float32)
        row[[column for _, column in self._interests]] = 0.0
        return np.tile(row, (count, 1))

    def values(self, sums: Sums, interest: Interest, brands: Ints, categories: Ints) -> Floats:
        """Shape `(n, len(names))`; `brands` and `categories` are the candidates' own tokens."""
        # Each column in one piece, which the arithmetic on it is quicker for.
        counted: dict[Scope, Numbers] = {
            "item": np.divide(sums.item.T, self._scale, order="C"),
            "brand": np.divide(sums.brand.T, self._scale, order="C"),
            "category": np.divide(sums.category.T, self._scale, order="C"),
            "query_item": np.divide(sums.query_item.T, self._scale, order="C"),
            "query": sums.query / self._scale[:, 0],
        }
        known = self._whole(sums.everything / self._scale[:, 0])
        out = np.empty((len(self.names), len(brands)))
        for rate in self._rates:
            of = counted[rate.scope]
            # (numerator + strength * prior) / (denominator + strength), as metarank normalises its
            # rates (`doc/configuration/features/counters.md`): the mean of a Gamma-Poisson model
            # whose prior was seen on `strength` exposures.
            made = (of[rate.up] + rate.strength * known[rate.prior]) / (
                of[rate.down] + rate.strength
            )
            known[rate.name] = made
            if rate.column is not None:
                np.divide(made, made + known[rate.reference], out=out[rate.column])
        for name, column in self._interests:
            out[column] = interest.share(name, brands if name == "brand" else categories)
        return out.T.astype(np.float32)

    def _whole(self, counted: Numbers) -> dict[str, Numbers | float]:
        """By name, the rates of everything together: each drawn to that over more days, and that
        over the most to its base."""
        known: dict[str, Numbers | float] = {}
        for whole in self._wholes:
            prior = whole.base if whole.prior is None else known[whole.prior]
            known[whole.name] = (float(counted[whole.up]) + whole.weight * prior) / (
                float(counted[whole.down]) + whole.weight
            )
        return known

    def _make_wholes(self, features: Mapping[str, RateFeature]) -> list[_Whole]:
        made = []
        for name, rate in self.definitions.rates.items():
            longer = None
            needed = {feature.days for feature in features.values() if feature.rate == name}
            for days in sorted(needed, reverse=True):
                made.append(
                    _Whole(
                        name=_name_of_whole(name, days),
                        up=self.columns.index((rate.numerator, days)),
                        down=self.columns.index((rate.denominator, days)),
                        base=rate.base,
                        weight=rate.base_weight,
                        prior=longer,
                    )
                )
                longer = made[-1].name
        return made

    def _make_rate(self, name: str, feature: RateFeature) -> _Rate:
        rate = self.definitions.rates[feature.rate]
        whole = _name_of_whole(feature.rate, feature.days)
        return _Rate(
            name=name,
            up=self.columns.index((rate.numerator, feature.days)),
            down=self.columns.index((rate.denominator, feature.days)),
            scope=feature.scope,
            strength=feature.strength,
            prior=whole if feature.prior == ALL else feature.prior,
            reference=whole if feature.reference == ALL else feature.reference,
            column=None if feature.hidden else self.names.index(name),
        )


def _name_of_whole(rate: str, days: int) -> str:
    """No feature has such a name."""
    return f"{ALL} {rate} {days}d"


BEHAVIOUR = Behaviour(read_definitions())
"""Read at import, since it is as much a part of the code as the features in `features.py`: models
are built by the number and names of all of them."""
