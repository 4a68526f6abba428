"""The public shapes of a search: the request's body and the answer, as OpenAPI shows them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from indexing.documents import AttributeValue
from indexing.queries import MAX_PER_PAGE, MAX_QUERY_LENGTH, Relax
from rules.model import Banner

Placement = Literal["organic", "pinned", "boosted", "buried"]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ContextText = Annotated[str, msgspec.Meta(max_length=200)]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What rules may ask for beside the query."""

    sort: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """`price`, `rating`, `popularity`, `newest`, `reviews` or `attributes.<name>`, with `:asc` or
    `:desc` behind it to say otherwise than usual; `relevance` or nothing for the model's order."""
    segments: Annotated[tuple[Label, ...], msgspec.Meta(max_length=50)] = ()
    locale: Annotated[str, msgspec.Meta(max_length=50)] = ""
    context: Annotated[dict[Label, ContextText | float | bool], msgspec.Meta(max_length=50)] = {}
    experiments: Annotated[dict[Label, Label], msgspec.Meta(max_length=50)] = {}
    """By experiment, the arm that the shopper is in."""
    client_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """The shopper's browser or device; what is done with the results is sent with the same one."""
    session_id: Annotated[str, msgspec.Meta(max_length=200)] = ""


FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class FacetQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Search inside one of the facets: by the beginnings of the words of its values."""

    field: FieldName
    query: Annotated[str, msgspec.Meta(max_length=200)]


class SearchRequest(Circumstances, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/search`."""

    query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY_LENGTH)] = ""
    filter: dict[str, Any] | str | None = None
    """As JSON or as text; both are described in docs/filters.md."""
    page: Annotated[int, msgspec.Meta(ge=1)] = 1
    per_page: Annotated[int, msgspec.Meta(ge=1, le=MAX_PER_PAGE)] = 20
    explain: bool = False
    facets: Annotated[tuple[FieldName, ...], msgspec.Meta(max_length=50)] = ()
    """Fields to count: `brand`, `categories`, `in_stock`, `price`, …, `attributes.<name>`."""
    max_facet_values: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    facet_query: FacetQuery | None = None
    disjunctive: bool = True
    """Whether the counts of a facet leave out what `filter` chooses in it, as they must where a
    shopper may choose several of its values."""
    highlight: Annotated[
        tuple[Literal["title", "description"], ...], msgspec.Meta(max_length=2)
    ] = ()
    correct: bool = True
    """`false` insists on the query as it was typed."""
    relax: Relax = "words"
    """What may be let go of where nothing is found, each named in the answer."""
    group: bool = True
    """Whether items of one `group_id` are one hit, and counted once; `false` gives each its own."""
    personalize: bool = True
    """`false` leaves out what this session has shown an interest in."""
    final: bool = False
    """`true` says that the shopper meant this search: pressed Enter, chose a suggestion, opened a
    link. Otherwise it is taken for typing, and counts nowhere, if the same shopper replaces it
    within four seconds by typing on and does nothing with what it found."""


class Relaxation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was let go of, since nothing was found with it."""

    step: Literal["drop_word", "drop_filter"]
    word: str = ""
    field: str = ""


class QueryEcho(msgspec.Struct, frozen=True, omit_defaults=True):
    original: str
    applied: str
    """The text that retrieval saw, after rules."""
    synonyms: tuple[str, ...] = ()
    """Other ways to say it, which retrieval looked for too."""
    corrected: str | None = None
    """The query as it was taken, where words that the catalogue does not know were taken for
    others; `correct: false` insists on the original."""
    relaxed: tuple[Relaxation, ...] = ()


class Total(msgspec.Struct, frozen=True):
    value: int
    relation: Literal["exact", "capped"]
    """`capped`: a limit was reached, so that more may match. Product groups are counted, or
    items with `group: false`."""


class ValueCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many product groups have a value; of `categories` it is the path, as a filter takes it,
    and those below it are its children."""

    value: AttributeValue
    count: int
    children: tuple["ValueCount", ...] = ()


class RangeCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many product groups have a number from `gte` up to but not `lt`."""

    count: int
    gte: float | None = None
    lt: float | None = None


class NumberFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Statistics of the items that have the number; dates are seconds since 1970 in UTC."""

    count: int
    min: float | None = None
    max: float | None = None
    avg: float | None = None
    sum: float | None = None
    ranges: tuple[RangeCount, ...] = ()
    values: tuple[ValueCount, ...] = ()
    """Of an attribute, the single numbers that occur most."""


Facet = tuple[ValueCount, ...] | NumberFacet


class Variant(msgspec.Struct, frozen=True):
    """Another item of a hit's product group, which matches, too."""

    id: str
    title: str
    price: float | None
    currency: str
    in_stock: bool
    image_url: str
    url: str
    attributes: dict[str, AttributeValue]


class HitItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the shop gave it."""

    id: str
    title: str
    description: str
    brand: str
    categories: tuple[str, ...]
    price: float | None
    currency: str
    in_stock: bool
    rating: float | None
    review_count: int
    popularity: float
    released_at: str | None
    group_id: str
    image_url: str
    url: str
    attributes: dict[str, AttributeValue]


class RetrieverTrace(msgspec.Struct, frozen=True):
    """One retriever's view of a hit: its score, and its rank among this request's candidates."""

    rank: int
    score: float


class FeatureTrace(msgspec.Struct, frozen=True):
    """`contribution` is what the feature adds to the model's score, where the model can say so."""

    name: str
    value: float
    contribution: float | None = None


class RuleEffect(msgspec.Struct, frozen=True):
    """What one rule did to one hit, in words: `pinned to position 1`, `boosted by 2`."""

    id: str
    name: str
    effect: str


class HitTrace(msgspec.Struct, frozen=True):
    """Why a hit stands where it does."""

    retrieval: Mapping[str, RetrieverTrace]
    features: tuple[FeatureTrace, ...]
    model_score: float | None
    rules: tuple[RuleEffect, ...]
    position: int


class Hit(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    position: int
    """1-based, counted over all pages."""
    score: float
    placement: Placement
    item: HitItem
    explain: HitTrace | None = None
    variants: tuple[Variant, ...] = ()
    """The other items of its product group that match."""
    highlights: Mapping[str, str] = {}
    """By field, its text as safe HTML with the query's words in `<mark>`; of a long one the part
    that has most of them."""


class AppliedRule(msgspec.Struct, frozen=True):
    id: str
    name: str


class SuppressedRule(msgspec.Struct, frozen=True):
    """A rule, or the one instruction of it that is named, which held and did not act."""

    id: str
    name: str
    instruction: str
    reason: str


class Timings(msgspec.Struct, frozen=True):
    """Milliseconds spent in each stage; `total` counts from when the request was accepted, so that
    it is what the shopper waited for, but for the network and writing the answer."""

    wait: float = 0.0
    """Before the search began: for a thread, and in a multi-search for the searches before it."""
    embed: float = 0.0
    retrieve: float = 0.0
    features: float = 0.0
    score: float = 0.0
    rules: float = 0.0
    facets: float = 0.0
    highlight: float = 0.0
    total: float = 0.0


class SearchResponse(msgspec.Struct, frozen=True):
    query_id: str
    query: QueryEcho
    total: Total
    hits: tuple[Hit, ...]
    applied_rules: tuple[AppliedRule, ...]
    degraded: tuple[str, ...]
    """Names of the stages that a fallback stood in for."""
    timings_ms: Timings
    ruleset_version: int
    """The version of the rules that answered; 0 where there are none."""
    sort: str = "relevance"
    """The order that the hits are in, the shopper's or a rule's."""
    experiments: Mapping[str, str] = {}
    """By experiment of Endcap's own that this shopper takes part in, the arm."""
    explored: bool | msgspec.UnsetType = msgspec.UNSET
    """True where the model's order was varied by chance; left out otherwise."""
    redirect: str | None = None
    """Where to send the shopper instead of showing hits."""
    banners: tuple[Banner, ...] = ()
    data: tuple[dict[str, Any], ...] = ()
    """What rules have for the shop's own page, the strongest rule's first."""
    suppressed_rules: tuple[SuppressedRule, ...] | msgspec.UnsetType = msgspec.UNSET
    """Only with `explain`."""
    facets: Mapping[str, Facet] | msgspec.UnsetType = msgspec.UNSET
    """By field that was asked for; exact where the total is."""
