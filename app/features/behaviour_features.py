"""The port to what shoppers did, as the pipeline asks for it, and its twin that knows of nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from indexing.candidates import Floats, Keys
from ranking.behaviour import BEHAVIOUR
from ranking.facts import ItemFacts


class BehaviourFeatures(Protocol):
    """What the pipeline asks for; called from several threads."""

    def features(
        self,
        query: str,
        keys: Keys,
        facts: Sequence[ItemFacts],
        session_id: str,
        now: datetime,
    ) -> Floats:
        """Shape `(n, len(BEHAVIOUR.names))`, for the `n` candidates of a query."""


class NoBehaviour:
    """A shop that nobody has been to."""

    def features(
        self,
        query: str,
        keys: Keys,
        facts: Sequence[ItemFacts],
        session_id: str,
        now: datetime,
    ) -> Floats:
        return BEHAVIOUR.neutral(len(keys))
