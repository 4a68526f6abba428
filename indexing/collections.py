"""The port to the collections that an index keeps: which there are, and which of them is searched.
A rebuild fills a new one beside the live one and then switches; `app/reindex` calls it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from indexing.collection import CollectionSpec
from indexing.errors import IndexingError, IndexUnavailable
from indexing.index import ItemIndex
from indexing.memory_index import MemoryItemIndex

# The number is missing from a collection that was made before there could be two of one kind, and
# before that stands a prefix where several databases share a server.
_NAME = re.compile(r"(?:(?P<prefix>[a-z0-9_-]+)-)?items-(?P<layout>[0-9a-f]{12})(?:-(?P<n>\d+))?")


class NoSuchCollection(IndexingError):
    """It was dropped, or never made."""


class CollectionIsLive(IndexingError):
    """The collection that is searched cannot be dropped."""


class NoPreviousCollection(IndexingError):
    """There is nothing to go back to."""


class ForeignIndex(IndexUnavailable):
    """The index is that of another database, and stays as it is; the text says what to set."""


class CollectionInfo(msgspec.Struct, frozen=True):
    """One collection: its name, what it holds, since when, and whose it is."""

    name: str
    spec: CollectionSpec
    created_at: datetime
    owner: str = ""
    """The identity of the database whose items it holds; empty for one that was made by a release
    that kept none (0.1.0)."""

    @property
    def fingerprint(self) -> str:
        """Of the layout that it was made with. That of its spec is computed as by this release, and
        so differs once a release has changed the payload's indexes."""
        match = _NAME.fullmatch(self.name)
        return match["layout"] if match else self.spec.fingerprint


class Collections(Protocol):
    """All collections of one database's index. Every method may raise `IndexUnavailable`, and all
    but `foreign`, `unowned` and `adopt` raise `ForeignIndex` instead of giving, changing or
    replacing what is another database's. Opened for no owner, they take whatever is there.

    Two processes must not switch at the same time; whoever rebuilds holds a lock of their own.
    """

    @property
    def owner(self) -> str:
        """The identity of the database that they were opened for; empty for none."""

    def foreign(self) -> Sequence[CollectionInfo]:
        """Those of other databases that stand where this one's would; empty where all is well."""

    def unowned(self) -> Sequence[CollectionInfo]:
        """The live one and the one before, as a release left them that kept no owner: those of
        this database, or of another."""

    def adopt(self, infos: Iterable[CollectionInfo]) -> None:
        """Make these, which are foreign or unowned, this database's own; what is live stays live.
        One that was cut off is called again."""

    def refusal(self, kin: bool = False) -> ForeignIndex:
        """What is said of a foreign index. `kin`: it is of the database which this one is a copy
        of."""

    def live(self) -> CollectionInfo | None:
        """The one to be searched; None before the first switch."""

    def previous(self) -> CollectionInfo | None:
        """The one that was live before, if it is still there."""

    def all(self) -> Sequence[CollectionInfo]:
        """Every collection, the oldest first."""

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        """An empty collection under a name that none had before; it is not live."""

    def open(self, info: CollectionInfo) -> ItemIndex:
        """For reading and writing. Several collections may be open at once; an embedded one can be
        opened but once at a time. Raises `NoSuchCollection`."""

    def settle(self, info: CollectionInfo) -> None:
        """Bring a closed collection's search structures up to date, without holding up this
        process; some engines do so by themselves."""

    def switch(self, to: CollectionInfo) -> None:
        """Make that collection live, and the live one the previous one, in one step: whoever looks
        at any moment, and after any crash, finds the one or the other. Raises `NoSuchCollection`.
        """

    def switch_back(self) -> CollectionInfo:
        """Exchange the live and the previous collection in one step; returns what is live now.
        Raises `NoPreviousCollection`."""

    def drop(self, info: CollectionInfo) -> None:
        """Delete a collection, which must be closed; one that is not there is no error. Raises
        `CollectionIsLive`."""

    def set_aside(self, info: CollectionInfo) -> None:
        """Take a damaged collection, which must be closed, out of use: nothing is live or previous
        any more that was this one. Raises `IndexInUse` where it is still open."""

    def close(self) -> None:
        """Give back what all collections share; to be called after the opened ones are closed."""


