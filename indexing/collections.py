"""The port to the collections that an index keeps: which there are, and which of them is searched.
A rebuild fills a new one beside the live one and then switches; `app/reindex` calls it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from indexing.collection import CollectionSpec
from indexing.errors import IndexingError
from indexing.index import ItemIndex
from indexing.memory_index import MemoryItemIndex

# The number is missing from a collection that was made before there could be two of one kind.
_NAME = re.compile(r"items-([0-9a-f]{12})(?:-(\d+))?")


class NoSuchCollection(IndexingError):
    """It was dropped, or never made."""


class CollectionIsLive(IndexingError):
    """The collection that is searched cannot be dropped."""


class NoPreviousCollection(IndexingError):
    """There is nothing to go back to."""


class CollectionInfo(msgspec.Struct, frozen=True):
    """One collection: its name, what it holds, and since when."""

    name: str
    spec: CollectionSpec
    created_at: datetime

    @property
    def fingerprint(self) -> str:
        """Of the layout that it was made with. That of its spec is computed as by this release, and
        so differs once a release has changed the payload's indexes."""
        match = _NAME.fullmatch(self.name)
        return match[1] if match else self.spec.fingerprint


class Collections(Protocol):
    """All collections of one index. Every method may raise `IndexUnavailable`.

    Two processes must not switch at the same time; whoever rebuilds holds a lock of their own.
    """

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


def new_name(spec: CollectionSpec, existing: Iterable[str], now: datetime) -> str:
    """Numbered by the second, and above all that exist: a name that was dropped does not come
    back, since another process may still hold what had it."""
    numbers = [collection_number(name) for name in existing]
    return f"{spec.name}-{max([int(now.timestamp()), *(number + 1 for number in numbers)])}"


def is_collection_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def collection_number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match[2] or 0) if match else 0


class MemoryCollections:
    """The port's twin: in memory."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[CollectionInfo, MemoryItemIndex]] = {}
        self._live: str | None = None
        self._previous: str | None = None

    def live(self) -> CollectionInfo | None:
        return self._info(self._live)

    def previous(self) -> CollectionInfo | None:
        return self._info(self._previous)

    def all(self) -> Sequence[CollectionInfo]:
        return [info for info, _ in self._held.values()]

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        now = datetime.now(UTC)
        info = CollectionInfo(new_name(spec, self._held, now), spec, now)
        self._held[info.name] = (info, MemoryItemIndex())
        return info

    def open(self, info: CollectionInfo) -> ItemIndex:
        self._require(info)
        return self._held[info.name][1]

    def settle(self, info: CollectionInfo) -> None:
        self._require(info)

    def switch(self, to: CollectionInfo) -> None:
        self._require(to)
        if to.name != self._live:
            self._live, self._previous = to.name, self._live

    def switch_back(self) -> CollectionInfo:
        previous = self.previous()
        if previous is None:
            raise NoPreviousCollection("there is no earlier collection to go back to")
        self.switch(previous)
        return previous

    def drop(self, info: CollectionInfo) -> None:
        if info.name == self._live:
            raise CollectionIsLive(f"{info.name} is live")
        if info.name == self._previous:
            self._previous = None
        self._held.pop(info.name, None)

    def set_aside(self, info: CollectionInfo) -> None:
        self._live = None if self._live == info.name else self._live
        self._previous = None if self._previous == info.name else self._previous
        self._held.pop(info.name, None)

    def close(self) -> None:
        pass

    def _info(self, name: str | None) -> CollectionInfo | None:
        return self._held[name][0] if name is not None else None

    def _require(self, info: CollectionInfo) -> None:
        if info.name not in self._held:
            raise NoSuchCollection(f"there is no collection {info.name}")
