"""What is known of which items a query wants: from judgments, and from what shoppers did; read by
`endcap train-encoder`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.items.repository import read_items
from app.training.clickthroughs import read_clickthroughs
from indexing.documents import ItemId, ItemKey
from ranking.behaviour_definitions import read_definitions
from ranking.events import ORGANIC, Clickthrough
from ranking.judgments import Judgments

BOUGHT = 4.0
WANTED = 2.0
"""Gains, summed over lists, from which an item counts as judged 3 or 2: one purchase, or one cart
or two clicks. A single click is as often a mistake."""

SKIPPED = 2
"""Lists in which an item stood above a click, and had none, or was dismissed, from which it counts
as judged 0."""

Grades = Mapping[str, Mapping[ItemId, int]]


def from_events(connection: Connection, since: datetime, until: datetime) -> Judgments:
    """What shoppers did with lists of the window, as grades."""
    entries = read_clickthroughs(connection, since, until)
    grades = grades_of(entries, read_definitions().actions)
    keys = {key for by_item in grades.values() for key in by_item}
    ids = {entry.key: ItemId(entry.item.id) for entry in read_items(connection, list(keys))}
    known = {
        query: {ids[key]: grade for key, grade in by_item.items() if key in ids}
        for query, by_item in grades.items()
    }
    return Judgments({query: by_item for query, by_item in known.items() if by_item})


def grades_of(
    entries: Sequence[Clickthrough], weights: Mapping[str, float]
) -> dict[str, dict[ItemKey, int]]:
    """By query and item; what is not clear either way is left out."""
    gains: dict[str, Counter[ItemKey]] = {}
    skipped: dict[str, Counter[ItemKey]] = {}
    for entry in entries:
        gained = {
            key: sum(weights.get(action, 0.0) for action in actions)
            for key, actions in entry.actions.items()
        }
        mine = gains.setdefault(entry.shown.query, Counter())
        for key, gain in gained.items():
            mine[key] += gain  # type: ignore[assignment]  # A Counter may hold floats.
        skipped.setdefault(entry.shown.query, Counter()).update(_skipped(entry, gained))
    found: dict[str, dict[ItemKey, int]] = {}
    for query, by_item in gains.items():
        graded = {
            key: 3 if gain >= BOUGHT else 2 for key, gain in by_item.items() if gain >= WANTED
        }
        graded |= {
            key: 0 for key, times in skipped[query].items() if times >= SKIPPED and not by_item[key]
        }
        if graded:
            found[query] = graded
    return found


def _skipped(entry: Clickthrough, gained: Mapping[ItemKey, float]) -> list[ItemKey]:
    """What the shopper saw and did not want: what stood above something that was wanted, unless a
    rule had put it there, and what was dismissed."""
    keys = entry.shown.item_keys
    lowest = max((n for n, key in enumerate(keys) if gained.get(key, 0.0) > 0), default=0)
    passed = [
        key
        for key, placement in zip(keys[:lowest], entry.shown.placements[:lowest], strict=True)
        if placement == ORGANIC and not entry.actions.get(key)
    ]
    dismissed = [
        key
        for key, actions in entry.actions.items()
        if "dismiss" in actions and not gained.get(key, 0.0)
    ]
    return [*passed, *dismissed]


def merged(judged: Judgments | None, shoppers: Judgments | None) -> Judgments:
    """Where both say something of a pair, what was judged counts."""
    both: dict[str, dict[ItemId, int]] = {}
    for source in (shoppers, judged):
        for query, grades in (source.by_query if source else {}).items():
            both.setdefault(" ".join(query.lower().split()), {}).update(grades)
    return Judgments(both)
