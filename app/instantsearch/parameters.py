"""Algolia's search parameters as they are sent: as members of a request, or as one text in the form
of an address."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec

from app.instantsearch.errors import BadParameter
from indexing.queries import MAX_PER_PAGE

MAX_FACETS = 50
MAX_FACET_HITS = 100

Name = Annotated[str, msgspec.Meta(max_length=200)]
Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_FACETS)]
Tag = Annotated[str, msgspec.Meta(max_length=100)]

IGNORED = frozenset(
    {
        "advancedSyntaxFeatures",
        "allowTyposOnNumericTokens",
        "alternativesAsExact",
        "attributeCriteriaComputedByMinProximity",
        "cluster",
        "decompoundQuery",
        "disableExactOnAttributes",
        "disableTypoToleranceOnAttributes",
        "disableTypoToleranceOnWords",
        "enableReRanking",
        "exactOnSingleWordQuery",
        "explain",
        "facetingAfterDistinct",
        "getRankingInfo",
        "ignorePlurals",
        "minProximity",
        "minWordSizefor1Typo",
        "minWordSizefor2Typos",
        "naturalLanguages",
        "percentileComputation",
        "queryLanguages",
        "queryType",
        "relevancyStrictness",
        "removeStopWords",
        "replaceSynonymsInHighlight",
        "responseFields",
        "restrictHighlightAndSnippetArrays",
        "sumOrFiltersScores",
    }
)
"""They tune how Algolia's own engine finds and orders, or ask for less of an answer."""

NOT_SUPPORTED: Mapping[str, str] = {
    "advancedSyntax": "there are no operators in queries",
    "aroundLatLng": "items have no place on earth",
    "aroundLatLngViaIP": "items have no place on earth",
    "aroundPrecision": "items have no place on earth",
    "aroundRadius": "items have no place on earth",
    "customRanking": "the ranking model orders the hits",
    "insideBoundingBox": "items have no place on earth",
    "insidePolygon": "items have no place on earth",
    "minimumAroundRadius": "items have no place on earth",
    "optionalFilters": "what is to be ranked higher is said by a rule",
    "optionalWords": "removeWordsIfNoResults says what may be left out",
    "ranking": "the ranking model orders the hits",
    "reRankingApplyFilter": "the ranking model orders all hits",
    "restrictSearchableAttributes": "all attributes of text are searched",
    "similarQuery": "POST /v1/recommend finds similar items",
    "tagFilters": "items have no tags",
    "userData": "a rule may add data to an answer",
}
"""They would change what is found or its order. One that is empty or false asks for nothing."""

ALWAYS_ON: Mapping[str, str] = {
    "enableABTest": "experiments cannot be left out of one search",
    "enableRules": "rules cannot be left out of one search",
    "synonyms": "synonyms cannot be left out of one search",
}
"""What cannot be switched off by a request."""

FINAL = "final"
"""The tag of `analyticsTags` that says that the shopper means this search and is not still typing:
Algolia's clients pass no parameter on that Algolia does not know."""

REMOVALS: Mapping[str, Literal["none", "words"]] = {
    "none": "none",
    "lastWords": "words",
    "firstWords": "words",
    "allOptional": "words",
}


