"""The files of a shard of Qdrant Edge: how much they take up, when they changed, a copy of them."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from indexing.errors import IndexDamaged, IndexUnavailable

Stamps = Mapping[Path, tuple[int, int, int]]
"""Of each file its number on the disk, its size, and when it was written last."""


def disk_bytes(folder: Path) -> int:
    """What its files take up, holes left out; 0 where there is no folder."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def stamps_of(folder: Path) -> Stamps:
    stamps = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            state = file.stat()
            if S_ISREG(state.st_mode):
                stamps[file] = (state.st_ino, state.st_size, state.st_mtime_ns)
    return stamps


def copy_files(source: Path, target: Path) -> None:
    """Nothing may be written to the source meanwhile, and all that was must have been flushed.
    Holes stay holes, of which a small shard has hundreds of megabytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    if not source.is_dir():
        raise IndexDamaged(f"the folder {source} is gone")
    if not sys.platform.startswith("linux"):
        shutil.copytree(source, target)
        return
    done = subprocess.run(  # noqa: S603 (no part of it is a user's)
        ["/bin/cp", "-a", "--sparse=always", "--reflink=auto", str(source), str(target)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        raise IndexUnavailable(f"the index cannot be copied: {done.stderr.strip()[-300:]}")
