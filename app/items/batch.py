"""`POST /v1/items/batch`: lines of any number, taken in group by group while they arrive."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec
from sqlalchemy import Engine

from app.items.changes import Operation
from app.items.ingest import Incoming, Receipt, take_in
from app.items.ledger import Ledger
from app.items.lines import KEPT_OF_LONG, MAX_LINE, BrokenStream, Line, LineSplitter, Unpacker
from app.items.reading import read_document, unreadable
from app.tasks.repository import (
    Task,
    add_to_task,
    cancel_requested,
    close_task,
    create_task,
    read_task,
)

GROUP = 500
"""Lines of one transaction."""

_IN_MEMORY = 2**20
_SOURCE = "batch"
_OPERATIONS: tuple[Operation, ...] = ("put", "merge", "delete")


class LineReceipt(Receipt, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one line."""

    line: int


class BatchReport:
    """One line of JSON for each line that was sent, kept on disk where there are many."""

    def __init__(self) -> None:
        # Closed by `read`, or with the last reference to it.
        self._file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115

    def add(self, receipts: list[LineReceipt]) -> None:
        for receipt in receipts:
            self._file.write(msgspec.json.encode(receipt) + b"\n")

    def read(self, task: Task) -> Iterator[bytes]:
        """The task first, then the lines; can be read once."""
        yield msgspec.json.encode(task) + b"\n"
        self._file.seek(0)
        while part := self._file.read(64 * 1024):
            yield part
        self._file.close()


class BatchIntake:
    """Each group is one transaction with its outbox entries: what a broken stream has brought is
    kept, and what comes again changes nothing."""

    def __init__(self, engine: Engine, ledger: Ledger, threads: Executor) -> None:
        self._engine = engine
        self._ledger = ledger
        self._threads = threads

    async def run(
        self, chunks: AsyncIterator[bytes], packed: bool, operation: Operation, actor: str
    ) -> tuple[Task, BatchReport]:
        """`packed`: the body is gzip. A body that breaks off fails the task, and says where."""
        task_id = await self._in_thread(self._begin, operation, actor)
        report = BatchReport()
        problem: str | None = "the connection ended before the body did"
        last = 0
        try:
            async for lines in _groups(chunks, packed):
                last = lines[-1].number
                receipts = await self._in_thread(self._take, lines, operation, task_id, actor)
                if receipts is None:
                    problem = f"canceled behind line {last}"
                    break
                report.add(receipts)
            else:
                problem = None
        except BrokenStream as error:
            problem = f"behind line {last}: {error}; send the rest again"
        finally:
            # Also where the sender has gone away: nobody else would end the task.
            await asyncio.shield(self._in_thread(self._end, task_id, problem))
        return await self._in_thread(self._read, task_id), report

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _begin(self, operation: Operation, actor: str) -> int:
        with self._engine.begin() as connection:
            request = {"operation": operation}
            return create_task(connection, "items.batch", actor, request, receiving=True)

    def _take(
        self, lines: list[Line], operation: Operation, task_id: int, actor: str
    ) -> list[LineReceipt] | None:
        """None where the task was canceled."""
        incoming = [read_line(line, operation) for line in lines]
        with self._engine.begin() as connection:
            if cancel_requested(connection, task_id):
                return None
            taken = take_in(connection, self._ledger, incoming, task_id, _SOURCE, actor)
            add_to_task(connection, task_id, taken.counts, taken.enqueued, taken.errors)
        return [
            LineReceipt(line=line.number, **msgspec.structs.asdict(receipt))
            for line, receipt in zip(lines, taken.receipts, strict=True)
        ]

    def _end(self, task_id: int, problem: str | None) -> None:
        with self._engine.begin() as connection:
            close_task(connection, task_id, problem)

    def _read(self, task_id: int) -> Task:
        with self._engine.connect() as connection:
            return read_task(connection, task_id)


def read_line(line: Line, operation: Operation) -> Incoming:
    """A document, which may name an operation of its own under `operation`."""
    shown = line.data[:KEPT_OF_LONG].decode(errors="replace")
    if line.too_long:
        return unreadable(f"longer than {MAX_LINE:,} bytes", shown, "length")
    try:
        document = msgspec.json.decode(line.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return unreadable(f"not JSON in UTF-8: {error}", shown)
    except RecursionError:
        return unreadable("nested too deep", shown)
    if not isinstance(document, dict) or "operation" not in document:
        return read_document(document, operation)
    own = document.pop("operation")
    if own not in _OPERATIONS:
        reason = f"expected an operation of {', '.join(_OPERATIONS)}, got {own!r:.60}"
        return unreadable(reason, shown)
    return read_document(document, own)


async def _groups(chunks: AsyncIterator[bytes], packed: bool) -> AsyncIterator[list[Line]]:
    """Lines by the group; raises `BrokenStream` behind the last one that could be read."""
    splitter, unpacker, group = LineSplitter(), Unpacker(), list[Line]()
    try:
        async for chunk in chunks:
            for part in unpacker.feed(chunk) if packed else (chunk,):
                for line in splitter.feed(part):
                    group.append(line)
                    if len(group) == GROUP:
                        yield group
                        group = []
        if packed:
            unpacker.finish()
        group += splitter.finish()
    except BrokenStream:
        if group:
            yield group
        raise
    if group:
        yield group
