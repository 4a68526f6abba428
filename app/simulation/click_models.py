"""How synthetic shoppers look at a page of hits and click: stated models, without any I/O.

Looking: the hit at position k is looked at with probability 1/k^eta, whatever it is and whatever
else was looked at: the position-based model (Craswell, Zoeter, Taylor and Ramsey, "An experimental
comparison of click position-bias models", WSDM 2008) with the examination of Joachims, Swaminathan
and Schnabel, "Unbiased learning-to-rank with biased feedback", WSDM 2017.

Liking: what is looked at and has grade g is clicked with probability
noise + (1 - noise) * (2^g - 1) / (2^g_max - 1) (Ai, Bi, Luo, Guo and Croft, "Unbiased learning to
rank with unbiased propensity estimation", SIGIR 2018).
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Literal, Protocol

import msgspec

from ranking.judgments import MAX_GRADE

ModelName = Literal["position-based", "cascade", "random", "first-hit"]
RANDOM_ATTRACTION = 0.3
"""How likely `random` clicks on what it looks at."""


class Visit(msgspec.Struct, frozen=True):
    """What one shopper did with a page of hits; positions count from 1."""

    on_screen: int
    """The lowest position that was on the screen, looked at or not; 0 for an empty page."""
    clicks: tuple[int, ...] = ()
    """Positions in the order in which they were clicked."""


class ClickModel(Protocol):
    """`grades` are those of the hits in their order."""

    def visit(self, grades: Sequence[int], chance: Random) -> Visit: ...


def relevance(grade: int) -> float:
    """From 0 to 1; the gain of graded measures, relative to the best grade's."""
    return float((2**grade - 1) / (2**MAX_GRADE - 1))


def attraction(grade: int, noise: float) -> float:
    """How likely a hit is clicked that is looked at."""
    return noise + (1.0 - noise) * relevance(grade)


class PositionBased(msgspec.Struct, frozen=True):
    """Any number of clicks, each on its own. `scroll` says how much of the position bias comes from
    hits that were never on the screen: the page is on the screen down to position k with
    probability 1/k^(eta * scroll), and what is there is looked at with probability
    1/k^(eta * (1 - scroll)); together 1/k^eta. With 0 the whole page is on the screen."""

    noise: float = 0.1
    eta: float = 1.0
    scroll: float = 0.0

    def visit(self, grades: Sequence[int], chance: Random) -> Visit:
        return _visit(grades, lambda grade: attraction(grade, self.noise), self, chance)


class RandomClicks(msgspec.Struct, frozen=True):
    """Looks as the position-based model does, and clicks whatever the hit is."""

    eta: float = 1.0
    scroll: float = 0.0

    def visit(self, grades: Sequence[int], chance: Random) -> Visit:
        return _visit(grades, lambda grade: RANDOM_ATTRACTION, self, chance)


class Cascade(msgspec.Struct, frozen=True):
    """Reads from the top and leaves with the first click: position k is clicked with probability
    a_k * (1 - a_1) * … * (1 - a_(k-1)), a being the attraction (Craswell et al., WSDM 2008). What
    lies below the click was not on the screen."""

    noise: float = 0.1

    def visit(self, grades: Sequence[int], chance: Random) -> Visit:
        for position, grade in enumerate(grades, start=1):
            if chance.random() < attraction(grade, self.noise):
                return Visit(position, (position,))
        return Visit(len(grades))


class FirstHit(msgspec.Struct, frozen=True):
    """Always clicks the first hit, with the whole page on the screen."""

    def visit(self, grades: Sequence[int], chance: Random) -> Visit:
        return Visit(len(grades), (1,)) if grades else Visit(0)


class _Looking(Protocol):
    @property
    def eta(self) -> float: ...

    @property
    def scroll(self) -> float: ...


def _visit(
    grades: Sequence[int], attracts: Callable[[int], float], looking: _Looking, chance: Random
) -> Visit:
    on_screen = _on_screen(len(grades), looking.eta * looking.scroll, chance)
    steepness = looking.eta * (1.0 - looking.scroll)
    return Visit(
        on_screen,
        tuple(
            position
            for position, grade in enumerate(grades[:on_screen], start=1)
            if chance.random() < position**-steepness * attracts(grade)
        ),
    )


def _on_screen(n: int, steepness: float, chance: Random) -> int:
    """At least k with probability 1/k^steepness, by the inverse of that."""
    if not n or not steepness:
        return n
    # 1 - random() is never 0, whose power would be infinite.
    return int(min(float(n), (1.0 - chance.random()) ** (-1.0 / steepness)))


def make_click_model(name: ModelName, noise: float, eta: float, scroll: float) -> ClickModel:
    makers: Mapping[ModelName, Callable[[], ClickModel]] = {
        "position-based": lambda: PositionBased(noise, eta, scroll),
        "cascade": lambda: Cascade(noise),
        "random": lambda: RandomClicks(eta, scroll),
        "first-hit": FirstHit,
    }
    return makers[name]()
