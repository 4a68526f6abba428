"""The web application on a real socket, in a thread of this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from tests.e2e.command import free_port, until


@contextmanager
def served(app: Litestar, port: int | None = None) -> Iterator[str]:
    """Gives the address, on a free port unless one is given."""
    port = port or free_port()
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(),))
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url), 20, "the service")
        yield url
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join()
        loop.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").is_success
    except httpx.HTTPError:
        return False
