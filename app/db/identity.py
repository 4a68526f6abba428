"""The identity of a database, which the collections of its index carry. A copy of the database is
in another place, and gets an identity of its own that is descended from the old one."""

from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.db.locks import Lock, take_turn
from app.db.tables import database_identity
from app.settings import Settings

TO_BE_COMPARED = "0"
"""In place of the table's number: what the index holds is to be compared with the table."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a database is, as far as this process may know; what is empty is not compared, so that
    a process with fewer rights takes no database for a copy."""

    system: str = ""
    """PostgreSQL's number for its data directory, which a physical copy shares."""
    database: str = ""
    """The database's number in it."""
    files: str = ""
    """Of the embedded PostgreSQL: the inode of a file that is never written again, and when that
    was last changed. `cp -a` changes both; a file system that makes up its inodes only one."""
    items: str = ""
    """The number of the table of items when the index was last compared with it: a dump that is
    restored in place makes the table anew."""

    def is_copy_of(self, before: "Place") -> bool:
        """Whether it is another place than that one."""
        if _differ(self.system, before.system) or _differ(self.database, before.database):
            return True
        # Without PostgreSQL's number, two first databases of two servers have the same number.
        if not (self.system and before.system) and _differ(self.items, before.items):
            return True
        ours, theirs = self.files.split(":"), before.files.split(":")
        return all(map(_differ, ours, theirs))

    def completed_by(self, before: "Place") -> "Place":
        return Place(
            system=self.system or before.system,
            database=self.database or before.database,
            files=self.files or before.files,
            items=before.items or self.items,
        )


class DatabaseIdentity(msgspec.Struct, frozen=True):
    """The identity of the database that is open."""

    id: str
    copied_from: str = ""
    """That of the database which this one is a copy of; empty for one that is no copy."""


def identify(engine: Engine, settings: Settings) -> DatabaseIdentity:
    """The identity of the database that the settings name, which is open."""
    embedded = settings.database_url is None
    with engine.begin() as connection:
        return read_identity(connection, settings.postgres_dir if embedded else None)


def read_identity(connection: Connection, postgres_dir: Path | None) -> DatabaseIdentity:
    """To be called in a transaction that is committed. `postgres_dir` are the files of the embedded
    PostgreSQL, if it is that."""
    take_turn(connection, Lock.DATABASE_IDENTITY)
    here = _place(connection, postgres_dir)
    row = _row(connection)
    before = _stored_place(connection)
    if here.is_copy_of(before):
        # Made of the old one and the place, so that a copy that is refreshed from the same database
        # time and again, in the same place, is the same each time and keeps its index.
        where = msgspec.structs.replace(here, items="")
        own = uuid5(row.id, msgspec.json.encode(where).decode())
        here = msgspec.structs.replace(here, items=TO_BE_COMPARED)
        _store(connection, own, here, row.id)
        return DatabaseIdentity(str(own), str(row.id))
    known = here.completed_by(before)
    if known != before:
        _store(connection, row.id, known, row.copied_from)
    return DatabaseIdentity(str(row.id), "" if row.copied_from is None else str(row.copied_from))


def is_to_be_compared(connection: Connection) -> bool:
    """Whether the items may be other ones, older or newer, than the index was made of."""
    return _differ(_stored_place(connection).items, _items(connection))


def is_copy(connection: Connection) -> bool:
    return _row(connection).copied_from is not None


def note_to_be_compared(connection: Connection) -> None:
    _note_items(connection, TO_BE_COMPARED)


def note_compared(connection: Connection) -> None:
    """The index was brought in step with the items as they are now."""
    _note_items(connection, _items(connection))


def take_back(connection: Connection) -> None:
    """Be the database again that this one is a copy of, which must be gone. The index is to be
    compared with the items."""
    take_turn(connection, Lock.DATABASE_IDENTITY)
    note_to_be_compared(connection)
    former = database_identity.c.copied_from
    connection.execute(
        update(database_identity).where(former.is_not(None)).values(id=former, copied_from=None)
    )


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _stored_place(connection: Connection) -> Place:
    place = _row(connection).place
    return Place() if place is None else msgspec.json.decode(place, type=Place)


def _note_items(connection: Connection, number: str) -> None:
    row = _row(connection)
    place = msgspec.structs.replace(_stored_place(connection), items=number)
    _store(connection, row.id, place, row.copied_from)


class _Stored(NamedTuple):
    id: UUID
    place: str | None
    copied_from: UUID | None


def _row(connection: Connection) -> _Stored:
    columns = database_identity.c
    statement = select(columns.id, columns.place, columns.copied_from)
    row = connection.execute(statement).first()
    if row is None:
        connection.execute(insert(database_identity).values(id=func.gen_random_uuid()))
        row = connection.execute(statement).one()
    return _Stored(*row)


def _store(connection: Connection, own: UUID, place: Place, copied_from: UUID | None) -> None:
    connection.execute(
        update(database_identity).values(
            id=own, place=msgspec.json.encode(place).decode(), copied_from=copied_from
        )
    )


def _place(connection: Connection, postgres_dir: Path | None) -> Place:
    database = connection.execute(
        text("select oid::text from pg_database where datname = current_database()")
    ).scalar_one()
    return Place(
        system=_system(connection),
        database=database,
        files="" if postgres_dir is None else _files(postgres_dir),
        items=_items(connection),
    )


def _items(connection: Connection) -> str:
    number: str = connection.execute(text("select 'items'::regclass::oid::text")).scalar_one()
    return number


def _system(connection: Connection) -> str:
    """Empty where this role may not ask, as with some providers of PostgreSQL."""
    try:
        with connection.begin_nested():
            may = text("select has_function_privilege('pg_control_system()', 'execute')")
            if not connection.execute(may).scalar_one():
                return ""
            number: str = connection.execute(
                text("select system_identifier::text from pg_control_system()")
            ).scalar_one()
            return number
    except DBAPIError:
        return ""


def _files(postgres_dir: Path) -> str:
    try:
        state = (postgres_dir / "PG_VERSION").stat()
    except OSError:
        return ""
    return f"{state.st_ino}:{state.st_ctime_ns}"
