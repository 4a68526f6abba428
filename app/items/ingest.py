"""Takes in what was sent: what keeps the contract is applied, the rest becomes dead letters, and
the task knows of both. Every way in ends here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from app.db.texts import storable
from app.items.changes import Change
from app.items.dead_letters import Undeliverable, bury
from app.items.ledger import Ledger
from app.items.repository import Outcome, Result, apply_changes
from indexing.errors import ItemProblem


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it was read, or what is wrong with it; with the document as it was sent."""

    change: Change | None = None
    problems: tuple[ItemProblem, ...] = ()
    item_id: str | None = None
    operation: str | None = None
    document: Any = None
    raw: str | None = None


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one incoming change, for whoever sent it."""

    result: Result
    id: str | None = None
    reason: str = ""
    problems: tuple[ItemProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    """Rules of the contract that it trips and that refuse nothing."""
    dead_letter: int | None = None


class Taken(NamedTuple):
    receipts: list[Receipt]
    """In the order of what came in."""
    enqueued: int
    """Items that now wait to be indexed."""

    @property
    def counts(self) -> Counter[str]:
        counts: Counter[str] = Counter(receipt.result for receipt in self.receipts)
        counts["received"] = len(self.receipts)
        counts["warnings"] = sum(len(receipt.warnings) for receipt in self.receipts)
        return +counts

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        return [
            {
                name: text if text is None else storable(text)
                for name, text in {"id": receipt.id, **msgspec.to_builtins(problem)}.items()
            }
            for receipt in self.receipts
            for problem in receipt.problems
        ]


def take_in(
    connection: Connection,
    ledger: Ledger,
    incoming: Sequence[Incoming],
    task_id: int,
    source: str,
    actor: str,
) -> Taken:
    """The caller tells the task, and commits. The ledger counts at once, so that a transaction
    that fails after all is counted, too."""
    good = [n for n, entry in enumerate(incoming) if entry.change is not None]
    changes = [change for entry in incoming if (change := entry.change) is not None]
    applied = apply_changes(connection, changes, task_id)
    outcomes = dict(zip(good, applied.outcomes, strict=True))
    refused: dict[int, tuple[ItemProblem, ...]] = {}
    for n, entry in enumerate(incoming):
        if n not in outcomes:
            refused[n] = entry.problems
        elif outcomes[n].result == "refused":
            refused[n] = (ItemProblem("$", "too-many", outcomes[n].reason),)
    letters = bury(
        connection,
        [_letter(incoming[n], problems) for n, problems in refused.items()],
        source,
        actor,
        task_id,
    )
    kept = dict(zip(refused, letters, strict=True))
    receipts = [
        _receipt(entry, outcomes.get(n), refused.get(n, ()), kept.get(n))
        for n, entry in enumerate(incoming)
    ]
    _count(ledger, receipts)
    return Taken(receipts, applied.enqueued)


def _letter(entry: Incoming, problems: tuple[ItemProblem, ...]) -> Undeliverable:
    return Undeliverable(
        problems=tuple(msgspec.to_builtins(problem) for problem in problems),
        item_id=entry.item_id,
        operation=entry.operation,
        document=entry.document,
        raw=entry.raw,
    )


def _receipt(
    entry: Incoming,
    outcome: Outcome | None,
    problems: tuple[ItemProblem, ...],
    letter_id: int | None,
) -> Receipt:
    if outcome is None or problems:
        return Receipt("refused", entry.item_id, "", problems, (), letter_id)
    return Receipt(outcome.result, entry.item_id, outcome.reason, (), outcome.warnings)


def _count(ledger: Ledger, receipts: Sequence[Receipt]) -> None:
    refused = sum(receipt.result == "refused" for receipt in receipts)
    warnings = [name for receipt in receipts for name in receipt.warnings]
    ledger.count(len(receipts) - refused, refused, warnings)
