"""Opens encoders by the names under which settings and collections keep them; what it opens
imports torch or httpx only when it is asked for."""

from contextlib import ExitStack

from app.settings import ENCODER_SERVICE, Settings
from indexing.encoder import Encoder
from indexing.errors import EncoderUnavailable


class EncoderOpener:
    """A sentence-transformers model by name or folder, nothing for the one that comes with
    Endcap, or `service:MODEL` for that of the service of ENDCAP_ENCODER_URL."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()

    def __call__(self, name: str) -> Encoder:
        """Raises `EncoderUnavailable`."""
        if name.startswith(ENCODER_SERVICE):
            return self._service(name.removeprefix(ENCODER_SERVICE))
        from indexing.sentence_encoder import SentenceEncoder

        return SentenceEncoder(name or None)

    def close(self) -> None:
        self._stack.close()

    def _service(self, model: str) -> Encoder:
        if self._settings.encoder_url is None:
            raise EncoderUnavailable(
                f"{model or 'the model'} is encoded with by a service, and ENDCAP_ENCODER_URL "
                "names none"
            )
        from indexing.embeddings_client import EmbeddingsClient
        from indexing.http_encoder import HttpEncoder

        client = EmbeddingsClient(self._settings.encoder_url, self._settings.encoder_key)
        self._stack.callback(client.close)
        return HttpEncoder(
            client,
            model,
            known=self._settings.encoder_service_file,
            query_timeout=self._settings.encoder_timeout,
        )
