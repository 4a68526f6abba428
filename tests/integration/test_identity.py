"""The identity of a database: kept where that stays, and another for each copy of it."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from app.db.engine import connect, migrate
from app.db.identity import (
    DatabaseIdentity,
    Place,
    is_to_be_compared,
    note_compared,
    read_identity,
    take_back,
)
from app.db.postgres import EmbeddedPostgres
from tests.integration.shop import copy_database, create_database, dump, restore


@contextmanager
def database(url: str) -> Iterator[Engine]:
    engine = connect(url)
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()


def identity_of(url: str, postgres_dir: Path | None = None) -> DatabaseIdentity:
    with database(url) as engine, engine.begin() as connection:
        return read_identity(connection, postgres_dir)


def to_be_compared(url: str) -> bool:
    with database(url) as engine, engine.begin() as connection:
        return is_to_be_compared(connection)


def compared(url: str) -> None:
    with database(url) as engine, engine.begin() as connection:
        note_compared(connection)


@pytest.fixture
def url(postgres: EmbeddedPostgres, tmp_path: Path) -> str:
    """A database that has an identity."""
    url = create_database(postgres, tmp_path.name)
    identity_of(url)
    return url


def test_database_keeps_its_identity(url: str) -> None:
    first = identity_of(url)

    assert identity_of(url) == first
    assert first.copied_from == ""
    assert not to_be_compared(url)


def test_two_databases_are_told_apart(postgres: EmbeddedPostgres, url: str) -> None:
    other = create_database(postgres, f"{make_url(url).database}-other")

    assert identity_of(other).id != identity_of(url).id
    assert identity_of(other).copied_from == ""


def test_copy_of_a_database_has_an_identity_of_its_own_descended_from_the_old_one(
    postgres: EmbeddedPostgres, url: str
) -> None:
    original = identity_of(url)
    copy = copy_database(postgres, url, "one")
    another = copy_database(postgres, url, "another")

    found = identity_of(copy)

    assert found.copied_from == original.id
    assert len({original.id, found.id, identity_of(another).id}) == 3
    assert identity_of(copy) == found
    assert to_be_compared(copy)
    assert identity_of(url) == original


def test_dump_that_is_restored_elsewhere_is_a_copy(postgres: EmbeddedPostgres, url: str) -> None:
    elsewhere = create_database(postgres, f"{make_url(url).database}-restored")
    original = identity_of(url)

    restore(elsewhere, dump(url))

    found = identity_of(elsewhere)
    assert found.copied_from == original.id
    assert found.id != original.id


def test_copy_that_is_refreshed_from_the_same_database_is_the_same_and_looked_at_again(
    postgres: EmbeddedPostgres, url: str
) -> None:
    copy = create_database(postgres, f"{make_url(url).database}-staging")
    restore(copy, dump(url))
    first = identity_of(copy)
    compared(copy)

    restore(copy, dump(url), clean=True)

    assert identity_of(copy) == first
    assert to_be_compared(copy)


def test_dump_that_is_restored_in_place_is_the_same_database_and_looked_at_again(url: str) -> None:
    first = identity_of(url)

    restore(url, dump(url), clean=True)

    assert identity_of(url) == first
    assert to_be_compared(url)
    compared(url)
    assert not to_be_compared(url)
    assert identity_of(url) == first


def test_renamed_database_keeps_its_identity(postgres: EmbeddedPostgres, url: str) -> None:
    first = identity_of(url)
    name = make_url(url).database

    server = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'alter database "{name}" rename to "{name}-renamed"'))
    server.dispose()

    renamed = make_url(url).set(database=f"{name}-renamed")
    assert identity_of(renamed.render_as_string(hide_password=False)) == first


def test_copied_data_directory_is_a_copy_and_a_moved_one_is_not(tmp_path: Path) -> None:
    first, moved, copied = (tmp_path / name / "postgres" for name in ("a", "b", "c"))
    found = []
    for folder, command in ((first, []), (moved, ["mv"]), (copied, ["cp", "-a"])):
        if command:
            source = first if command == ["mv"] else moved
            folder.parent.mkdir()
            subprocess.run([*command, source, folder], check=True)
        server = EmbeddedPostgres(folder)
        try:
            found.append(identity_of(server.url, folder))
        finally:
            server.stop()

    original, after_move, copy = found
    assert after_move == original
    assert copy.copied_from == original.id
    assert copy.id != original.id


def test_data_directory_that_is_opened_by_its_address_too_is_no_copy(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    try:
        first = identity_of(server.url, tmp_path / "postgres")

        assert identity_of(server.url) == first
        assert identity_of(server.url, tmp_path / "postgres") == first
    finally:
        server.stop()


def test_role_with_fewer_rights_sees_the_same_database_and_knows_a_copy(
    postgres: EmbeddedPostgres, url: str
) -> None:
    first = identity_of(url)
    role = f"few-{make_url(url).database}"
    with database(url) as engine, engine.begin() as connection:
        connection.execute(text("revoke execute on function pg_control_system() from public"))
        connection.execute(text(f'create role "{role}" login'))
        connection.execute(text(f'grant all on all tables in schema public to "{role}"'))
    fewer = make_url(url).set(username=role).render_as_string(hide_password=False)
    with database(fewer) as engine, engine.connect() as connection:
        assert not connection.execute(
            text("select has_function_privilege('pg_control_system()', 'execute')")
        ).scalar_one()

    assert identity_of(fewer) == first
    copy = make_url(copy_database(postgres, url, "fewer")).set(username=role)
    assert identity_of(copy.render_as_string(hide_password=False)).copied_from == first.id
    assert identity_of(url) == first


def test_processes_that_start_on_a_copy_at_once_agree(postgres: EmbeddedPostgres, url: str) -> None:
    copy = copy_database(postgres, url, "at-once")

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: identity_of(copy).id, range(4)))

    assert len(found) == 1


def test_database_without_an_identity_gets_one(engine: Engine) -> None:
    with engine.begin() as connection:
        found = read_identity(connection, None)

    with engine.begin() as connection:
        assert read_identity(connection, None) == found


def test_database_takes_its_old_identity_back(postgres: EmbeddedPostgres, url: str) -> None:
    original = identity_of(url)
    copy = copy_database(postgres, url, "moved")
    identity_of(copy)
    compared(copy)

    with database(copy) as engine, engine.begin() as connection:
        take_back(connection)

    assert identity_of(copy) == original
    assert to_be_compared(copy)


HERE = Place(system="7", database="5", files="11:12", items="16390")


@pytest.mark.parametrize(
    ("before", "copy"),
    [
        (HERE, False),
        (Place(), False),
        (Place(system="8", database="5"), True),
        (Place(system="7", database="6"), True),
        (Place(system="7", database="5", items="1"), False),
        (Place(database="5", items="1"), True),
        (Place(database="5", items="16390"), False),
        (Place(system="7", database="5", files="11:99"), False),
        (Place(system="7", database="5", files="99:12"), False),
        (Place(system="7", database="5", files="99:99"), True),
    ],
)
def test_place_is_another_only_by_what_is_known_of_both(before: Place, copy: bool) -> None:
    assert HERE.is_copy_of(before) is copy
