"""Dense vectors from a service that speaks OpenAI's API: `ENDCAP_ENCODER_URL`."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from indexing.breaker import Breaker
from indexing.candidates import Floats
from indexing.embeddings_client import Embedded, EmbeddingsClient, ServedModel
from indexing.encoder_identity import EncoderIdentity, IdentityFile
from indexing.errors import EncoderAway, EncoderUnavailable, TextRefused

logger = logging.getLogger(__name__)

QUERY_TIMEOUT = 0.35
"""Seconds for a query by default: what is spent here, features and scoring no longer have."""

DOCUMENT_TIMEOUT = 10.0
FIRST_TIMEOUT = 10.0
PATIENCE = 20.0
"""Seconds that a batch of documents is tried for. The transaction that claimed them is open so
long, and holds back all that follow changes."""

TRIES = 4
FIRST_WAIT = 0.25
BATCH = 32
MAX_TEXT = 8_000
"""Characters of one text that are sent: encoders read 256 to 8,192 tokens, and some refuse more."""

_PROBE = "check"


class HttpEncoder:
    """A query is asked for once, in little time, and not at all for a while after a failure, so
    that searches go on by words. Documents are tried again, with waits that grow. A service that
    answers with another model, or with vectors of another size, is as good as away: its vectors
    would lie in another space than those that are stored."""

    def __init__(
        self,
        client: EmbeddingsClient,
        model: str = "",
        *,
        known: Path | None = None,
        query_timeout: float = QUERY_TIMEOUT,
        breaker: Breaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without `model`, the one that the service lists. `known` is a file that keeps what was
        found out, so that the next start succeeds while the service is away. Raises
        `EncoderUnavailable`."""
        self._client = client
        self._query_timeout = query_timeout
        self._breaker = breaker or Breaker()
        self._sleep = sleep
        self._identity = _identify(client, model, IdentityFile(known))

    @property
    def revision(self) -> str:
        return self._identity.revision

    @property
    def size(self) -> int:
        return self._identity.size

    def encode_query(self, text: str) -> Floats:
        """Raises `EncoderAway` and `TextRefused`."""
        if not self._breaker.allows():
            raise EncoderAway("the encoder's service did not answer a moment ago")
        vector: Floats = self._ask([text], self._query_timeout)[0]
        return vector

    def knows_word(self, word: str) -> bool:
        return False

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """The same."""
        if not texts:
            return np.empty((0, self.size), np.float32)
        until = time.monotonic() + PATIENCE
        parts = [texts[n : n + BATCH] for n in range(0, len(texts), BATCH)]
        return np.concatenate([self._patiently(part, until) for part in parts])

    def _patiently(self, texts: Sequence[str], until: float) -> Floats:
        for wait in _waits():
            left = until - time.monotonic()
            try:
                return self._ask(texts, min(DOCUMENT_TIMEOUT, max(left, 0.1)))
            except EncoderAway as error:
                pause = max(wait, error.retry_after or 0.0)
                if pause > until - time.monotonic():
                    raise
                logger.warning("trying again in %.2f s: %s", pause, error)
            self._sleep(pause)
        return self._ask(texts, min(DOCUMENT_TIMEOUT, max(until - time.monotonic(), 0.1)))

    def _ask(self, texts: Sequence[str], timeout: float) -> Floats:
        sent = [text[:MAX_TEXT].strip() or " " for text in texts]
        try:
            embedded = self._client.embed(self._identity.model, sent, timeout)
            self._compare(embedded)
        except EncoderAway:
            self._breaker.failed()
            raise
        except TextRefused:
            self._breaker.succeeded()  # The service is there.
            raise
        self._breaker.succeeded()
        return embedded.vectors

    def _compare(self, embedded: Embedded) -> None:
        known = self._identity
        if embedded.model != known.served:
            raise EncoderAway(
                f"the encoder's service answers with {embedded.model!r} where it was "
                f"{known.served!r}; restart Endcap, which then rebuilds the index"
            )
        if embedded.vectors.shape[1] != known.size:
            raise EncoderAway(
                f"the encoder's service answers vectors of {embedded.vectors.shape[1]} numbers "
                f"where they had {known.size}; restart Endcap, which then rebuilds the index"
            )


def _waits() -> Iterator[float]:
    yield from (FIRST_WAIT * 2**n for n in range(TRIES - 1))


def _identify(client: EmbeddingsClient, name: str, file: IdentityFile) -> EncoderIdentity:
    try:
        identity = _look(client, name)
    except EncoderAway as error:
        known = file.recall(name)
        if known is None:
            raise
        logger.warning("%s; going on with what is known of it: %s", error, known.revision)
        return known
    except TextRefused as error:
        raise EncoderAway(str(error)) from error
    file.keep(name, identity)
    return identity


def _look(client: EmbeddingsClient, name: str) -> EncoderIdentity:
    listed = client.models(FIRST_TIMEOUT)
    model = name or _only(listed)
    answer = client.embed(model, [_PROBE], FIRST_TIMEOUT)
    size = answer.vectors.shape[1]
    served = answer.model or model
    # Endcap calls a model by the digest of its weights, which then is the revision that the same
    # model has in this process, so that moving it out needs no rebuild. Others may serve vectors
    # of several sizes under one name.
    exact = any(entry.id == served and entry.owned_by == "endcap" for entry in listed or ())
    return EncoderIdentity(model, answer.model, size, served if exact else f"{served}@{size}")


def _only(listed: Sequence[ServedModel] | None) -> str:
    if listed is not None and len(listed) == 1:
        return listed[0].id
    how_many = "does not list its models" if listed is None else f"lists {len(listed)} models"
    raise EncoderUnavailable(f"the service {how_many}; name one in ENDCAP_ENCODER_MODEL")
