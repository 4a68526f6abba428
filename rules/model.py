"""A rule as values: when it holds, and what it then does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NewType

import msgspec

from indexing.documents import ItemId
from indexing.filters import Filter
from indexing.queries import ContextValue, Sort

RuleId = NewType("RuleId", str)

RawRule = dict[str, Any]
"""A rule in its JSON form, which is what is stored, compared and handed out."""


class QueryCondition(msgspec.Struct, frozen=True):
    """How the query must read, on lower-cased words; the values of one kind are alternatives,
    the kinds must all hold."""

    is_: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    """Regular expressions in RE2's syntax, looked for anywhere in the words joined by blanks."""
    plurals: bool = False
    typos: bool = False

    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]:
        """The kinds that compare words, most specific first, without those not given."""
        kinds = {
            "is": self.is_,
            "starts_with": self.starts_with,
            "ends_with": self.ends_with,
            "contains": self.contains,
        }
        return {kind: phrases for kind, phrases in kinds.items() if phrases}


class Arm(msgspec.Struct, frozen=True):
    """One arm of an experiment."""

    key: str
    arm: str


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """When a rule holds: all parts that are given must."""

    query: QueryCondition | None = None
    empty_query: bool | None = None
    filter: Filter | None = None
    """The shopper's own filter is at least as narrow as this one."""
    category: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    locale: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    """As `str(Sort)` has it, or `relevance`."""
    context: Mapping[str, tuple[ContextValue, ...]] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    experiment: Arm | None = None


class Pin(msgspec.Struct, frozen=True, tag="pin", kw_only=True):
    """Puts the item, or the best variant of the group, at a 1-based position."""

    position: int
    item_id: ItemId = ItemId("")
    group_id: str = ""
    ignore_filters: bool = False
    ignore_stock: bool = False


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


class ReplaceQuery(msgspec.Struct, frozen=True, tag="replace_query"):
    """Something else is searched for."""

    text: str


class RemoveWords(msgspec.Struct, frozen=True, tag="remove_words"):
    """Words or phrases are taken out of the query."""

    phrases: tuple[str, ...]


class Synonym(msgspec.Struct, frozen=True, tag="synonym"):
    """A query with one of the terms also finds the others; with `one_way` only from the first to
    the others."""

    terms: tuple[str, ...]
    weight: float = 1.0
    one_way: bool = False


class Redirect(msgspec.Struct, frozen=True, tag="redirect"):
    """The answer is an address, and no hits."""

    url: str


class Banner(msgspec.Struct, frozen=True, tag="banner", omit_defaults=True):
    """Something to show above the hits."""

    title: str
    text: str = ""
    image_url: str = ""
    url: str = ""


class Data(msgspec.Struct, frozen=True, tag="data"):
    """Joins the answer as it is."""

    data: dict[str, Any]


class SortBy(msgspec.Struct, frozen=True, tag="sort"):
    """Sorts, unless the shopper does."""

    sort: Sort


class Diversify(msgspec.Struct, frozen=True, tag="diversify"):
    """At most so many items with one value of the field on a page, as far as others are left."""

    field: str
    max_per_page: int


Instruction = (
    Pin
    | Hide
    | Boost
    | Bury
    | Restrict
    | ReplaceQuery
    | RemoveWords
    | Synonym
    | Redirect
    | Banner
    | Data
    | SortBy
    | Diversify
)


def kind_of(instruction: Instruction) -> str:
    """Its name in the JSON form."""
    return str(instruction.__struct_config__.tag)


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
