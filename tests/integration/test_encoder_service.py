"""A whole Endcap whose encoder is a service: it starts, indexes and searches, goes on by words
while the service is away, and takes it up again; Endcap on both sides, too."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, select

from app.asgi import create_app
from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.db.tables import dead_letters
from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from app.worker import run_worker
from indexing.documents import Item
from indexing.encoder import HashEncoder
from indexing.errors import EncoderAway
from indexing.queries import SearchQuery
from tests.e2e.command import free_port, until
from tests.embedding_service import EmbeddingService, Wrong, embedding_service
from tests.factories import make_item
from tests.integration.shop import create_database
from tests.integration.test_reindex import rebuild
from tests.serving import served

SHOP = [make_item(f"k{n}", title=f"Kettle number {n}") for n in range(8)]


@pytest.fixture
def service() -> Iterator[EmbeddingService]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def settings(tmp_path: Path, service: EmbeddingService) -> Settings:
    # A long time limit: this is not about how fast a busy machine is.
    return Settings(data_dir=tmp_path / "var", encoder_url=service.url, encoder_timeout=20)


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Live]:
    with Live(settings, engine=engine) as live:
        sell(live, *SHOP)
        index(live)
        yield live


def sell(live: Live, *items: Item) -> None:
    with live.engine.begin() as connection:
        write_items(connection, items)


def index(live: Live) -> None:
    while live.outbox.run_batch():
        pass
    live.store.refresh()


def found(live: Live, text: str) -> set[str]:
    return {hit.id for hit in live.search.search(SearchQuery(text=text, per_page=100)).hits}


def degraded(live: Live, text: str) -> tuple[str, ...]:
    return live.search.search(SearchQuery(text=text)).degraded


def letters(live: Live) -> int:
    with live.engine.connect() as connection:
        return len(connection.execute(select(dead_letters.c.id)).all())


def test_items_are_indexed_and_found_by_the_services_vectors(live: Live) -> None:
    assert found(live, "kettle") == {item.id for item in SHOP}
    assert degraded(live, "kettle number 3") == ()
    assert live.index.current().info.spec.encoder == "service:"
    assert live.index.current().encoder.revision == "hash-model@64"


def test_searches_go_on_by_words_while_the_service_is_away_and_recover_by_themselves(
    live: Live, service: EmbeddingService
) -> None:
    service.stop()

    assert degraded(live, "a kettle") == ("embed",)
    assert found(live, "the kettle") == {item.id for item in SHOP}

    service.start()
    texts = iter(range(10_000))
    until(lambda: degraded(live, f"kettle {next(texts)}") == (), 15, "the encoder")


def test_items_wait_while_the_service_is_away_and_none_becomes_a_dead_letter(
    live: Live, service: EmbeddingService
) -> None:
    service.stop()
    sell(live, make_item("lamp", title="Lamp"), make_item("desk", title="Desk"))

    for _ in range(2):
        with pytest.raises(EncoderAway):
            live.outbox.run_batch()

    assert live.outbox.waiting() == 2
    assert letters(live) == 0
    service.start()
    index(live)
    assert live.outbox.waiting() == 0
    assert {"lamp"} <= found(live, "lamp")


def test_worker_goes_on_by_itself_when_the_service_is_back(
    live: Live, service: EmbeddingService
) -> None:
    service.stop()
    sell(live, make_item("lamp", title="Lamp"))
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(live.engine, live.outbox, stop))
    worker.start()
    try:
        assert not stop.wait(1.0)
        assert live.outbox.waiting() == 1
        service.start()
        until(lambda: live.outbox.waiting() == 0, 60, "the worker")
    finally:
        stop.set()
        worker.join()

    assert letters(live) == 0


def test_busy_service_makes_no_dead_letter_of_an_item(
    live: Live, service: EmbeddingService
) -> None:
    sell(live, make_item("lamp", title="Lamp"))
    service.wrongs = [Wrong(429, Retry_After="3600")]

    with pytest.raises(EncoderAway):
        live.outbox.run_batch()

    assert letters(live) == 0
    index(live)
    assert live.outbox.waiting() == 0


def test_text_that_the_service_refuses_is_a_dead_letter_and_the_others_go_on(
    live: Live, service: EmbeddingService
) -> None:
    service.refused = "Lamp"
    sell(live, make_item("lamp", title="Lamp"), make_item("desk", title="Desk"))

    index(live)

    assert letters(live) == 1
    assert found(live, "desk") >= {"desk"}
    assert "lamp" not in found(live, "lamp")


def test_service_that_refuses_everything_leaves_all_items_waiting(
    live: Live, service: EmbeddingService
) -> None:
    service.wrongs = [Wrong(400, "no such model") for _ in range(50)]
    sell(live, make_item("lamp", title="Lamp"))

    with pytest.raises(Exception, match="no such model"):
        live.outbox.run_batch()

    assert letters(live) == 0
    assert live.outbox.waiting() == 1


def test_embeddings_are_passed_on_to_the_service_with_its_refusals(
    live: Live, service: EmbeddingService
) -> None:
    with TestClient(create_app(live)) as client:

        def ask(text: str) -> tuple[int, str]:
            body = {"model": "endcap", "input": [text]}
            answer = client.post("/v1/embeddings", json=body)
            return answer.status_code, str(answer.json())

        assert ask("lamp")[0] == 200
        service.refused = "a long text"
        refused = ask("a long text")
        service.stop()
        away = ask("lamp")

    assert refused[0] == 400
    assert "the text is too long" in refused[1]
    assert away[0] == 503
    assert "encoder_unavailable" in away[1]


def test_service_starts_and_searches_by_words_where_its_encoder_is_away(
    live: Live, settings: Settings, service: EmbeddingService
) -> None:
    live.close()
    service.stop()

    with Live(settings, engine=live.engine) as later:
        assert degraded(later, "kettle") == ("embed",)
        assert found(later, "kettle") == {item.id for item in SHOP}
        service.start()
        texts = iter(range(10_000))
        until(lambda: degraded(later, f"kettle {next(texts)}") == (), 15, "the encoder")


def test_another_model_at_the_service_is_a_rebuild_after_the_next_start(
    live: Live, settings: Settings, service: EmbeddingService
) -> None:
    service.answers_as = "newer-model"
    assert degraded(live, "a kettle") == ("embed",)
    live.close()

    with Live(settings, engine=live.engine) as later:
        # The collection of the older model cannot be searched with the newer one's queries.
        index(later)
        assert later.index.current().encoder.revision == "newer-model@64"
        assert degraded(later, "the kettle") == ()
        assert found(later, "kettle") == {item.id for item in SHOP}


def test_switching_to_another_named_model_is_the_rebuild(
    live: Live, service: EmbeddingService
) -> None:
    service.answers_as = None

    task = rebuild(live, "service:larger")

    assert task.status == "succeeded", task.errors
    assert live.index.current().encoder.revision == "larger@64"
    assert found(live, "kettle") == {item.id for item in SHOP}


def test_one_endcap_encodes_for_another_and_may_be_away_meanwhile(
    postgres: EmbeddedPostgres, engine: Engine, tmp_path: Path
) -> None:
    another = connect(create_database(postgres, "encoding"))
    migrate(another)
    there = Settings(data_dir=tmp_path / "there")
    port = free_port()
    here = Settings(
        data_dir=tmp_path / "here", encoder_url=f"http://127.0.0.1:{port}/v1", encoder_timeout=20
    )
    texts = iter(range(10_000))
    with Live(there, engine=another, encoder=HashEncoder()) as encoding, ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        first.enter_context(served(create_app(encoding), port))
        live = stack.enter_context(Live(here, engine=engine))
        sell(live, *SHOP)
        index(live)
        assert found(live, "kettle") == {item.id for item in SHOP}
        assert degraded(live, f"kettle {next(texts)}") == ()
        # Endcap's name of a model is its revision in process: moved in or out, nothing has to be
        # rebuilt.
        assert live.index.current().encoder.revision == HashEncoder.revision

        first.close()
        sell(live, make_item("lamp", title="Lamp"))
        with pytest.raises(EncoderAway):
            live.outbox.run_batch()
        assert degraded(live, f"kettle {next(texts)}") == ("embed",)

        stack.enter_context(served(create_app(encoding), port))
        until(lambda: degraded(live, f"kettle {next(texts)}") == (), 20, "the encoder")
        index(live)
        assert "lamp" in found(live, "lamp")
        assert letters(live) == 0
    another.dispose()
    inside = msgspec.structs.replace(here, encoder_url=None)
    with Live(inside, engine=engine, encoder=HashEncoder()) as moved:
        assert moved._outdated is None
        assert "lamp" in found(moved, "lamp")