class Parameters(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Those that mean something here. What a request leaves out is as Endcap has it, not as
    Algolia does: words are left out and corrected, and the session counts."""

    query: str = ""
    page: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    hits_per_page: Annotated[int, msgspec.Meta(ge=0, le=MAX_PER_PAGE)] = 20
    offset: Annotated[int, msgspec.Meta(ge=0, le=100_000_000)] | None = None
    length: Annotated[int, msgspec.Meta(ge=1, le=MAX_PER_PAGE)] | None = None
    facets: Names = ()
    max_values_per_facet: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    sort_facet_values_by: Literal["count", "alpha"] = "count"
    facet_filters: Any = None
    numeric_filters: Any = None
    filters: str = ""
    rule_contexts: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=50)] = ()
    analytics: bool = True
    analytics_tags: Names = ()
    click_analytics: bool = False
    user_token: Annotated[str, msgspec.Meta(max_length=200)] = ""
    typo_tolerance: bool | Literal["min", "strict"] = True
    remove_words_if_no_results: Literal["none", "lastWords", "firstWords", "allOptional"] = (
        "allOptional"
    )
    enable_personalization: bool = True
    attributes_to_retrieve: Names = ("*",)
    attributes_to_highlight: Names = ("*",)
    attributes_to_snippet: Names = ()
    highlight_pre_tag: Tag = "<em>"
    highlight_post_tag: Tag = "</em>"
    snippet_ellipsis_text: Tag = "…"
    distinct: bool | int = True
    mode: Literal["neuralSearch"] = "neuralSearch"


_NAMES = {field.encode_name for field in msgspec.structs.fields(Parameters)}
_TEXTS = {
    "facetQuery",
    "filters",
    "highlightPostTag",
    "highlightPreTag",
    "query",
    "snippetEllipsisText",
    "userToken",
}
_LISTS = {
    "facets",
    "ruleContexts",
    "analyticsTags",
    "attributesToRetrieve",
    "attributesToHighlight",
    "attributesToSnippet",
}


def read_parameters(given: Mapping[str, Any]) -> Parameters:
    """Raises `BadParameter` for a value that cannot be used, for what there is no such thing for
    here, and for a name that nobody knows, since a misspelt one would else be ignored."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if name in _NAMES:
            if value is not None:
                kept[name] = _prepared(name, value)
        elif name in ALWAYS_ON:
            if value in (False, "false"):
                raise BadParameter(name, f"{ALWAYS_ON[name]}; it cannot be false")
        elif name in NOT_SUPPORTED:
            if value not in (None, "", [], False, "false", "[]"):
                raise BadParameter(name, f"not supported: {NOT_SUPPORTED[name]}")
        elif name not in IGNORED:
            raise BadParameter(name, "there is no such parameter here")
    parameters = _converted(kept)
    _check(parameters)
    return parameters


def from_text(text: str) -> dict[str, Any]:
    """`query=shoes&hitsPerPage=2&facets=%5B%22brand%22%5D`: what is no text is JSON."""
    try:
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise BadParameter("params", str(error)) from None
    return {name: value if name in _TEXTS else _decoded(value) for name, value in pairs}


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _prepared(name: str, value: Any) -> Any:
    if name in _LISTS and isinstance(value, str):
        decoded = _decoded(value) if value.lstrip().startswith("[") else None
        return decoded if isinstance(decoded, list) else _split(value)
    if name == "typoTolerance" and value in ("true", "false"):
        return value == "true"
    if name == "userToken" and isinstance(value, int):
        return str(value)
    return value


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _converted(values: Mapping[str, Any]) -> Parameters:
    try:
        return msgspec.convert(values, Parameters, strict=False)
    except msgspec.ValidationError:
        # Only now, since a conversion as a whole is faster: which one was it?
        for field in msgspec.structs.fields(Parameters):
            if field.encode_name in values:
                _check_value(field.encode_name, values[field.encode_name], field.type)
        raise


def _check_value(name: str, value: Any, kind: Any) -> None:
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadParameter(name, str(error).partition(" - at ")[0]) from None


def _check(parameters: Parameters) -> None:
    if parameters.distinct not in (True, False):
        raise BadParameter(
            "distinct", "a product group is one hit, or each item is; no number between"
        )
    if (parameters.offset is None) != (parameters.length is None):
        raise BadParameter("offset", "goes together with length")
    if parameters.offset is not None and parameters.length is not None:
        if parameters.offset % parameters.length:
            raise BadParameter(
                "offset", "must be a multiple of length, since results come in pages"
            )
        if parameters.page:
            raise BadParameter("offset", "goes without page")


def without(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    left_out = set(names)
    return {name: value for name, value in given.items() if name not in left_out}
