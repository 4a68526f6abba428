"""What an audit of the index is told, and what it tells."""

import msgspec

from indexing.collections import CollectionInfo


class AuditJob(msgspec.Struct, frozen=True):
    """What the process is told on its standard input."""

    database_url: str
    folder: str
    """Of the copied shard."""
    info: CollectionInfo


class AuditFindings(msgspec.Struct, frozen=True):
    """What the process writes to its standard output."""

    damage: str | None
    """Why the files cannot be as they were written; None where nothing speaks against them."""
    stale: tuple[int, ...] = ()
    """Keys of items of which the index holds another version than Postgres, or none."""
    ghosts: tuple[int, ...] = ()
    """Keys of points whose items are not for sale."""
    points: int = 0
