"""`endcap serve-model`: the live ranking model behind TensorFlow Serving's gRPC, apart from the
service; or written out for a TensorFlow Serving."""

import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from app.commands.failures import CommandFailed
from app.live_model import LiveModel
from app.settings import Settings
from ranking.model_store import ModelStore
from ranking.scorer import RetrievalOrderScorer, Scorer

if TYPE_CHECKING:
    from ranking.serving import ModelServer

THREADS = (os.cpu_count() or 1) + 1


def run_serve_model(settings: Settings, version: str | None, host: str, port: int) -> None:
    """Answers until SIGINT or SIGTERM. Without `version` it follows what is made live, and answers
    that there is no model as long as there is none."""
    from ranking.serving import ModelServer

    models = ModelStore(settings.models_dir)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    stop = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if version is not None:
        pinned = models.load(version)
        server = ModelServer(lambda: pinned, address, THREADS)
        _serve(server, host, stop)
        return
    live = LiveModel(models)
    live.refresh()

    def current() -> Scorer | None:
        scorer = live.current()
        return None if scorer.version == RetrievalOrderScorer.version else scorer

    server = ModelServer(current, address, THREADS)
    follower = threading.Thread(target=live.follow, args=(stop,), daemon=True)
    follower.start()
    _serve(server, host, stop)
    follower.join()


def run_export(settings: Settings, version: str | None, folder: Path) -> None:
    from ranking.served_export import export_for_serving

    models = ModelStore(settings.models_dir)
    wanted = version or models.live_version()
    if wanted is None:
        raise CommandFailed("no model is live yet; train one, or name one by --version")
    click.echo(f"model {wanted} is in {export_for_serving(models, wanted, folder)}")


def _serve(server: "ModelServer", host: str, stop: threading.Event) -> None:
    server.start()
    click.echo(f"The model server is ready on grpc://{host}:{server.port}")
    stop.wait()
    server.stop()
