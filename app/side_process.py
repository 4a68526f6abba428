"""Programs that run beside the service, each in a process of its own that yields to searches."""

import logging
import os
import subprocess
import sys
from pathlib import Path

NICE = 10
"""Below the searches beside it."""


def start(module: str, output: int | None = None) -> subprocess.Popen[bytes]:
    """Runs a module as a program that is told by its standard input what to do; its output is the
    service's own, or a pipe."""
    return subprocess.Popen(  # noqa: S603 (a module of ours)
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        # The package need not be installed where it runs.
        cwd=Path(__file__).parents[1],
    )


def begin() -> None:
    """Called first in such a program."""
    if sys.platform != "win32":
        os.nice(NICE)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
