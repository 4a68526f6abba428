"""A rule as values: when it holds, and what it then does."""

from datetime import datetime
from typing import NewType

import msgspec

from indexing.documents import ItemId
from indexing.filters import Filter

RuleId = NewType("RuleId", str)


class QueryCondition(msgspec.Struct, frozen=True):
    """How the query must read, on lower-cased words; the values of one kind are alternatives,
    the kinds must all hold."""

    is_: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


class Condition(msgspec.Struct, frozen=True):
    """When a rule holds: all parts that are given must."""

    query: QueryCondition | None = None
    empty_query: bool | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Pin(msgspec.Struct, frozen=True, tag="pin"):
    """Puts the item at a 1-based position, if it passes the shopper's filters."""

    item_id: ItemId
    position: int


class Hide(msgspec.Struct, frozen=True, tag="hide"):
    """Takes items out, by id or by filter."""

    item_ids: tuple[ItemId, ...] = ()
    filter: Filter | None = None


class Boost(msgspec.Struct, frozen=True, tag="boost"):
    """Multiplies the odds of the items by `by`: their score s becomes s + ln(by).

    The model is trained with a softmax over the list, under which exp(s) is proportional to the
    chance that a shopper picks the item. So `by` 2 doubles that chance, for scores of any range
    and sign, and a larger `by` never lowers an item. `by` is above 1; bury is its inverse.
    """

    by: float
    item_ids: tuple[ItemId, ...] = ()
    filter: Filter | None = None


class Bury(msgspec.Struct, frozen=True, tag="bury"):
    """Divides the odds of the items by `by`, which is above 1; see `Boost`."""

    by: float
    item_ids: tuple[ItemId, ...] = ()
    filter: Filter | None = None


class Restrict(msgspec.Struct, frozen=True, tag="filter"):
    """A retrieval rule: only items that pass are candidates at all."""

    filter: Filter


Instruction = Pin | Hide | Boost | Bury | Restrict


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`priority` decides conflicts, higher first; then the more specific condition; then the id."""

    id: RuleId
    name: str
    priority: int = 0
    enabled: bool = True
    when: Condition = Condition()
    then: tuple[Instruction, ...] = ()
    stop: bool = False
    owner: str = ""
    note: str = ""
