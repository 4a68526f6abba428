"""The ranking model that is live in this process; follows the model store and swaps in one step."""

import logging
import threading

from app.following import keep_refreshing
from ranking.errors import ModelRefused
from ranking.model_store import ModelStore
from ranking.scorer import RetrievalOrderScorer, Scorer

logger = logging.getLogger(__name__)
POLL_SECONDS = 1.0


class LiveModel:
    """No model yet means the order of retrieval; a model that is refused leaves what was live."""

    def __init__(self, models: ModelStore) -> None:
        self._models = models
        self._scorer: Scorer = RetrievalOrderScorer()
        self._looked_at: str | None = None

    def current(self) -> Scorer:
        return self._scorer

    def refresh(self) -> None:
        version = self._models.live_version()
        if version is None or version == self._looked_at:
            return
        self._looked_at = version
        try:
            self._scorer = self._models.load(version)
        except ModelRefused as error:
            logger.error(
                "model %s is refused, %s stays live: %s", version, self._scorer.version, error
            )

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "models", POLL_SECONDS, stop, after_failure=0)
