"""Everything that is open while Endcap runs, put together in one place from the settings."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from app.admin.key_ring import KeyRing
from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.features.store import FeatureStore
from app.items.batch import BatchIntake
from app.items.ledger import Ledger
from app.items.outbox import OutboxWorker, Target
from app.items.repository import count_items, enqueue_all
from app.items.service import ItemService
from app.items.vectors import PostgresVectorCache
from app.live_model import LiveModel
from app.rules.live_rules import LiveRules
from app.rules.usage import UsageCounter
from app.search.pipeline import SearchPipeline
from app.search.query_encoder import CACHED_QUERIES, QueryEncoder
from app.settings import InvalidSetting, Settings
from app.worker import run_worker
from indexing.bm25_encoder import Bm25Encoder
from indexing.collection import CollectionSpec
from indexing.composition import COMPOSITION_REVISION
from indexing.encoder import Encoder
from indexing.errors import IndexUnavailable
from indexing.index import ItemIndex
from indexing.indexer import Indexer
from indexing.queries import SearchQuery
from ranking.model_store import ModelStore
from rules import tolerance

Say = Callable[[str], None]
INGEST_THREADS = 2
"""Of their own, so that a catalogue that streams in takes none from searches."""


def open_database(settings: Settings, stack: ExitStack) -> Engine:
    """The embedded PostgreSQL or the one named by URL, with its schema up to date."""
    url = settings.database_url
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(
            f"ENDCAP_DATA_DIR: cannot make {settings.data_dir}: {error.strerror}"
        ) from error
    if url is None:
        postgres = EmbeddedPostgres(settings.postgres_dir)
        stack.callback(postgres.stop)
        url = postgres.url
    engine = connect(url)
    stack.callback(engine.dispose)
    migrate(engine)
    return engine


def open_index(settings: Settings, spec: CollectionSpec) -> ItemIndex:
    """Qdrant Edge or the server named by URL; imported here, so that only one is ever loaded."""
    if settings.qdrant_url is None:
        from indexing.edge_index import EdgeItemIndex

        return EdgeItemIndex(settings.index_dir, spec)
    from qdrant_client import QdrantClient

    from indexing.qdrant_index import QdrantItemIndex

    # The client's own version check only warns; opening the collection tells what is wrong.
    client = QdrantClient(url=settings.qdrant_url, timeout=10, check_compatibility=False)
    try:
        return QdrantItemIndex(client, spec)
    except IndexUnavailable as error:
        raise InvalidSetting(f"ENDCAP_QDRANT_URL: {error}") from error


def open_encoder(settings: Settings) -> Encoder:
    from indexing.sentence_encoder import SentenceEncoder

    return SentenceEncoder(settings.encoder)


class Live:
    """The open parts; a context manager that closes them in reverse order."""

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine | None = None,
        encoder: Encoder | None = None,
        cached_queries: int = CACHED_QUERIES,
        say: Say = lambda _: None,
    ) -> None:
        self.settings = settings
        self._stack = ExitStack()
        self._stop = threading.Event()
        with ExitStack() as opening:
            opening.callback(self.close)
            if engine is None:
                say("Starting PostgreSQL" if settings.database_url is None else "Connecting")
                engine = open_database(settings, self._stack)
            self.engine = engine
            say("Loading the encoder")
            self.encoder = encoder or open_encoder(settings)
            lexical = Bm25Encoder()
            spec = CollectionSpec(
                self.encoder.size,
                f"{self.encoder.revision}/{COMPOSITION_REVISION}",
                lexical.revision,
            )
            say("Opening the index")
            self.index = open_index(settings, spec)
            self._stack.callback(self.index.close)
            cache = PostgresVectorCache(self.engine)
            indexer = Indexer(self.index, self.encoder, lexical, cache)
            self.ledger = Ledger(self.engine)
            self.outbox = OutboxWorker(
                self.engine, Target(self.index, indexer, self.encoder), self.ledger
            )
            self.items = ItemService(self.engine, self.ledger)
            self.ingest_threads = ThreadPoolExecutor(INGEST_THREADS, "ingest")
            self._stack.callback(self.ingest_threads.shutdown)
            self.batches = BatchIntake(self.engine, self.ledger, self.ingest_threads)
            self.store = FeatureStore(self.engine)
            self.rules = LiveRules(self.engine)
            self.rules.refresh()
            self.usage = UsageCounter(self.engine)
            self.keys = KeyRing(self.engine, settings.admin_key)
            self.model = LiveModel(ModelStore(settings.models_dir))
            self.model.refresh()
            self.query_encoder = QueryEncoder(self.encoder, lexical, cached_queries)
            self.search = SearchPipeline(
                rules=self.rules,
                encoder=self.query_encoder,
                index=self.index,
                store=self.store,
                scorer=self.model.current,
                record=self.usage.count,
            )
            self._enqueue_for_new_collection()
            opening.pop_all()

    def warm_up(self) -> None:
        """Run one query of each kind, so that no shopper waits for what loads on first use."""
        tolerance.warm_up()
        for text in ("", "warm up"):
            self.search.search(SearchQuery(text=text))

    def start_following(self) -> None:
        """Begin to follow changes of items, rules and models, and to index what waits."""
        followers = (
            self.store.follow,
            self.rules.follow,
            self.model.follow,
            self.usage.follow,
            self.ledger.follow,
        )
        for target in followers:
            self._thread(target)
        self._thread(lambda stop: run_worker(self.outbox, stop))

    def close(self) -> None:
        self._stop.set()
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _thread(self, target: Callable[[threading.Event], None]) -> None:
        thread = threading.Thread(target=target, args=(self._stop,), daemon=True)
        thread.start()
        # Joined before the engine and the index are closed, which they still use.
        self._stack.callback(thread.join)
        self._stack.callback(self._stop.set)

    def _enqueue_for_new_collection(self) -> None:
        """A collection without a point beside a catalogue with items was just made, for a new
        encoder or a new layout; everything is indexed again, from kept vectors where they fit."""
        with self.engine.begin() as connection:
            if count_items(connection) and not self.index.count() and not self.outbox.waiting():
                enqueue_all(connection)
