"""A new collection beside the live one: filled, caught up, examined, and made live in one step; and
the way back. Runs as a task."""

import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from time import monotonic, sleep

import msgspec
from sqlalchemy import Engine

from app.db.locks import Lock, take_turn
from app.items.repository import count_items
from app.live_index import LiveIndex, Serving
from app.reindex.gates import Gate, Gates
from app.reindex.sync import Sync
from app.tasks.runner import Run, TaskFailed
from indexing.collections import CollectionInfo
from indexing.errors import EncoderUnavailable, IndexInUse

logger = logging.getLogger(__name__)
FEW = 50
"""Changes that are few enough to be caught up with while the workers wait."""

MAX_ROUNDS = 20
_SAY_SECONDS = 0.5
_CLOSING_SECONDS = 0.5
_CLOSING_TRIES = 60


class Progress(msgspec.Struct, frozen=True):
    """How far a rebuild is. `phase`: `fill`, `optimize`, `catch up`, `gates`, `switch`, `done`."""

    phase: str
    collection: str
    done: int
    total: int
    seconds: float
    remaining_seconds: float | None
    """Estimated from the pace so far; None where there is none yet."""
    gates: tuple[Gate, ...] = ()


class Rebuilder:
    """One at a time: its task is run by one process, and holds the switch's lock when it counts."""

    def __init__(self, engine: Engine, live: LiveIndex, gates: Gates, default_encoder: str) -> None:
        self._engine = engine
        self._live = live
        self._gates = gates
        self._default_encoder = default_encoder
        self.repairing: str | None = None
        """How far this process is with building a damaged index anew; None where it is not."""

    def rebuild(self, run: Run) -> None:
        """Raises `TaskFailed` with the reason where the live collection stays as it is."""
        name = run.task.request.get("encoder") or self._default_encoder
        repair = bool(run.task.request.get("repair"))
        damaged = self._live.current().info
        try:
            spec = self._live.spec(name)
        except EncoderUnavailable as error:
            raise TaskFailed(str(error)) from error
        self._sweep()
        info = self._live.collections.create(spec)
        try:
            self._build(_Reporter(run, info.name, self._tell if repair else None), info, repair)
        except BaseException:
            # Whatever ended it, also an interruption: the next try begins anew, with the vectors
            # that this one has left in the cache.
            self._drop(info)
            raise
        finally:
            self.repairing = None
        if repair:
            self._set_aside(damaged)

    def _tell(self, progress: Progress) -> None:
        self.repairing = (
            f"it is being built anew ({progress.phase}: {progress.done:,} of {progress.total:,})"
        )

    def roll_back(self, run: Run) -> None:
        """Bring the collection before in step, and make it live again."""
        with self._live.changing():
            previous = self._live.collections.previous()
            if previous is None:
                raise TaskFailed("there is no earlier collection to go back to")
            try:
                self._live.encoder(previous.spec.encoder)
            except EncoderUnavailable as error:
                raise TaskFailed(f"{previous.name} cannot be searched: {error}") from error
            if not self._live.readable(previous.spec):
                raise TaskFailed(f"the encoder of {previous.name} is another by now")
            serving = self._live.reopen(previous)
        with ExitStack() as undo:
            undo.callback(serving.index.close)
            sync = Sync(self._engine, serving)
            horizon = sync.horizon()
            reporter = _Reporter(run, previous.name)
            self._fill(reporter, sync)
            horizon = self._catch_up(reporter, sync, horizon)
            gate = self._switch(sync, serving, horizon, back=True)
            if not gate.passed:
                raise TaskFailed(f"{gate.name}: {gate.detail}")
            undo.pop_all()
        reporter.say("done", 1, 1, (gate,))

    def _build(self, reporter: "_Reporter", info: CollectionInfo, repair: bool) -> None:
        with ExitStack() as undo:
            serving = self._live.open(info)
            undo.callback(serving.index.close)
            sync = Sync(self._engine, serving)
            horizon = sync.horizon()
            self._fill(reporter, sync)
            reporter.say("optimize", 0, 1)
            undo.pop_all()
            serving = self._settle(serving)
            undo.callback(serving.index.close)
            sync = sync.onto(serving)
            horizon = self._catch_up(reporter, sync, horizon)
            # There is nothing to hold it against where the live one is damaged.
            gates = () if repair else self._examine(reporter, serving, sync)
            horizon = self._catch_up(reporter, sync, horizon)
            reporter.say("switch", 0, 1, gates)
            last = self._switch(sync, serving, horizon, back=False)
            gates = (*gates, last)
            if not last.passed:
                raise TaskFailed(f"{last.name}: {last.detail}")
            undo.pop_all()
        reporter.say("done", 1, 1, gates)

    def _fill(self, reporter: "_Reporter", sync: Sync) -> None:
        with self._engine.connect() as connection:
            total = count_items(connection)
        done = 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            reporter.pace("fill", done, total)

        sync.fill(step)

    def _settle(self, serving: Serving) -> Serving:
        """Bring its structures up to date, closed if need be, and open it again."""
        serving.index.close()
        self._live.collections.settle(serving.info)
        index = self._live.collections.open(serving.info)
        return self._live.around(serving.info, index)

    def _catch_up(self, reporter: "_Reporter", sync: Sync, horizon: int) -> int:
        for _ in range(MAX_ROUNDS):
            changed, horizon = sync.catch_up(horizon)
            reporter.say("catch up", changed, changed)
            if changed <= FEW:
                break
        return horizon

    def _examine(self, reporter: "_Reporter", serving: Serving, sync: Sync) -> tuple[Gate, ...]:
        found: list[Gate] = []
        with self._live.lease() as live:

            def step() -> None:
                reporter.pace("gates", len(found), 2, tuple(found))

            found.append(self._gates.titles(live, serving, reporter.task_id, step))
            found.append(self._gates.relevance(live, serving, step))
        reporter.say("gates", 2, 2, tuple(found))
        for gate in found:
            if gate.passed is False:
                raise TaskFailed(f"{gate.name}: {gate.detail}")
        return tuple(found)

    def _switch(self, sync: Sync, serving: Serving, horizon: int, back: bool) -> Gate:
        """While the workers wait: the last changes, the count, and the one step."""
        with self._engine.begin() as connection:
            take_turn(connection, Lock.INDEX_SWITCH)
            sync.catch_up(horizon)
            gate = self._gates.counts(serving, len(sync.failed))
            if gate.passed:
                self._exchange(serving, back)
        if gate.passed:
            self._drop_old()
        return gate

    def _exchange(self, serving: Serving, back: bool) -> None:
        with self._live.changing():
            if back:
                self._live.collections.switch_back()
            else:
                self._live.collections.switch(serving.info)
            self._live.take_over(serving)

    def _sweep(self) -> None:
        """Collections of tries that were cut off."""
        with self._live.changing():
            kept = {info.name for info in self._kept()}
            for info in self._live.collections.all():
                if info.name not in kept:
                    # One that is still open, by a process that optimises it for a service that was
                    # killed or by a search that takes long, goes with the next rebuild.
                    with suppress(IndexInUse):
                        self._live.collections.drop(info)

    def _set_aside(self, damaged: CollectionInfo) -> None:
        """Once the searches that are under way have ended."""
        for _ in range(_CLOSING_TRIES):
            try:
                with self._live.changing():
                    self._live.collections.set_aside(damaged)
                return
            except IndexInUse:
                sleep(_CLOSING_SECONDS)
            except Exception:  # it is no longer live, so that nothing depends on it
                break
        logger.exception("the damaged collection %s could not be set aside", damaged.name)

    def _drop_old(self) -> None:
        try:
            self._sweep()
        except Exception:  # what is left is swept away before the next rebuild
            logger.exception("an old collection could not be dropped")

    def _kept(self) -> list[CollectionInfo]:
        both = (self._live.collections.live(), self._live.collections.previous())
        return [info for info in both if info is not None]

    def _drop(self, info: CollectionInfo) -> None:
        """Unless it went live after all."""
        try:
            live = self._live.collections.live()
            if live is None or live.name != info.name:
                self._live.collections.drop(info)
        except Exception:  # swept away before the next rebuild
            logger.exception("collection %s could not be dropped", info.name)


class _Reporter:
    """Tells the task how far it is, twice a second at most."""

    def __init__(
        self, run: Run, collection: str, tell: Callable[[Progress], None] | None = None
    ) -> None:
        self._run = run
        self._tell = tell
        self._collection = collection
        self._begun = monotonic()
        self._phase = ""
        self._phase_begun = self._begun
        self._said = 0.0

    @property
    def task_id(self) -> int:
        return self._run.task.id

    def pace(self, phase: str, done: int, total: int, gates: tuple[Gate, ...] = ()) -> None:
        """Called often."""
        if monotonic() - self._said >= _SAY_SECONDS:
            self.say(phase, done, total, gates)

    def say(self, phase: str, done: int, total: int, gates: tuple[Gate, ...] = ()) -> None:
        now = self._said = monotonic()
        if phase != self._phase:
            self._phase, self._phase_begun = phase, now
        spent = now - self._phase_begun
        remaining = round(spent / done * (total - done), 1) if 0 < done < total else None
        progress = Progress(
            phase, self._collection, done, total, round(now - self._begun, 1), remaining, gates
        )
        if self._tell is not None:
            self._tell(progress)
        self._run.step(msgspec.to_builtins(progress))
