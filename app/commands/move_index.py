"""`endcap move-index`: the embedded collection to the server that ENDCAP_QDRANT_URL names, without
embedding anything anew; the service must be stopped."""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec
from sqlalchemy import Connection, Engine

from app.commands.failures import CommandFailed
from app.commands.progress import progress_bar, say
from app.db.locks import Lock, take_turn
from app.db.opening import open_database
from app.index_opening import open_own_collections
from app.items.outbox import count_waiting
from app.items.repository import count_items
from app.live_index import StorageOptions
from app.reindex.full_reconcile import reconcile
from app.settings import InvalidSetting, Settings
from indexing.collection import CollectionSpec
from indexing.collections import CollectionInfo, Collections
from indexing.copying import Copied, copy_points
from indexing.errors import IndexInUse, IndexUnavailable
from indexing.index import ItemIndex

NOTE_FILE = "move.json"


def run_move_index(settings: Settings, replace: bool) -> None:
    """Copies, checks, makes the copy live on the server, and says what to set next."""
    if settings.qdrant_url is None:
        raise InvalidSetting(
            "ENDCAP_QDRANT_URL: not set; it names the Qdrant server that the index is moved to"
        )
    if not settings.index_dir.is_dir():
        raise CommandFailed(f"there is no embedded index in {settings.index_dir}")
    with ExitStack() as stack:
        say("Starting PostgreSQL" if settings.database_url is None else "Connecting")
        engine = open_database(settings, stack)
        target = open_own_collections(settings, engine)
        stack.callback(target.close)
        embedded = msgspec.structs.replace(settings, qdrant_url=None)
        source = open_own_collections(embedded, engine)
        stack.callback(source.close)
        move = Move(
            engine=engine,
            source=source,
            target=target,
            server=_address(settings.qdrant_url),
            note_file=settings.index_dir / NOTE_FILE,
            storage=StorageOptions(settings.quantization, settings.vectors_on_disk),
        )
        _report(move.run(replace), settings)


class Moved(msgspec.Struct, frozen=True):
    """What came of it."""

    collection: str
    server: str
    copied: Copied | None
    """None where an earlier run had done it already."""
    waiting: int
    """Changes in PostgreSQL that the service has yet to index."""
    items: int
    points: int


class _Note(msgspec.Struct, frozen=True):
    """Kept beside the embedded collections, so that a move that was cut off goes on where it was,
    and never in a collection that somebody else has begun."""

    server: str
    source: str
    target: str


