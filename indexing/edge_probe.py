"""Opens a shard of Qdrant Edge in a process of its own, `python -m indexing.edge_probe`, and reads
a little of everything: after a crash, since files that a crash has cut can take the process down
that reads them, and must not do so with a service again and again."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from indexing.errors import IndexDamaged, IndexUnavailable
from indexing.shard_lock import ShardLock

_PAGE = 200
_SECONDS = 300.0


def probe_apart(folder: Path, lock: ShardLock) -> None:
    """Waits for the child, which shares the lock. Raises `IndexDamaged`."""
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-m", "indexing.edge_probe", str(folder.resolve())],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=Path(__file__).resolve().parents[1],
            pass_fds=(lock.fileno(),),
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise IndexDamaged(f"{folder.name} cannot be read within {_SECONDS:.0f} s") from error
    except OSError as error:
        raise IndexUnavailable(
            f"no process could be started to look at the index: {error}"
        ) from error
    if done.returncode:
        said = done.stdout.strip().splitlines() or [f"exit status {done.returncode}"]
        raise IndexDamaged(f"{folder.name} cannot be read: {said[-1]}")


def _probe(folder: str) -> None:
    import qdrant_edge as edge

    from indexing.candidates import DENSE, LEXICAL

    shard = edge.EdgeShard.load(folder)
    held = shard.count(edge.CountRequest(exact=True))
    records, _ = shard.scroll(edge.ScrollRequest(limit=_PAGE, with_payload=True, with_vector=True))
    if len(records) != min(held, _PAGE):
        raise ValueError(f"{held} points are counted and {len(records)} are read")
    for record in records[:10]:
        vectors: Any = record.vector
        for name in (DENSE, LEXICAL):
            # A text without a word has no vector of words.
            if name == DENSE or name in vectors:
                nearest = edge.Query.Nearest(vectors[name], using=name)
                shard.query(edge.QueryRequest(limit=10, query=nearest))
    # Not closed: that would write.


if __name__ == "__main__":
    try:
        _probe(sys.argv[1])
    except BaseException as error:
        print(f"{type(error).__name__}: {error}".splitlines()[0])  # noqa: T201 (to the parent)
        sys.exit(1)
