"""`endcap serve`: opens everything, then answers HTTP until told to stop."""

import asyncio
import gc
import logging
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import click
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar.concurrency import set_asyncio_executor

from app.asgi import create_app
from app.commands.indexing import index_waiting
from app.commands.keys import show_first_key
from app.commands.progress import say
from app.commands.starting import Startup, answering_meanwhile
from app.live import Live
from app.settings import InvalidSetting, Settings
from indexing.errors import IndexUnavailable

logger = logging.getLogger(__name__)

# A search holds the interpreter lock for half its time; threads beyond this only wait for it and
# for each other, which lengthens the slowest answers.
SEARCH_THREADS = (os.cpu_count() or 1) + 1


def run_service(settings: Settings, live: Live | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `live` is given by a caller that has opened it already."""
    check_port(settings)
    startup = Startup()

    def tell(phase: str) -> None:
        say(phase)
        startup.say(phase.lower())

    with ExitStack() as stack:
        with answering_meanwhile(settings.host, settings.port, startup):
            opened = stack.enter_context(live or Live(settings, say=tell))
            show_first_key(settings, opened.engine)
            _index_what_waits(opened, startup)
            tell("Reading items")
            opened.store.warm_up()
            opened.warm_up()
            # What was read so far stays: the collector would else walk millions of objects again
            # and again, and hold up requests for a tenth of a second each time.
            gc.collect()
            gc.freeze()
        opened.start_following()
        opened.start_working()
        set_asyncio_executor(ThreadPoolExecutor(SEARCH_THREADS, "search"))
        asyncio.run(_serve(settings, opened))


def _index_what_waits(live: Live, startup: Startup) -> None:
    """Where the index takes nothing now, the service answers from what is in it, and its worker
    goes on trying. Raises `IndexUnavailable` where nothing is."""
    try:
        index_waiting(live, startup)
    except IndexUnavailable as error:
        with live.index.lease() as serving:
            if not serving.index.count():
                raise
        logger.warning("what waits is not indexed yet: %s", error)


def check_port(settings: Settings) -> None:
    """A port that is taken is said before anything slow begins."""
    try:
        address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise InvalidSetting(f"ENDCAP_HOST: {settings.host}: {error.strerror}") from error
    with socket.socket(address[0], address[1]) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address[4])
        except OSError as error:
            raise InvalidSetting(
                f"ENDCAP_PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
            ) from error


async def _serve(settings: Settings, live: Live) -> None:
    server = Server(
        create_app(live),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    click.echo(f"Endcap is ready on http://{settings.host}:{settings.port}")
    await server.serve()
