"""A service that encodes, over real sockets, which can be away, slow or wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

from indexing.encoder import Encoder, HashEncoder


class Wrong(Exception):
    """Raised by `EmbeddingService.before` to have that answered."""

    def __init__(self, status: int, message: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class EmbeddingService:
    """What the service is and does; a test changes it while it runs."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder or HashEncoder()
        self.models: tuple[str, ...] | None = ("hash-model",)
        """None: it does not list them."""
        self.owner = "someone"
        self.answers_as: str | None = "hash-model"
        """What it calls its model; None: as it was asked for."""
        self.port = 0
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.wrongs: list[Wrong] = []
        """Answered first, one each."""
        self.refused: str | None = None
        """A text that it answers 400 to, wherever it stands."""
        self.delay = 0.0
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """On the port that it had before."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.keys.append(self.headers.get("authorization"))
                if service.models is None:
                    self._say(404, {"detail": "no such route"})
                else:
                    listed = [{"id": each, "owned_by": service.owner} for each in service.models]
                    self._say(200, {"object": "list", "data": listed})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.keys.append(self.headers.get("authorization"))
                service.asked.append(body)
                sleep(service.delay)
                try:
                    self._say(200, service.answer(body))
                except Wrong as wrong:
                    error = {"message": wrong.message, "type": "error", "code": None}
                    self._say(wrong.status, {"error": error}, wrong.headers)

            def _say(self, status: int, body: Any, headers: Any = None) -> None:
                raw = json.dumps(body).encode()
                try:
                    self.send_response(status)
                    for name, value in (headers or {}).items():
                        self.send_header(name.replace("_", "-"), value)
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except OSError:  # the other side waits no longer
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.wrongs:
            raise self.wrongs.pop(0)
        if self.refused is not None and self.refused in body["input"]:
            raise Wrong(400, "the text is too long")
        vectors = self.encoder.encode_documents(body["input"])
        # Not of length 1, and not in order: neither is promised by anyone.
        data = [{"index": n, "embedding": (3 * v).tolist()} for n, v in enumerate(vectors)]
        return {"object": "list", "data": data[::-1], "model": self.answers_as or body["model"]}


@contextmanager
def embedding_service(encoder: Encoder | None = None) -> Iterator[EmbeddingService]:
    service = EmbeddingService(encoder)
    service.start()
    try:
        yield service
    finally:
        service.stop()
