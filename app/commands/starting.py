"""Answers HTTP while a service starts: that it lives, and how far it is. A start takes seconds, and
minutes where the index is built anew."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from typing import Any

import msgspec

from app.errors import PROBLEM_JSON, RETRY_SECONDS, Problem

TITLE = "The service is starting"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="{seconds}"><p>{title}: {detail}</p></html>"""


class Startup:
    """How far a start is, as those who ask are told."""

    def __init__(self) -> None:
        self._phase = "opening"
        self._done = self._total = 0

    def say(self, phase: str) -> None:
        """What is done now; it has no known length, or not yet."""
        self._phase, self._done, self._total = phase, 0, 0

    def begin(self, phase: str, total: int) -> None:
        self._phase, self._done, self._total = phase, 0, total

    def advance(self, count: int) -> None:
        self._done += count

    def __str__(self) -> str:
        if not self._total:
            return self._phase
        share = min(self._done / self._total, 1.0)
        return f"{self._phase}: {self._done:,} of {self._total:,} ({share:.0%})"


@contextmanager
def answering_meanwhile(host: str, port: int, startup: Startup) -> Iterator[None]:
    """Until the block ends, which frees the address for the service itself."""

    class Handler(_Handler):
        progress = startup

    family = AF_INET6 if ":" in host else ThreadingHTTPServer.address_family
    kind: Any = type("Server", (ThreadingHTTPServer,), {"address_family": family})
    server = kind((host, port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    progress: Startup

    def answer(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/health/live":
            self._send(200, "application/json", b'{"status":"ok"}')
            return
        detail = str(self.progress)
        if "text/html" in self.headers.get("Accept", ""):
            page = _PAGE.format(title=TITLE, detail=detail, seconds=RETRY_SECONDS)
            self._send(503, "text/html; charset=utf-8", page.encode())
            return
        problem = Problem(TITLE, 503, detail, instance=path)
        self._send(503, PROBLEM_JSON, msgspec.json.encode(problem))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer  # noqa: N815

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if status == 503:
            self.send_header("Retry-After", str(RETRY_SECONDS))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Nothing: a load balancer asks every second."""
