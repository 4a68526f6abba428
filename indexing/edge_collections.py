"""Collections on Qdrant Edge: folders of the index directory, and a file that names the live one;
`app/live.py` opens it."""

import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
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
from indexing.errors import IndexInUse
from indexing.index import ItemIndex
from indexing.shard_lock import ShardLock

logger = logging.getLogger(__name__)
POINTER_FILE = "live.json"
DAMAGED_FOLDER = "damaged"
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
        with self._alone():
            with ExitStack() as locks:
                # All of them first: one that is open in a service of its owner is no orphan.
                for info in adopted:
                    locks.enter_context(ShardLock(self._folder / info.name))
                self._point_where_missing()  # Before all of them are written to.
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
            return self._own(self._info(self._pointed().live))

    def previous(self) -> CollectionInfo | None:
        with edge_errors():
            return self._own(self._info(self._pointed().previous))

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
            pointer = self._pointed()
            if pointer.live != to.name:
                self._point(_Pointer(live=to.name, previous=pointer.live))
            self._filling.discard(to.name)

    def switch_back(self) -> CollectionInfo:
        with self._alone():
            self._refuse_foreign()
            pointer = self._pointed()
            previous = self._info(pointer.previous)
            if previous is None:
                raise NoPreviousCollection("there is no earlier collection to go back to")
            self._point(_Pointer(live=previous.name, previous=pointer.live))
            return previous

    def drop(self, info: CollectionInfo) -> None:
        with self._alone():
            self._refuse_foreign()
            pointer = self._pointed()
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

    def set_aside(self, info: CollectionInfo) -> None:
        with self._alone():
            self._refuse_foreign()
            self._set_aside(self._folder / info.name)
            pointer = self._pointed()
            if pointer.previous == info.name:
                self._point(_Pointer(live=pointer.live))

    def close(self) -> None:
        """Nothing is shared."""

    def _sweep_own(self) -> None:
        if any(self.owner not in ("", info.owner) for info in self._infos()):
            return
        self._sweep()
        self._point_where_missing()

    def _point_where_missing(self) -> None:
        if self._pointer() is None and (found := self._used_last()).live is not None:
            self._point(found)

    def _refuse_foreign(self) -> None:
        for info in self._infos():
            self._own(info)

    def _own(self, info: CollectionInfo | None) -> CollectionInfo | None:
        if info is not None and self.owner not in ("", info.owner):
            raise self.refusal()
        return info

    def _sweep(self) -> None:
        """What a creation or a deletion left that was cut off goes, and what nobody can read is set
        aside; not where another process has it open."""
        for child in self._folders():
            with suppress(IndexInUse):
                if not (child / INFO_FILE).exists():
                    with ShardLock(child) as lock:
                        shutil.rmtree(child)
                        lock.remove()
                elif self._info(child.name) is None:
                    self._set_aside(child)

    def _set_aside(self, shard: Path) -> None:
        """Out of the way, and kept until the next one is, so that somebody can look into it."""
        with ShardLock(shard) as lock:
            aside = self._folder / DAMAGED_FOLDER
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            if shard.exists():
                shard.rename(aside / shard.name)
            lock.remove()

    @property
    def _pointer_file(self) -> Path:
        return self._folder / POINTER_FILE

    def _pointer(self) -> _Pointer | None:
        """None where there is none, or none that can be read."""
        try:
            return msgspec.json.decode(self._pointer_file.read_bytes(), type=_Pointer)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            logger.warning("%s is damaged", self._pointer_file)
            return None

    def _pointed(self) -> _Pointer:
        """Nothing is live before the first switch; where the pointer is damaged, what was in use
        last is."""
        pointer = self._pointer()
        if pointer is not None:
            return pointer
        return self._used_last() if self._pointer_file.exists() else _Pointer()

    def _used_last(self) -> _Pointer:
        infos = self._infos()
        if not infos:
            return _Pointer()
        last = max(infos, key=lambda info: _last_written(self._folder / info.name))
        return _Pointer(live=last.name)

    def _point(self, pointer: _Pointer) -> None:
        write_durably(self._pointer_file, msgspec.json.encode(pointer))

    def _folders(self) -> list[Path]:
        children = [child for child in self._folder.iterdir() if is_collection_name(child.name)]
        return sorted(children, key=lambda child: collection_number(child.name))

    def _infos(self) -> list[CollectionInfo]:
        infos = [self._info(child.name) for child in self._folders()]
        return [info for info in infos if info is not None]

    def _info(self, name: str | None) -> CollectionInfo | None:
        if name is None or not is_collection_name(name):
            return None
        return _read_info(self._folder / name / INFO_FILE)

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


def _read_info(file: Path) -> CollectionInfo | None:
    """None where there is none, or none that can be read."""
    try:
        content = file.read_bytes()
        created_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return msgspec.json.decode(content, type=CollectionInfo)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    try:
        # Before there could be two collections of one kind, the file held the spec alone.
        spec = msgspec.json.decode(content, type=CollectionSpec)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        logger.warning("%s is damaged", file)
        return None
    return CollectionInfo(file.parent.name, spec, created_at)


def _last_written(folder: Path) -> float:
    """The one that was in use is the one that changed last."""
    return max(file.stat().st_mtime for file in folder.rglob("*"))
