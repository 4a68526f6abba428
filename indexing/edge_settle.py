"""Optimises a shard of Qdrant Edge in a process of its own, `python -m indexing.edge_settle`.

`optimize` holds Python's interpreter lock from beginning to end, 8 s for 19,406 items, in which a
service that ran it itself would answer nobody (decision 0008).
"""

import subprocess
import sys
from pathlib import Path

from indexing.errors import IndexUnavailable


def settle_apart(folder: Path) -> None:
    """Waits for the child; the shard must be closed. Raises `IndexUnavailable`."""
    done = subprocess.run(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-m", "indexing.edge_settle", str(folder.resolve())],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise IndexUnavailable(f"{folder.name} could not be optimised: {said[-1]}")


def _settle(folder: Path) -> None:
    import qdrant_edge as edge

    from indexing.edge_errors import edge_errors
    from indexing.shard_lock import ShardLock

    # Its own, since this process outlives a parent that is killed.
    with ShardLock(folder), edge_errors():
        shard = edge.EdgeShard.load(str(folder))
        shard.optimize()
        shard.flush()
        shard.close()


if __name__ == "__main__":
    _settle(Path(sys.argv[1]))
