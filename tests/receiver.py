"""A receiver of webhooks on this machine, which says what a test wants it to say."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import NamedTuple


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    """With names in lower case."""
    body: bytes


class Say(NamedTuple):
    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    drip_seconds: float = 0.0
    """Between the bytes of the body."""


class Receiver:
    """`says` is asked with the number of requests so far, from 1 on, in the request's thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self.says: Callable[[int], Say] = lambda _: Say()

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        until = monotonic() + seconds
        while len(self.received) < count and monotonic() < until:
            sleep(0.01)
        assert len(self.received) >= count, f"got {len(self.received)} of {count} in {seconds} s"
        return self.received


@contextmanager
def receiving() -> Iterator[Receiver]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                receiver.received.append(Received(self.path, headers, body))
                number = len(receiver.received)
            said = receiver.says(number)
            try:
                self._answer(said)
            except OSError:  # the other side has heard enough
                self.close_connection = True

        def do_GET(self) -> None:
            self.do_POST()

        def _answer(self, said: Say) -> None:
            self.send_response(said.status)
            for name, value in (*said.headers, ("Content-Length", str(len(said.body)))):
                self.send_header(name, value)
            self.end_headers()
            if not said.drip_seconds:
                self.wfile.write(said.body)
                return
            for byte in said.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                sleep(said.drip_seconds)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        # More than five that come at once are turned away otherwise.
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
