"""Watches over the embedded index while a service runs: has it compared with Postgres now and then
and whenever something speaks against its files, and has it built anew if they are damaged."""

import logging
import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import msgspec
from sqlalchemy import Engine

from app import side_process
from app.following import keep_refreshing
from app.live_index import LiveIndex, Serving
from app.reindex.findings import AuditFindings, AuditJob
from app.reindex.reconcile import OutOfStep, bring_into_step, out_of_step
from indexing.composition import COMPOSITION_REVISION
from indexing.errors import IndexDamaged, IndexUnavailable
from indexing.index import LocalIndex

logger = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
AUDIT_SECONDS = 3600.0
"""From one audit to the next, if nothing is suspicious."""

SUSPICIOUS_SECONDS = 10.0
"""From one audit to the next, if something is; twice as long each time that nothing was found."""

FEW, FEW_SHARE = 10, 0.01
"""So many items out of step are indexed again one by one; more speak of lost files."""

_SHARE = 50
"""An audit takes at most one part in so many of the time."""

_AGAIN_SECONDS = 60.0
"""After an audit that could not be made."""

_LONGEST_SECONDS = 1800.0

Repair = Callable[[str], object]
"""Has the index built anew, for the reason given."""


class Audit(msgspec.Struct, frozen=True):
    """How the last comparison of the index with Postgres came out."""

    at: datetime
    seconds: float
    points: int
    stale: int
    """Items of which the index held another version than Postgres, or none."""
    ghosts: int
    """Points of items that are not for sale."""
    damage: str | None
    """Why the index is built anew."""


class IndexGuard:
    """`folder` is where copies lie that are looked at; what an earlier process left there goes."""

    def __init__(self, engine: Engine, live: LiveIndex, folder: Path, repair: Repair) -> None:
        self._engine = engine
        self._live = live
        self._folder = folder
        self._repair = repair
        self._audited = ""
        self._next = 0.0
        self._suspicious = False
        self._not_before = 0.0
        self._pause = SUSPICIOUS_SECONDS
        self._stop = threading.Event()
        self.last: Audit | None = None
        """None before there was one."""

    def follow(self, stop: threading.Event) -> None:
        """Look until told to stop; runs in a thread of its own."""
        self._stop = stop
        shutil.rmtree(self._folder, ignore_errors=True)
        keep_refreshing(self.look, "damage of the index", LOOK_SECONDS, stop)

    def forget(self) -> None:
        """Have the next look compare everything, however short ago the last one was."""
        self._next = 0.0

    def look(self) -> None:
        """One look: cheap, unless something is suspicious or an audit is due."""
        with self._live.lease() as serving:
            index = serving.index
            if not isinstance(index, LocalIndex) or not _of_this_release(serving):
                return
            now = monotonic()
            if index.changed_by_others() or index.damage is not None:
                index.damage = None
                self._suspicious = True
            due = now >= self._next or serving.info.name != self._audited
            if due or (self._suspicious and now >= self._not_before):
                self._examine(index, serving)

    def _examine(self, index: LocalIndex, serving: Serving) -> None:
        begun = monotonic()
        at = datetime.now(UTC)
        suspicious, self._suspicious = self._suspicious, False
        try:
            found = self._audit(index, serving)
        except IndexDamaged as error:
            found = AuditFindings(damage=str(error))
        except IndexUnavailable as error:
            if not self._stop.is_set():
                logger.warning("the index cannot be compared with PostgreSQL now: %s", error)
            self._suspicious = suspicious
            self._next = self._not_before = monotonic() + _AGAIN_SECONDS
            return
        now = monotonic()
        spent = now - begun
        self._audited = serving.info.name
        self._next = now + max(AUDIT_SECONDS, _SHARE * spent)
        self._pause = min(self._pause * 2, AUDIT_SECONDS) if suspicious else SUSPICIOUS_SECONDS
        self._not_before = now + max(self._pause, spent)
        lost = OutOfStep()
        damage = found.damage
        if damage is None:
            try:
                # What was written since the copy was made, or is about to be, is no fault.
                lost = out_of_step(self._engine, serving, (*found.stale, *found.ghosts))
                if len(lost) > max(FEW, FEW_SHARE * found.points):
                    damage = f"{len(lost)} items are not in step with PostgreSQL and none waits"
            except IndexDamaged as error:
                damage = str(error)
        if self._live.current().info.name != serving.info.name:
            # A rebuild went live meanwhile, and what changed since is written there only: the
            # collection that was compared is out of step, and right to be.
            return
        self.last = Audit(
            at, round(spent, 1), found.points, len(lost.behind), len(lost.gone), damage
        )
        if damage is not None:
            logger.error("the index is damaged and is built anew: %s", damage)
            # Looked at again until another one is live.
            self._pause = SUSPICIOUS_SECONDS
            self._next = monotonic() + _AGAIN_SECONDS
            self._repair(damage)
        elif lost:
            logger.warning("%d items are indexed again: not in step with PostgreSQL", len(lost))
            bring_into_step(self._engine, serving, lost)

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