def new_name(spec: CollectionSpec, existing: Iterable[str], now: datetime, prefix: str = "") -> str:
    """Numbered by the second, and above all that exist: a name that was dropped does not come
    back, since another process may still hold what had it."""
    numbers = [collection_number(name) for name in existing]
    number = max([int(now.timestamp()), *(number + 1 for number in numbers)])
    return f"{prefix and f'{prefix}-'}{spec.name}-{number}"


def is_collection_name(name: str, prefix: str = "") -> bool:
    """Whether it is one with that prefix; without one, whether it has none."""
    match = _NAME.fullmatch(name)
    return match is not None and (match["prefix"] or "") == prefix


def collection_number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match["n"] or 0) if match else 0


class Held:
    """What is in one place in memory, for all databases that look there."""

    def __init__(self) -> None:
        self.collections: dict[str, tuple[CollectionInfo, MemoryItemIndex]] = {}
        self.live: str | None = None
        self.previous: str | None = None


class MemoryCollections:
    """The port's twin: in memory."""

    def __init__(self, owner: str = "", held: Held | None = None) -> None:
        self.owner = owner
        self._held = held or Held()

    def foreign(self) -> Sequence[CollectionInfo]:
        return [info for info in self._infos() if self.owner and info.owner not in ("", self.owner)]

    def unowned(self) -> Sequence[CollectionInfo]:
        return [info for info in self._infos() if self.owner and not info.owner]

    def adopt(self, infos: Iterable[CollectionInfo]) -> None:
        for info in infos:
            own = msgspec.structs.replace(info, owner=self.owner)
            self._held.collections[info.name] = (own, self._held.collections[info.name][1])

    def refusal(self, kin: bool = False) -> ForeignIndex:
        whose = "the database that this one is a copy of" if kin else "another database"
        return ForeignIndex(f"the index in memory is that of {whose}")

    def live(self) -> CollectionInfo | None:
        return self._info(self._held.live)

    def previous(self) -> CollectionInfo | None:
        return self._info(self._held.previous)

    def all(self) -> Sequence[CollectionInfo]:
        self._refuse_foreign()
        return self._infos()

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        self._refuse_foreign()
        now = datetime.now(UTC)
        name = new_name(spec, self._held.collections, now)
        info = CollectionInfo(name, spec, now, self.owner)
        self._held.collections[info.name] = (info, MemoryItemIndex())
        return info

    def open(self, info: CollectionInfo) -> ItemIndex:
        self._require(info)
        return self._held.collections[info.name][1]

    def settle(self, info: CollectionInfo) -> None:
        self._require(info)

    def switch(self, to: CollectionInfo) -> None:
        self._require(to)
        self._refuse_foreign()
        if to.name != self._held.live:
            self._held.live, self._held.previous = to.name, self._held.live

    def switch_back(self) -> CollectionInfo:
        previous = self.previous()
        if previous is None:
            raise NoPreviousCollection("there is no earlier collection to go back to")
        self.switch(previous)
        return previous

    def drop(self, info: CollectionInfo) -> None:
        self._refuse_foreign()
        if info.name == self._held.live:
            raise CollectionIsLive(f"{info.name} is live")
        if info.name == self._held.previous:
            self._held.previous = None
        self._held.collections.pop(info.name, None)

    def set_aside(self, info: CollectionInfo) -> None:
        self._refuse_foreign()
        self._held.live = None if self._held.live == info.name else self._held.live
        if self._held.previous == info.name:
            self._held.previous = None
        self._held.collections.pop(info.name, None)

    def close(self) -> None:
        pass

    def _infos(self) -> list[CollectionInfo]:
        return [info for info, _ in self._held.collections.values()]

    def _info(self, name: str | None) -> CollectionInfo | None:
        self._refuse_foreign()
        return self._held.collections[name][0] if name is not None else None

    def _refuse_foreign(self) -> None:
        if any(self.owner not in ("", info.owner) for info in self._infos()):
            raise self.refusal()

    def _require(self, info: CollectionInfo) -> None:
        if info.name not in self._held.collections:
            raise NoSuchCollection(f"there is no collection {info.name}")
