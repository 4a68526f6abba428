"""Now and then an order drawn by chance instead of the model's best guess, so that what the model
ranks low is seen, too, and positions can be told from items.

The order is a draw from the Plackett-Luce model, under which exp(score) is proportional to an
item's chance of being next: the order of scores with independent Gumbel noise added is such a draw
(Bruch, Han, Bendersky and Najork, "A stochastic treatment of learning to rank scoring functions",
WSDM 2020; Oosterhuis, "Computationally efficient optimization of Plackett-Luce ranking models",
SIGIR 2021). Only the first `TOP` change places among themselves.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt

from app.search.lots import share_of, shopper_of, visit_lot
from indexing.candidates import Floats
from indexing.queries import SearchQuery

TOP = 20
"""What is below is seldom seen, and would cost a shopper the most where it is drawn to the top."""

TEMPERATURE = 1.0
"""1 takes the scores at their word; 2 would draw from the square roots of the odds."""

_STEP = np.float32(1e-5)

Indices = npt.NDArray[np.intp]


class Explorer:
    """Decides by the shopper, the text and the day, so that all pages of a search agree."""

    def __init__(self, share: float) -> None:
        """`share` of the searches by shoppers who are named, 0 to 1."""
        self._share = share

    def seed(self, query: SearchQuery, now: datetime) -> int | None:
        """What to draw the order by; None to leave it."""
        if not self._share or query.sort is not None or not query.text or not shopper_of(query):
            return None
        drawn = visit_lot("explore", query, now)
        return drawn if share_of(drawn) < self._share else None


def draw_order(scores: Floats, odds: Floats, seed: int) -> Floats:
    """Scores that stand for a drawn order of the first `TOP`; `odds` are logarithms."""
    best_first = np.argsort(-scores, kind="stable")
    head = best_first[:TOP]
    noise = np.random.default_rng(seed).gumbel(size=len(head))
    drawn = head[np.argsort(-(odds[head] / TEMPERATURE + noise), kind="stable")]
    return deal_out(scores, np.concatenate([drawn, best_first[TOP:]]))


def deal_out(scores: Floats, order: Indices) -> Floats:
    """The same scores for another order: the best goes to the first of it, so that a boost moves
    an item as far as it would have. Each place costs a little more than the one above, or equal
    scores would fall back into their own order."""
    dealt = np.empty_like(scores)
    dealt[order] = -np.sort(-scores) - _STEP * np.arange(len(scores), dtype=np.float32)
    return dealt


def odds_by_rank(count: int) -> Floats:
    """For an order without a model: the one at rank r gets odds of 1/r. The scores of retrieval
    are of use as an order only; as odds they would hardly tell the first from the twentieth."""
    odds: Floats = -np.log(np.arange(1, count + 1)).astype(np.float32)
    return odds
