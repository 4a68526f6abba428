"""Everything that is open while Endcap runs, put together in one place from the settings."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from app.admin.key_ring import KeyRing
from app.db.opening import open_database
from app.embeddings.service import EmbeddingService
from app.encoders.opening import EncoderOpener
from app.events.intake import EventIntake
from app.events.recorder import ListRecorder
from app.experiments.guardrails import ExperimentGuard
from app.experiments.live_experiments import LiveExperiments
from app.features.behaviour_cache import BehaviourCache
from app.features.counting_process import CountingProcess
from app.features.store import FeatureStore
from app.features.watch import FeatureWatch
from app.housekeeping import Housekeeper
from app.index_opening import open_own_collections
from app.items.batch import BatchIntake
from app.items.deletion import FilterDeletion
from app.items.ledger import Ledger
from app.items.outbox import OutboxWorker
from app.items.replay import DeadLetterReplay
from app.items.service import ItemService
from app.items.vectors import PostgresVectorCache
from app.live_index import LiveIndex, StorageOptions
from app.live_model import LiveModel
from app.recommend.recommender import Recommender
from app.reindex.gates import Gates
from app.reindex.guard import IndexGuard
from app.reindex.ownership import tell_of_new_index
from app.reindex.rebuild import Rebuilder
from app.reindex.requests import request_rebuild, request_repair
from app.reindex.start import start_index
from app.rules.live_rules import LiveRules
from app.rules.usage import UsageCounter
from app.search.exploration import Explorer
from app.search.highlight import Highlighter
from app.search.pipeline import SearchPipeline
from app.search.query_encoder import CACHED_QUERIES
from app.search.spelling import correct_by
from app.search.wording import forms_by
from app.settings import InvalidSetting, Settings
from app.suggest.live_suggestions import LiveSuggestions
from app.suggest.suggester import Suggester
from app.tasks.hook_sender import HookSender
from app.tasks.runner import TaskRunner
from app.training.as_served import profile_again
from app.training.process import places_of
from app.training.request import TrainingRequest
from app.training.schedule import TrainingSchedule
from app.training.task import TrainingTask
from app.vocabulary.live_vocabulary import LiveVocabulary
from app.vocabulary.spelling import Speller
from app.webhooks.deliveries import Deliveries
from app.webhooks.shopify import default_mapping
from app.webhooks.signatures import ShopifySignatures, StandardSignatures
from app.worker import run_worker
from indexing.bm25_encoder import Bm25Encoder
from indexing.collections import Collections
from indexing.encoder import Encoder
from indexing.errors import InvalidMapping
from indexing.mapping import FeedMapping, load_mapping
from indexing.queries import SearchQuery
from ranking.model_store import ModelStore
from ranking.scorer import Scorer
from rules import tolerance

Say = Callable[[str], None]
INGEST_THREADS = 2
"""Of their own, so that a catalogue that streams in takes none from searches."""


def open_model(settings: Settings, models: ModelStore, stack: ExitStack) -> LiveModel:
    """The one in this process, or that of the service named by URL."""
    if settings.scorer_url is None:
        return LiveModel(models)
    from app.remote_model import RemoteModel

    remote = RemoteModel(models, settings.scorer_url)
    stack.callback(remote.close)
    return remote


def open_shopify_mapping(settings: Settings) -> FeedMapping:
    if settings.shopify_mapping is None:
        return default_mapping()
    try:
        return load_mapping(settings.shopify_mapping)
    except InvalidMapping as error:
        raise InvalidSetting(f"ENDCAP_SHOPIFY_MAPPING: {error}") from error


class Live:
    """The open parts; a context manager that closes them in reverse order."""

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine | None = None,
        encoder: Encoder | None = None,
        collections: Collections | None = None,
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
            say("Opening the index")
            lexical = Bm25Encoder()
            encoders = EncoderOpener(settings)
            self._stack.callback(encoders.close)
            self.index = LiveIndex(
                collections or open_own_collections(settings, self.engine),
                encoders if encoder is None else lambda name: encoder,
                lexical,
                PostgresVectorCache(self.engine),
                cached_queries,
                StorageOptions(settings.quantization, settings.vectors_on_disk),
            )
            self._stack.callback(self.index.close)
            if settings.qdrant_url is not None:
                tell_of_new_index(self.engine, self.index.collections)
            self._outdated = start_index(self.engine, self.index, settings.encoder_name, say)
            self.ledger = Ledger(self.engine)
            self.outbox = OutboxWorker(self.engine, self.index.latest, self.ledger)
            self.items = ItemService(self.engine, self.ledger)
            self.ingest_threads = ThreadPoolExecutor(INGEST_THREADS, "ingest")
            self._stack.callback(self.ingest_threads.shutdown)
            self.batches = BatchIntake(self.engine, self.ledger, self.ingest_threads)
            self.embeddings = EmbeddingService(self.index.lease)
            self._stack.callback(self.embeddings.close)
            self.store = FeatureStore(self.engine)
            self.counting = CountingProcess(self.engine)
            self.behaviour = BehaviourCache(self.engine)
            self.behaviour.refresh()
            self.rules = LiveRules(self.engine)
            self.rules.refresh()
            self.usage = UsageCounter(self.engine)
            self.lists = ListRecorder(self.engine)
            event_thread = ThreadPoolExecutor(1, "events")
            self._stack.callback(event_thread.shutdown)
            self.events = EventIntake(
                self.engine, self.lists, event_thread, readers=self.ingest_threads
            )
            self.keys = KeyRing(self.engine, settings.admin_key)
            self.model_store = ModelStore(settings.models_dir)
            self.watch = FeatureWatch(
                self.engine,
                self.model_store,
                self.behaviour.freshness,
                profile_again=self._profile_again,
            )
            self.model = open_model(settings, self.model_store, self._stack)
            self.model.refresh()
            self.experiments = LiveExperiments(
                self.engine, self.model_store.load, Explorer(settings.exploration)
            )
            self.vocabulary = LiveVocabulary(self.engine)
            self.speller = Speller(self.vocabulary.current)
            self.search = SearchPipeline(
                rules=self.rules,
                lease=self.index.lease,
                store=self.store,
                behaviour=self.behaviour,
                scorer=self.model.current,
                recorders=(self.usage, self.lists),
                treat=self.experiments.treat,
                correct=correct_by(self.speller, self.vocabulary.current, self._encoder_knows),
                forms=forms_by(self.vocabulary.current),
                highlighter=Highlighter(lexical.terms),
                items_with=lambda word: self.vocabulary.current().items_with(word),
            )
            self.recommender = Recommender(
                engine=self.engine,
                rules=self.rules,
                lease=self.index.lease,
                store=self.store,
                search=self.search,
            )
            self.suggestions = LiveSuggestions(self.engine, settings.suggest_min_shoppers)
            self._stack.callback(self.suggestions.close)
            self.suggester = Suggester(
                self.suggestions,
                self.vocabulary.current,
                self.speller,
                self.rules.current,
                self.store.catalogue,
            )
            self.deliveries = Deliveries(self.engine, self.ledger)
            self.signatures = StandardSignatures(settings.webhook_secrets)
            self.shopify_signatures = ShopifySignatures(settings.shopify_secrets)
            self.shopify_mapping = open_shopify_mapping(settings)
            self.replay = DeadLetterReplay(self.engine, self.ledger)
            self.rebuilder = Rebuilder(
                self.engine,
                self.index,
                Gates(self.engine, self.search),
                settings.encoder_name,
            )
            deletion = FilterDeletion(self.engine, self.ledger)
            self.runner = TaskRunner(
                self.engine,
                {"items.delete": deletion.run, "dead_letters.replay": self.replay.run},
            )
            self.rebuild_runner = TaskRunner(
                self.engine,
                {"reindex": self.rebuilder.rebuild, "reindex.rollback": self.rebuilder.roll_back},
            )
            self.training = TrainingTask(
                self.engine,
                places_of(settings, self.engine),
                self.search,
                self.index,
                self.model.refresh,
                self._profile_trained,
            )
            self.training_runner = TaskRunner(self.engine, {"models.train": self.training.run})
            self.index_guard = IndexGuard(
                self.engine, self.index, settings.index_dir / "audit", self._repair_index
            )
            self.hooks = HookSender(self.engine)
            self.housekeeper = Housekeeper(self.engine)
            self.experiment_guard = ExperimentGuard(self.engine)
            opening.pop_all()

    def _repair_index(self, reason: str) -> None:
        with self.engine.begin() as connection:
            request_repair(connection, reason)

    def _encoder_knows(self, word: str) -> bool:
        return self.index.current().encoder.knows_word(word)

    def _profile_trained(self, version: str) -> None:
        """Where a service scores, TensorFlow is not loaded here for it: the watch does it later."""
        if self.settings.scorer_url is None:
            self._profile(version, self.model_store.load)

    def _profile_again(self, version: str) -> bool:
        """Not before it is served here."""
        scorer = self.model.current()
        if scorer.version != version:
            return False
        self._profile(version, lambda _: scorer)
        return True

    def _profile(self, version: str, load: Callable[[str], Scorer]) -> None:
        rules = self.rules.current()
        profile_again(self.search, rules, self.engine, self.model_store, version, load)

    def warm_up(self) -> None:
        """Run one query of each kind, so that no shopper waits for what loads on first use."""
        tolerance.warm_up()
        self.experiments.refresh()
        for text in ("", "warm up"):
            self.search.show(SearchQuery(text=text))

    def start_following(self) -> None:
        """Begin to follow changes of items, rules, models and collections."""
        for follow in (
            self.store.follow,
            self.behaviour.follow,
            self.watch.follow,
            self.rules.follow,
            self.model.follow,
            self.usage.follow,
            self.lists.follow,
            self.experiments.follow,
            self.index.follow,
            self.vocabulary.follow,
            self.suggestions.follow,
        ):
            self._thread(follow)

    def start_working(self) -> None:
        """Begin to index what waits, to run tasks, and to tidy up."""
        if self._outdated is not None:
            with self.engine.begin() as connection:
                request_rebuild(connection, self._outdated, None, "the settings")
        for follow in (
            self.ledger.follow,
            self.counting.follow,
            self.runner.follow,
            self.rebuild_runner.follow,
            self.training_runner.follow,
            self.hooks.follow,
            self.housekeeper.follow,
            self.experiment_guard.follow,
            lambda stop: run_worker(self.engine, self.outbox, stop, self._repair_index),
            self.index_guard.follow,
        ):
            self._thread(follow)
        if self.settings.train_every is not None:
            schedule = TrainingSchedule(self.engine, self.settings.train_every, TrainingRequest())
            self._thread(schedule.follow)

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
