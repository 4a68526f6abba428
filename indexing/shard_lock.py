"""The lock that is taken before a shard of Qdrant Edge is opened, since opening one that another
process has open damages it even where the engine then refuses; every opening goes through it."""

import errno
import fcntl
import os
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from indexing.errors import IndexInUse, IndexUnavailable


class Holder(msgspec.Struct, frozen=True):
    """Who has a shard open, as its lock file tells others."""

    command: str
    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        place = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"the running `{self.command}` (process {self.pid}{place})"


class ShardLock:
    """Held from construction until `release` or the end of the process, however it ends: the kernel
    frees it, so a file that a crash left behind locks nothing. Containers on one volume share it.

    Raises `IndexInUse` where another holds it, and `IndexUnavailable` where the folder cannot be
    locked.
    """

    def __init__(self, shard: Path) -> None:
        self._file = lock_file(shard)
        self._descriptor = _locked(self._file)
        self.was_left = os.fstat(self._descriptor).st_size > 0
        """Whether whoever had it last did not release it but was killed, or crashed."""
        self._sign()

    def renew(self) -> None:
        """Take it again where somebody has deleted its file, so that no other process takes a new
        one. Raises `IndexInUse` where one has."""
        if not _is_still(self._file, self._descriptor):
            before, self._descriptor = self._descriptor, _locked(self._file)
            os.close(before)
            self._sign()

    def fileno(self) -> int:
        """For a child process that is given it, and holds the lock as long as it runs."""
        return self._descriptor

    def release(self) -> None:
        """Does nothing the second time."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.truncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def _sign(self) -> None:
        holder = Holder(_command(), os.getpid(), socket.gethostname(), datetime.now(UTC))
        # On a full disk, others are told that it is in use, if not by whom.
        with suppress(OSError):
            os.truncate(self._descriptor, 0)
            os.pwrite(self._descriptor, msgspec.json.encode(holder), 0)

    def remove(self) -> None:
        """Release it for good, of a shard that is no more."""
        if self._descriptor >= 0:
            self._file.unlink(missing_ok=True)
        self.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_file(shard: Path) -> Path:
    """Beside the shard's folder, which is exchanged and deleted as a whole."""
    return shard.with_name(f"{shard.name}.lock")


def _locked(file: Path) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        while True:
            # `flock` and not `lockf`: a POSIX lock is lost as soon as the process closes any
            # descriptor of the file, and does not part the threads of one process.
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_still(file, descriptor):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            # Whoever held it has removed the file in between, and others lock a new one.
            os.close(descriptor)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES) and isinstance(error, BlockingIOError):
            raise IndexInUse(_in_use(file)) from error
        raise IndexUnavailable(
            f"the index in {file.parent} cannot be locked: {error.strerror}; its folder must be "
            "writable and on a file system with locks"
        ) from error


def _is_still(file: Path, descriptor: int) -> bool:
    try:
        there = file.stat()
    except FileNotFoundError:
        return False
    ours = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _in_use(file: Path) -> str:
    try:
        who = str(msgspec.json.decode(file.read_bytes(), type=Holder))
    except (OSError, msgspec.MsgspecError):
        who = "another process"
    return f"{who} has the index in {file.parent} open"


def _command() -> str:
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]] if sys.argv and sys.argv[0] else ["python"]
    return " ".join(words)
