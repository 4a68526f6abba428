"""Room on the disk of the embedded index, looked at before anything is written to it."""

import os
from pathlib import Path

from indexing.errors import NoRoom

RESERVE = 64 << 20
"""Bytes left free. Qdrant Edge writes by memory maps into files with holes; where the disk is full
by then, the kernel ends the process, with all its searches, instead of returning an error."""


def free_bytes(folder: Path) -> int:
    """What a user without privileges may still write."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def has_room(folder: Path) -> bool:
    return free_bytes(folder) >= RESERVE


def require_room(folder: Path, needed: int = 0) -> None:
    """Raises `NoRoom` where writing so many bytes would leave less than the reserve."""
    free = free_bytes(folder)
    if free < needed + RESERVE:
        raise NoRoom(
            f"the disk of {folder} has {_mb(free)} MB left and the index needs "
            f"{_mb(needed + RESERVE)}; free some room, and what waits is indexed by itself"
        )


def _mb(count: int) -> int:
    return -(-count // (1 << 20))
