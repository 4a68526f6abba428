"""`endcap worker`: indexes what waits and runs tasks, apart from `endcap serve`; needs a Qdrant
server, since the embedded index belongs to one process."""

import signal
import threading
from types import FrameType

import click

from app.commands.progress import say
from app.live import Live
from app.settings import InvalidSetting, Settings


def run_worker_process(settings: Settings) -> None:
    """Works until SIGINT or SIGTERM."""
    if settings.qdrant_url is None:
        raise InvalidSetting(
            "ENDCAP_QDRANT_URL: not set; the embedded index is indexed by `endcap serve` itself, "
            "and a worker apart needs a Qdrant server"
        )
    stop = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with Live(settings, say=say) as live:
        live.start_working()
        click.echo("The worker is ready")
        stop.wait()
