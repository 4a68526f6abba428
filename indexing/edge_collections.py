"""Collections on Qdrant Edge: folders of the index directory, and a file that names the live one;
`app/live.py` opens it."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import fasteners
import msgspec

from indexing.collection import CollectionSpec
from indexing.collections import (
    CollectionInfo,
    CollectionIsLive,
    ForeignIndex,
    NoPreviousCollection,
    NoSuchCollection,
    collection_number,
    is_collection_name,
    new_name,
)
from indexing.edge_errors import edge_errors
from indexing.edge_index import INFO_FILE, EdgeItemIndex, create_shard, write_durably
from indexing.edge_settle import settle_apart
from indexing.errors import IndexUnavailable
from indexing.index import ItemIndex
from indexing.shard_lock import ShardLock

POINTER_FILE = "live.json"
_LOCK_FILE = "collections.lock"


class _Pointer(msgspec.Struct, frozen=True):
    """Names of collections, either of which may be gone, since people delete folders."""

    live: str | None = None
    previous: str | None = None


class EdgeCollections:
    """Opening sweeps away what a creation or a deletion left that was cut off, and takes over the
    collection of a release that kept no pointer; but it leaves another database's index alone."""

    def __init__(self, folder: Path, owner: str = "") -> None:
        self._folder = folder
        self.owner = owner
        self._threads = threading.Lock()
        self._filling: set[str] = set()
        with edge_errors():
            folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._sweep_own()

    def foreign(self) -> Sequence[CollectionInfo]:
        with edge_errors():
            return [i for i in self._infos() if self.owner and i.owner not in ("", self.owner)]

    def unowned(self) -> Sequence[CollectionInfo]:
        with edge_errors():
            return [info for info in self._infos() if self.owner and not info.owner]

    def adopt(self, infos: Iterable[CollectionInfo]) -> None:
        adopted = list(infos)
        with self._alone(), ExitStack() as locks:
            # All of them first: one that is open in a service of its owner is no orphan.
            for info in adopted:
                locks.enter_context(ShardLock(self._folder / info.name))
            for info in adopted:
                own = msgspec.structs.replace(info, owner=self.owner)
                write_durably(self._folder / info.name / INFO_FILE, msgspec.json.encode(own))
            self._sweep_own()

    def refusal(self, kin: bool = False) -> ForeignIndex:
        return ForeignIndex(
            f"ENDCAP_DATA_DIR: the index in {self._folder.resolve()} belongs to another database "
            "and stays as it is; set ENDCAP_DATA_DIR to a folder of this database's own, or "
            "ENDCAP_DATABASE_URL back to the database that the index belongs to"
        )

    def live(self) -> CollectionInfo | None:
        with edge_errors():
            return self._own(self._info(self._pointer().live))

    def previous(self) -> CollectionInfo | None:
        with edge_errors():
            return self._own(self._info(self._pointer().previous))

    def all(self) -> Sequence[CollectionInfo]:
        with edge_errors():
            self._refuse_foreign()
            return self._infos()

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        with self._alone():
            self._refuse_foreign()
            now = datetime.now(UTC)
            name = new_name(spec, [child.name for child in self._folders()], now)
            info = CollectionInfo(name, spec, now, self.owner)
            with ShardLock(self._folder / name):
                create_shard(self._folder / name, info).close()
            self._filling.add(name)
            return info

    def open(self, info: CollectionInfo) -> ItemIndex:
        with edge_errors():
            stored = self._require(info)
        index = EdgeItemIndex(self._folder, stored.spec, stored.name)
        # A flush makes some 140 calls of fsync and holds the interpreter lock, so that nobody is
        # answered. One for every few items was nearly all the time that a rebuild took to write
        # them, and what is cut off begins anew anyhow.
        index.lasting = lambda: stored.name not in self._filling
        return index

    def settle(self, info: CollectionInfo) -> None:
        with edge_errors():
            self._require(info)
            settle_apart(self._folder / info.name)
            self._filling.discard(info.name)

    def switch(self, to: CollectionInfo) -> None:
        with self._alone():
            self._refuse_foreign()
            self._require(to)
            pointer = self._pointer()
            if pointer.live != to.name:
                self._point(_Pointer(live=to.name, previous=pointer.live))
            self._filling.discard(to.name)

    def switch_back(self) -> CollectionInfo:
        with self._alone():
            self._refuse_foreign()
            pointer = self._pointer()
            previous = self._info(pointer.previous)
            if previous is None:
                raise NoPreviousCollection("there is no earlier collection to go back to")
            self._point(_Pointer(live=previous.name, previous=pointer.live))
            return previous

    def drop(self, info: CollectionInfo) -> None:
        with self._alone():
            self._refuse_foreign()
            pointer = self._pointer()
            if pointer.live == info.name:
                raise CollectionIsLive(f"{info.name} is live")
            if self._info(info.name) is None:
                return
            lock = ShardLock(self._folder / info.name)
            try:
                if pointer.previous == info.name:
                    self._point(_Pointer(live=pointer.live))
                # First, so that what a crash leaves of the folder is swept away.
                (self._folder / info.name / INFO_FILE).unlink()
                shutil.rmtree(self._folder / info.name)
            finally:
                lock.remove()

    def close(self) -> None:
        """Nothing is shared."""

    @property
    def _pointer_file(self) -> Path:
        return self._folder / POINTER_FILE

    def _pointer(self) -> _Pointer:
        if not self._pointer_file.exists():
            return _Pointer()
        try:
            return msgspec.json.decode(self._pointer_file.read_bytes(), type=_Pointer)
        except msgspec.MsgspecError as error:
            raise IndexUnavailable(f"{self._pointer_file} is damaged: {error}") from error

    def _point(self, pointer: _Pointer) -> None:
        write_durably(self._pointer_file, msgspec.json.encode(pointer))

    def _sweep_own(self) -> None:
        if any(self.owner not in ("", info.owner) for info in self._infos()):
            return
        for child in self._folders():
            if not (child / INFO_FILE).exists():
                shutil.rmtree(child)
        if not self._pointer_file.exists() and (infos := self._infos()):
            last = max(infos, key=lambda info: _last_written(self._folder / info.name))
            self._point(_Pointer(live=last.name))

    def _refuse_foreign(self) -> None:
        for info in self._infos():
            self._own(info)

    def _own(self, info: CollectionInfo | None) -> CollectionInfo | None:
        if info is not None and self.owner not in ("", info.owner):
            raise self.refusal()
        return info

    def _folders(self) -> list[Path]:
        children = [child for child in self._folder.iterdir() if is_collection_name(child.name)]
        return sorted(children, key=lambda child: collection_number(child.name))

    def _infos(self) -> list[CollectionInfo]:
        infos = [self._info(child.name) for child in self._folders()]
        return [info for info in infos if info is not None]

    def _info(self, name: str | None) -> CollectionInfo | None:
        if name is None or not is_collection_name(name):
            return None
        file = self._folder / name / INFO_FILE
        return _read_info(file) if file.exists() else None

    def _require(self, info: CollectionInfo) -> CollectionInfo:
        stored = self._info(info.name)
        if stored is None:
            raise NoSuchCollection(f"there is no collection {info.name} under {self._folder}")
        return stored

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other thread and no other process makes, drops or sweeps collections meanwhile. The
        lock between processes does not part threads of one."""
        between = fasteners.InterProcessLock(self._folder / _LOCK_FILE)
        with edge_errors(), self._threads, between:
            yield


def _read_info(file: Path) -> CollectionInfo:
    content = file.read_bytes()
    try:
        return msgspec.json.decode(content, type=CollectionInfo)
    except msgspec.ValidationError:
        pass
    try:
        # Before there could be two collections of one kind, the file held the spec alone.
        spec = msgspec.json.decode(content, type=CollectionSpec)
    except msgspec.MsgspecError as error:
        raise IndexUnavailable(f"{file} is damaged: {error}") from error
    created_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return CollectionInfo(file.parent.name, spec, created_at)


def _last_written(folder: Path) -> float:
    """The one that was in use is the one that changed last."""
    return max(file.stat().st_mtime for file in folder.rglob("*"))
