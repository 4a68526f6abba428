"""Watches over the embedded index while a service runs: has it compared with Postgres now and then
and whenever something speaks against its files, and has it built anew if they are damaged."""

import logging
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import msgspec
from sqlalchemy import Engine

from app import side_process
from app.following import keep_refreshing
from app.live_index import LiveIndex, Serving
from app.reindex.findings import AuditFindings, AuditJob
from app.reindex.reconcile import bring_into_step
from indexing.composition import COMPOSITION_REVISION
from indexing.errors import IndexDamaged, IndexUnavailable
from indexing.index import LocalIndex

logger = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
AUDIT_SECONDS = 3600.0
"""From one audit to the next, if nothing is suspicious."""

_SHARE = 50
"""An audit takes at most one part in so many of the time."""

_AGAIN_SECONDS = 60.0
"""After an audit that could not be made."""

_LONGEST_SECONDS = 1800.0

Repair = Callable[[str], object]
"""Has the index built anew, for the reason given."""


class IndexGuard:
    """`folder` is where copies lie that are looked at; what an earlier process left there goes."""

    def __init__(self, engine: Engine, live: LiveIndex, folder: Path, repair: Repair) -> None:
        self._engine = engine
        self._live = live
        self._folder = folder
        self._repair = repair
        self._audited = ""
        self._next = 0.0
        self._stop = threading.Event()
        self.last: AuditFindings | None = None
        """What the last audit found; None before there was one."""

    def follow(self, stop: threading.Event) -> None:
        """Look until told to stop; runs in a thread of its own."""
        self._stop = stop
        shutil.rmtree(self._folder, ignore_errors=True)
        keep_refreshing(self.look, "damage of the index", LOOK_SECONDS, stop)

    def look(self) -> None:
        """One look: cheap, unless something is suspicious or an audit is due."""
        with self._live.lease() as serving:
            index = serving.index
            if not isinstance(index, LocalIndex) or not _of_this_release(serving):
                return
            suspicious = index.changed_by_others() or index.damage is not None
            due = monotonic() >= self._next or serving.info.name != self._audited
            if not (suspicious or due):
                return
            seen, index.damage = index.damage, None
            begun = monotonic()
            try:
                found = self._audit(index, serving)
            except IndexDamaged as error:
                found = AuditFindings(damage=str(error))
            except IndexUnavailable as error:
                logger.warning("the index cannot be compared with PostgreSQL now: %s", error)
                index.damage = seen
                self._next = monotonic() + _AGAIN_SECONDS
                return
            self._audited = serving.info.name
            spent = monotonic() - begun
            self._next = monotonic() + max(AUDIT_SECONDS, _SHARE * spent)
            self.last = found
            self._act(serving, index, found)

    def _act(self, serving: Serving, index: LocalIndex, found: AuditFindings) -> None:
        if found.damage is not None:
            logger.error("the index is damaged and is built anew: %s", found.damage)
            # Looked at again until another one is live.
            index.damage = found.damage
            self._next = monotonic() + _AGAIN_SECONDS
            self._repair(found.damage)
        elif found.stale or found.ghosts:
            changed = bring_into_step(self._engine, serving, found.stale, found.ghosts)
            if changed:
                logger.warning("%d items of the index were not in step with PostgreSQL", changed)

    def _audit(self, index: LocalIndex, serving: Serving) -> AuditFindings:
        """Of a copy, in a process of its own. Raises `IndexUnavailable`."""
        copy = self._folder / serving.info.name
        try:
            index.copy_to(copy)
            job = AuditJob(
                self._engine.url.render_as_string(hide_password=False), str(copy), serving.info
            )
            return self._run(job)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job: AuditJob) -> AuditFindings:
        with side_process.start("app.reindex.audit", subprocess.PIPE) as process:
            assert process.stdin is not None  # noqa: S101 (asked for above)
            timer = threading.Timer(_LONGEST_SECONDS, process.kill)
            timer.start()
            ended = threading.Thread(target=self._end_with_service, args=(process,), daemon=True)
            ended.start()
            try:
                output, errors = process.communicate(msgspec.json.encode(job))
            finally:
                timer.cancel()
        if self._stop.is_set():
            raise IndexUnavailable("the service ends")
        try:
            return msgspec.json.decode(output, type=AuditFindings)
        except msgspec.MsgspecError:
            pass
        said = (errors or b"").decode(errors="replace").strip().splitlines()
        last = said[-1] if said else ""
        # A panic of the engine, or a signal that ended the process: the files are not sound.
        if process.returncode < 0 or "PanicException" in last:
            raise IndexDamaged(f"reading its files ended with status {process.returncode}: {last}")
        raise IndexUnavailable(f"the audit ended with status {process.returncode}: {last}")

    def _end_with_service(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            if self._stop.wait(0.5):
                process.kill()
                return


def _of_this_release(serving: Serving) -> bool:
    """One that another release laid out or composed otherwise is about to be rebuilt anyhow."""
    info = serving.info
    composition = info.spec.encoder_revision.rpartition("/")[2]
    return info.fingerprint == info.spec.fingerprint and composition == str(COMPOSITION_REVISION)
