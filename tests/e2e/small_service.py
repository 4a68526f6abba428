"""`endcap serve` with the hash encoder, which is ready in a second or two, as a program:
`python -m tests.e2e.small_service [STEP MILLISECONDS]`. With a step it kills itself, as the kernel
would, so long after that step has begun for the first time."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from app.commands.failures import explain_failures
from app.commands.progress import say
from app.commands.serve import run_service
from app.live import Live
from app.reindex.rebuild import Rebuilder
from app.settings import read_settings
from indexing import edge_collections, edge_index
from indexing.edge_collections import EdgeCollections
from indexing.edge_index import EdgeItemIndex
from indexing.encoder import HashEncoder

STEPS: dict[str, tuple[Any, str]] = {
    "upsert": (EdgeItemIndex, "upsert"),
    "delete": (EdgeItemIndex, "delete"),
    "optimise": (EdgeItemIndex, "optimize"),
    "close": (EdgeItemIndex, "close"),
    "create": (EdgeCollections, "create"),
    "create a shard": (edge_collections, "create_shard"),
    "write a file": (edge_index, "write_durably"),
    "fill": (Rebuilder, "_fill"),
    "settle": (edge_collections, "settle_apart"),
    "catch up": (Rebuilder, "_catch_up"),
    "switch": (EdgeCollections, "switch"),
    "take over": (Rebuilder, "_exchange"),
    "set aside": (EdgeCollections, "set_aside"),
    "drop": (EdgeCollections, "drop"),
    "copy": (EdgeItemIndex, "copy_to"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(step: str, milliseconds: float) -> None:
    owner, name = STEPS[step]
    original: Callable[..., Any] = getattr(owner, name)

    def begin(*given: Any, **named: Any) -> Any:
        if milliseconds <= 0:
            die()
        threading.Timer(milliseconds / 1000, die).start()
        return original(*given, **named)

    setattr(owner, name, begin)


def main() -> None:
    if len(sys.argv) > 1:
        kill_at(sys.argv[1], float(sys.argv[2]))
    with explain_failures():
        settings = read_settings(os.environ)
        run_service(settings, Live(settings, encoder=HashEncoder(), say=say))


if __name__ == "__main__":
    main()
