"""Training in a process of its own, so that neither TensorFlow's work nor its memory is the
service's; also the program of that process: `python -m app.training.process`."""

import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Engine

from app import side_process
from app.settings import Settings
from app.training.judged import Judged, read_judged, write_judged
from app.training.request import Outcome, Report, TrainingRequest

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5


class TrainingFailed(Exception):
    """Why the other process made no model; fit to be shown to a user."""


class _Job(msgspec.Struct, frozen=True):
    """What the process is told on its standard input."""

    database_url: str
    models_dir: str
    data_dir: str
    mlflow_url: str | None
    actor: str
    request: TrainingRequest
    judged_file: str | None


class _Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line that the process writes."""

    progress: dict[str, Any] | None = None
    outcome: Outcome | None = None
    failed: str | None = None


class Places(msgspec.Struct, frozen=True):
    """Where the process finds what it works on."""

    database_url: str
    models_dir: Path
    data_dir: Path
    mlflow_url: str | None


def places_of(settings: Settings, engine: Engine) -> Places:
    return Places(
        engine.url.render_as_string(hide_password=False),
        settings.models_dir,
        settings.data_dir,
        settings.mlflow_url,
    )


def train_apart(
    places: Places, request: TrainingRequest, judged: Judged, actor: str, report: Report
) -> Outcome:
    """Raises `TrainingFailed`, and what `report` raises, which ends the process. `report` is called
    twice a second, also when there is nothing new."""
    with tempfile.TemporaryDirectory(prefix="endcap-training-") as folder:
        file = Path(folder) / "judged.npz"
        if judged.lists:
            write_judged(file, judged)
        job = _Job(
            database_url=places.database_url,
            models_dir=str(places.models_dir.resolve()),
            data_dir=str(places.data_dir.resolve()),
            mlflow_url=places.mlflow_url,
            actor=actor,
            request=request,
            judged_file=str(file) if judged.lists else None,
        )
        with side_process.start("app.training.process", subprocess.PIPE) as process:
            try:
                return _followed(process, job, report)
            finally:
                process.kill()


def _followed(process: subprocess.Popen[bytes], job: _Job, report: Report) -> Outcome:
    assert process.stdin is not None  # noqa: S101 (asked for above)
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    lines: queue.Queue[bytes | None] = queue.Queue()
    complaints: list[bytes] = []
    readers = [
        threading.Thread(target=_read, args=(process.stdout, lines.put), daemon=True),
        threading.Thread(target=_read, args=(process.stderr, complaints.append), daemon=True),
    ]
    for reader in readers:
        reader.start()
    process.stdin.write(msgspec.json.encode(job))
    process.stdin.close()
    progress: Mapping[str, Any] = {"phase": "starting"}
    while True:
        try:
            line = lines.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            report(progress)
            continue
        if line is None:
            break
        told = _parse(line)
        if told.progress is not None:
            progress = told.progress
            report(progress)
        if told.outcome is not None:
            return told.outcome
        if told.failed is not None:
            raise TrainingFailed(told.failed)
    status = process.wait()
    tail = b"".join(part for part in complaints if part).decode(errors="replace")
    logger.error("the training process ended with status %s: %s", status, tail[-4_000:])
    last = tail.strip().splitlines()[-1:] or ["it said nothing"]
    raise TrainingFailed(f"the training process ended with status {status}: {last[0][:500]}")


def _read(pipe: IO[bytes], take: Any) -> None:
    for line in pipe:
        take(line)
    take(None)


def _parse(line: bytes) -> _Told:
    """A library that prints something is not heard."""
    try:
        return msgspec.json.decode(line, type=_Told)
    except msgspec.DecodeError:
        return _Told()


def main() -> None:
    """Read a job, do it, and tell what goes on, a line of JSON each."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    side_process.begin()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    # Whatever libraries print goes to the log instead.
    os.dup2(2, 1)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=_Job)
    told = _do(job, lambda progress: _tell(out, _Told(progress=dict(progress))))
    _tell(out, told)


def _tell(out: IO[bytes], told: _Told) -> None:
    out.write(msgspec.json.encode(told) + b"\n")


def _do(job: _Job, report: Report) -> _Told:
    from app.db.engine import connect
    from app.training.mlflow_tracker import MlflowTracker
    from app.training.training import Parts, run_training
    from ranking.errors import RankingError
    from ranking.model_store import ModelStore

    judged = Judged() if job.judged_file is None else read_judged(Path(job.judged_file))
    engine = connect(job.database_url)
    parts = Parts(
        engine,
        ModelStore(Path(job.models_dir)),
        MlflowTracker(Path(job.data_dir), job.mlflow_url),
        judged,
    )
    try:
        return _Told(outcome=run_training(parts, job.request, job.actor, report))
    except RankingError as error:
        return _Told(failed=str(error))
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
