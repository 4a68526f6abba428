"""The ranking model that a service scores with, in place of one in this process."""

import logging
from urllib.parse import urlsplit

from app.live_model import LiveModel
from ranking.errors import ModelRefused, ScorerUnavailable
from ranking.model_store import ModelStore
from ranking.remote_scorer import RemoteScorer
from ranking.scorer import Scorer

logger = logging.getLogger(__name__)


class RemoteModel(LiveModel):
    """Follows what is served at ENDCAP_SCORER_URL: looks every second, so that searches seldom
    find out themselves that it is away, or back. TensorFlow is not loaded for it."""

    def __init__(self, models: ModelStore, url: str) -> None:
        super().__init__(models)
        address = urlsplit(url)
        self._remote = RemoteScorer(address.netloc)
        self._said: str | None = None

    def current(self) -> Scorer:
        return self._remote

    def refresh(self) -> None:
        """A service that is away, or serves what this release cannot use, is logged once."""
        try:
            said = f"model {self._remote.look().version} scores"
        except (ScorerUnavailable, ModelRefused) as error:
            said = f"{error}; searches keep the order of retrieval"
        if said != self._said:
            logger.warning("%s", said)
            self._said = said

    def close(self) -> None:
        self._remote.close()
