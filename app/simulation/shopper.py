"""One synthetic session: who asks for what, and what they do with the answer. Everything is drawn
from the seed and the session's number, so that it does not depend on which thread runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.sample.chance import Random, chance
from app.simulation.click_models import ClickModel, relevance
from app.simulation.demand import Demand
from indexing.documents import ItemId

CART_SHARE = 0.3
"""Of the clicks on an item of the best grade, how many put it into the cart."""

PURCHASE_SHARE = 0.5
"""Of what is in a cart, how much is bought, whatever its grade."""

SESSIONS_PER_CLIENT = 2


class ShownItem(msgspec.Struct, frozen=True):
    price: float | None = None


class ShownHit(msgspec.Struct, frozen=True):
    id: ItemId
    position: int
    item: ShownItem


class ShownList(msgspec.Struct, frozen=True):
    """The part of a search's answer that a shopper sees, and what a report wants to know of it."""

    query_id: str
    hits: tuple[ShownHit, ...]
    experiments: Mapping[str, str] = {}
    explored: bool = False


class Session(msgspec.Struct, frozen=True):
    number: int
    client_id: str
    session_id: str
    query: str


class Reaction(msgspec.Struct, frozen=True):
    """All that one session did with its list; hits in the order in which it came to them."""

    on_screen: ShownHit | None
    """The lowest hit that was on the screen."""
    clicked: tuple[ShownHit, ...] = ()
    carted: tuple[ShownHit, ...] = ()
    bought: tuple[ShownHit, ...] = ()


class Shoppers:
    """`grades` by query and item; what was never judged counts as irrelevant."""

    def __init__(
        self,
        demand: Demand,
        grades: Mapping[str, Mapping[ItemId, int]],
        model: ClickModel,
        sessions: int,
        seed: int,
    ) -> None:
        self._demand = demand
        self._grades = grades
        self._model = model
        self._clients = max(1, sessions // SESSIONS_PER_CLIENT)
        self._seed = seed

    def session(self, number: int) -> Session:
        luck = self._luck("asks", number)
        client = luck.randrange(self._clients)
        return Session(
            number,
            f"sim-{self._seed}-{client}",
            f"sim-{self._seed}-{client}-{number}",
            self._demand.draw(luck),
        )

    def react(self, session: Session, hits: Sequence[ShownHit]) -> Reaction:
        """A click puts the item into the cart with probability `CART_SHARE` times its relevance;
        what is in the cart is bought with probability `PURCHASE_SHARE`."""
        luck = self._luck("acts", session.number)
        known = self._grades.get(session.query, {})
        grades = [known.get(hit.id, 0) for hit in hits]
        visit = self._model.visit(grades, luck)
        clicked = [position - 1 for position in visit.clicks]
        carted = [n for n in clicked if luck.random() < CART_SHARE * relevance(grades[n])]
        bought = [n for n in carted if luck.random() < PURCHASE_SHARE]
        return Reaction(
            hits[visit.on_screen - 1] if visit.on_screen else None,
            tuple(hits[n] for n in clicked),
            tuple(hits[n] for n in carted),
            tuple(hits[n] for n in bought),
        )

    def _luck(self, what: str, number: int) -> Random:
        return chance(str(self._seed), f"{number}:{what}")


def events_of(
    session: Session, shown: ShownList, reaction: Reaction, timestamp: str
) -> list[dict[str, Any]]:
    """In the shape of User Behavior Insights 1.3.0. One impression says how far the page was on the
    screen: all hits above that one were, too."""
    last = reaction.on_screen
    done = (
        ("impression", () if last is None else (last,)),
        ("click", reaction.clicked),
        ("add_to_cart", reaction.carted),
        ("purchase", reaction.bought),
    )
    return [
        {
            "action_name": action,
            "client_id": session.client_id,
            "session_id": session.session_id,
            "query_id": shown.query_id,
            "user_query": session.query,
            "timestamp": timestamp,
            "event_attributes": {
                "object": {
                    "object_id": hit.id,
                    **({"object_detail": _bought(hit)} if action == "purchase" else {}),
                },
                "position": {"ordinal": hit.position},
            },
        }
        for action, hits in done
        for hit in hits
    ]


def _bought(hit: ShownHit) -> dict[str, Any]:
    return {"quantity": 1} if hit.item.price is None else {"quantity": 1, "price": hit.item.price}
