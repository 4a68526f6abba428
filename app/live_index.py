"""The collection that is searched and written in this process, with the encoder that made it; both
are exchanged in one step when another collection goes live."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from app.following import keep_refreshing
from app.search.query_encoder import QueryEncoder
from indexing.collection import CollectionSpec, Quantization
from indexing.collections import CollectionInfo, Collections
from indexing.composition import COMPOSITION_REVISION, WORDS_SINCE
from indexing.encoder import Encoder, LexicalEncoder
from indexing.errors import IndexUnavailable
from indexing.index import ItemIndex
from indexing.indexer import Indexer, VectorCache

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
LoadEncoder = Callable[[str], Encoder]
"""By its name as in ENDCAP_ENCODER, empty for the one that comes with Endcap."""


class StorageOptions(msgspec.Struct, frozen=True):
    """How the settings want vectors to be kept; see `CollectionSpec`."""

    quantization: Quantization = "none"
    on_disk: bool = False


class Serving(msgspec.Struct, frozen=True, eq=False):
    """One open collection and all that reads and writes it."""

    info: CollectionInfo
    index: ItemIndex
    encoder: Encoder
    queries: QueryEncoder
    indexer: Indexer


class LiveIndex:
    """A request leases what is live and keeps it throughout; what is no longer live is closed when
    its last request has ended."""

    def __init__(
        self,
        collections: Collections,
        load_encoder: LoadEncoder,
        lexical: LexicalEncoder,
        cache: VectorCache,
        cached_queries: int,
        storage: StorageOptions,
    ) -> None:
        self.collections = collections
        self._load = load_encoder
        self._lexical = lexical
        self._cache = cache
        self._cached_queries = cached_queries
        self._storage = storage
        self._encoders: dict[str, Encoder] = {}
        self._current: Serving | None = None
        self._users: Counter[str] = Counter()
        self._retired: dict[str, Serving] = {}
        self._lock = threading.Lock()
        # Held while collections change, so that no other thread opens what is open already.
        self._changing = threading.RLock()

    def encoder(self, name: str) -> Encoder:
        """Loaded once; raises `EncoderUnavailable`."""
        with self._changing:
            if name not in self._encoders:
                self._encoders[name] = self._load(name)
            return self._encoders[name]

    def spec(self, name: str) -> CollectionSpec:
        """Of a collection that this release would make with that encoder."""
        encoder = self.encoder(name)
        return CollectionSpec(
            dense_size=encoder.size,
            encoder_revision=f"{encoder.revision}/{COMPOSITION_REVISION}",
            lexical_revision=self._lexical.revision,
            quantization=self._storage.quantization,
            on_disk=self._storage.on_disk,
            encoder=name,
        )

    def readable(self, spec: CollectionSpec) -> bool:
        """Whether its vectors are those of the encoder that it names, as it is today, and its
        points have what a search asks for."""
        encoder = self.encoder(spec.encoder)
        revision, _, composition = spec.encoder_revision.rpartition("/")
        return (
            spec.dense_size == encoder.size
            and revision == encoder.revision
            and int(composition) >= WORDS_SINCE
            and spec.lexical_revision == self._lexical.revision
        )

    def open(self, info: CollectionInfo) -> Serving:
        """For whoever fills a collection; not live by that. Raises `EncoderUnavailable`."""
        # Opened first, so that a process which may not have it does not load an encoder for seconds
        # to be told so.
        index = self.collections.open(info)
        try:
            return self.around(info, index)
        except BaseException:
            index.close()
            raise

    def around(self, info: CollectionInfo, index: ItemIndex) -> Serving:
        """A collection that is open already, with all that reads and writes it."""
        encoder = self.encoder(info.spec.encoder)
        return Serving(
            info,
            index,
            encoder,
            QueryEncoder(encoder, self._lexical, self._cached_queries),
            Indexer(index, encoder, self._lexical, self._cache),
        )

    def current(self) -> Serving:
        if self._current is None:
            raise RuntimeError("no collection is live yet")
        return self._current

    @contextmanager
    def lease(self) -> Iterator[Serving]:
        """What is live now, open as long as the block runs."""
        with self._lock:
            serving = self.current()
            self._users[serving.info.name] += 1
        try:
            yield serving
        finally:
            with self._lock:
                self._users[serving.info.name] -= 1
                done = self._unused()
            _close(done)

    @contextmanager
    def latest(self) -> Iterator[Serving]:
        """The same, after a look whether another process has made another collection live."""
        self.refresh()
        with self.lease() as serving:
            yield serving

    def refresh(self) -> None:
        """Take over what is live by now; where that cannot be opened, what was live stays."""
        with self._changing:
            info = self.collections.live()
            if info is not None and (
                self._current is None or info.name != self.current().info.name
            ):
                self.take_over(self.open(info))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keeps `refresh` out while the live collection is exchanged by this process."""
        with self._changing:
            yield

    def take_over(self, serving: Serving) -> None:
        """Serve this one from now on, which is open and belongs to this object now."""
        with self._lock:
            before, self._current = self._current, serving
            if before is not None:
                self._retired[before.info.name] = before
            self._retired.pop(serving.info.name, None)
            done = self._unused()
        _close(done)

    def reopen(self, info: CollectionInfo) -> Serving:
        """Like `open`, but one that is retired and not yet closed is taken as it is."""
        with self._lock:
            retired = self._retired.get(info.name)
            if retired is not None:
                del self._retired[info.name]
                return retired
        return self.open(info)

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "collections", LOOK_SECONDS, stop)

    def close(self) -> None:
        with self._lock:
            everything = [*self._retired.values()]
            if self._current is not None:
                everything.append(self._current)
            self._retired, self._current = {}, None
        _close(everything)
        self.collections.close()

    def _unused(self) -> list[Serving]:
        """Those that nobody leases any more, which are forgotten here; called with the lock."""
        done = [s for name, s in self._retired.items() if not self._users[name]]
        for serving in done:
            del self._retired[serving.info.name]
        return done


def _close(servings: list[Serving]) -> None:
    for serving in servings:
        try:
            serving.index.close()
        except IndexUnavailable as error:
            # What was to be durable is, since each write is flushed by itself.
            logger.warning("collection %s could not be closed: %s", serving.info.name, error)
        except Exception:  # the engine may be away; nothing of ours depends on it any more
            logger.exception("collection %s could not be closed", serving.info.name)