class Move:
    """One embedded collection, and the server that it goes to."""

    def __init__(
        self,
        *,
        engine: Engine,
        source: Collections,
        target: Collections,
        server: str,
        note_file: Path,
        storage: StorageOptions,
    ) -> None:
        self._engine = engine
        self._source = source
        self._target = target
        self._server = server
        self._note_file = note_file
        self._storage = storage

    def run(self, replace: bool) -> Moved:
        """Raises `CommandFailed` and leaves what is live on the server as it is, unless all went
        well. What was copied stays for the next try."""
        info = self._source.live()
        if info is None:
            raise CommandFailed("there is no embedded index yet; nothing was moved")
        if info.fingerprint != info.spec.fingerprint:
            raise CommandFailed(
                "the embedded index was made by a release that laid it out otherwise; run "
                "`endcap serve` without ENDCAP_QDRANT_URL until it has rebuilt the index, then "
                "move it"
            )
        live = self._target.live()
        if live is not None and not replace:
            return self._done_before(info, live)
        with ExitStack() as stack:
            points = self._open_source(info)
            stack.callback(points.close)
            to = self._collection(info)
            try:
                copy = self._target.open(to)
                stack.callback(copy.close)
                with progress_bar("Copying", points.count()) as advance:
                    copied = copy_points(points, copy, advance)
                _check_counts(points, copy)
                return self._switch(to, live, copy, copied)
            except IndexUnavailable as error:
                raise CommandFailed(
                    f"{error}; what was copied is kept: run the command again to go on"
                ) from error

    def _done_before(self, info: CollectionInfo, live: CollectionInfo) -> Moved:
        note = self._note()
        if note != _Note(self._server, info.name, live.name):
            raise CommandFailed(
                f"{self._server} has a live collection already, {live.name}; it stays as it is. "
                "Say --replace to make the embedded index live in its place, and keep that one "
                "for the way back"
            )
        index = self._target.open(live)
        with ExitStack() as stack, self._engine.connect() as connection:
            stack.callback(index.close)
            return self._moved(connection, live, index, None)

    def _open_source(self, info: CollectionInfo) -> ItemIndex:
        try:
            return self._source.open(info)
        except IndexInUse as error:
            raise CommandFailed(
                f"{error}; stop that first, so that nothing changes while the index is copied"
            ) from error

    def _collection(self, info: CollectionInfo) -> CollectionInfo:
        """That of an earlier try of this very move, else a new one."""
        spec = self._spec(info.spec)
        begun = self._begun()
        note = self._note()
        if begun is not None and note is not None:
            if note.source == info.name and begun.spec == spec:
                return begun
            self._target.drop(begun)
        made = self._target.create(spec)
        self._write(_Note(self._server, info.name, made.name))
        return made

    def _spec(self, embedded: CollectionSpec) -> CollectionSpec:
        """As the settings want vectors kept by now, which would else cost a rebuild afterwards."""
        return msgspec.structs.replace(
            embedded, quantization=self._storage.quantization, on_disk=self._storage.on_disk
        )

    def _begun(self) -> CollectionInfo | None:
        """What an earlier try has made on this server, unless it went live."""
        note = self._note()
        if note is None or note.server != self._server:
            return None
        kept = {info.name for info in (self._target.live(), self._target.previous()) if info}
        found = [info for info in self._target.all() if info.name == note.target]
        return found[0] if found and note.target not in kept else None

    def _switch(
        self, to: CollectionInfo, live: CollectionInfo | None, copy: ItemIndex, copied: Copied
    ) -> Moved:
        with self._engine.begin() as connection:
            # Whoever starts against the server, or indexes into it, waits for this.
            take_turn(connection, Lock.INDEX_SWITCH)
            now = self._target.live()
            if (now and now.name) != (live and live.name):
                raise CommandFailed(
                    "another collection has gone live on the server meanwhile; nothing was "
                    "switched, and what was copied is kept"
                )
            # The service has long worked off the entries of what changed since an earlier move.
            reconcile(connection, copy)
            self._target.switch(to)
            return self._moved(connection, to, copy, copied)

    def _moved(
        self, connection: Connection, to: CollectionInfo, index: ItemIndex, copied: Copied | None
    ) -> Moved:
        return Moved(
            collection=to.name,
            server=self._server,
            copied=copied,
            waiting=count_waiting(connection),
            items=count_items(connection),
            points=index.count(),
        )

    def _note(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._note_file.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.MsgspecError):  # a damaged note is none
            return None

    def _write(self, note: _Note) -> None:
        from indexing.edge_index import write_durably

        write_durably(self._note_file, msgspec.json.encode(note))


def _check_counts(points: ItemIndex, copy: ItemIndex) -> None:
    wanted, got = points.count(), copy.count()
    if wanted != got:
        raise CommandFailed(
            f"the embedded index has {wanted:,} points and the copy {got:,}; nothing was switched, "
            "and what was copied is kept"
        )


def _address(url: str) -> str:
    """Host and port alone: a URL may hold a password."""
    address = urlsplit(url)
    return f"{address.hostname}:{address.port}" if address.port else str(address.hostname)


def _report(moved: Moved, settings: Settings) -> None:
    where = f"{moved.collection} on {moved.server}"
    if moved.copied is None:
        click.echo(f"the index was moved to {where} already; nothing was copied")
    else:
        click.echo(
            f"{moved.copied.written:,} points copied to {where}, {moved.copied.kept:,} were there "
            f"already; {moved.points:,} points, as many as in the embedded index, are live"
        )
    if moved.waiting:
        click.echo(
            f"{moved.waiting:,} changes wait in PostgreSQL; the service indexes them on the server "
            "when it starts"
        )
    elif moved.items != moved.points:
        click.echo(f"PostgreSQL has {moved.items:,} items: `endcap reindex` brings both in step")
    click.echo(
        "next: keep ENDCAP_QDRANT_URL set for `endcap serve`, `endcap worker` and every other "
        f"command; without it they would use {settings.index_dir} again, which stays as it is and "
        "can be deleted when all is well"
    )
