"""The bodies of search calls: one query or several, of hits or of facet values. They come as JSON
whatever their content type says, since a browser may send `text/plain` without asking first."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.instantsearch.errors import BadParameter, NotUnderstood
from app.instantsearch.parameters import (
    MAX_FACET_HITS,
    Parameters,
    from_text,
    read_parameters,
    without,
)

MAX_REQUESTS = 50
_FACET_HITS = 10
_OF_FACET = ("facet", "facetName", "facetQuery", "maxFacetHits")
_OF_REQUEST = ("indexName", "index", "type", "params")


class HitsRequest(msgspec.Struct, frozen=True):
    index_name: str
    parameters: Parameters
    sent: Mapping[str, Any]
    """The parameters as they came, which the answer repeats."""


class FacetRequest(msgspec.Struct, frozen=True):
    """A search inside the values of one facet."""

    index_name: str
    parameters: Parameters
    facet: str
    text: str
    most: int


class ObjectRequest(
    msgspec.Struct, frozen=True, rename={"index_name": "indexName", "object_id": "objectID"}
):
    index_name: str
    object_id: str | int
    attributes_to_retrieve: tuple[str, ...] | None = msgspec.field(
        name="attributesToRetrieve", default=None
    )


Request = HitsRequest | FacetRequest


def read_body(body: bytes) -> dict[str, Any]:
    """Raises `NotUnderstood`."""
    try:
        decoded = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"The body is no JSON: {error}") from None
    if not isinstance(decoded, dict):
        raise NotUnderstood("The body must be a JSON object")
    return decoded


def read_requests(body: Mapping[str, Any]) -> list[Request]:
    """Of `POST /1/indexes/*/queries`. Raises `NotUnderstood`."""
    if body.get("strategy") not in (None, "none"):
        raise BadParameter("strategy", "every query is answered; only none is possible")
    return [read_request(given, "") for given in listed(body)]


def listed(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `requests` of a body."""
    requests = body.get("requests")
    if not isinstance(requests, list):
        raise BadParameter("requests", "expected a list")
    if len(requests) > MAX_REQUESTS:
        raise BadParameter("requests", f"at most {MAX_REQUESTS} in one call")
    for n, given in enumerate(requests):
        if not isinstance(given, dict):
            raise BadParameter(f"requests[{n}]", "expected an object")
    return requests


def read_request(given: Mapping[str, Any], index_name: str) -> Request:
    """`index_name` is that of the address, where it has one."""
    name = index_name or given.get("indexName") or given.get("index")
    if not isinstance(name, str):
        raise BadParameter("indexName", "expected the name of an index")
    kind = given.get("type") or "default"
    if kind == "facet":
        return read_facet_request(given, name, "")
    if kind != "default":
        raise BadParameter("type", f"expected default or facet, got {kind!r:.60}")
    sent = _parameters_in(given)
    # The client of npm leaves them in where they are undefined, others as null.
    own = without(sent, _OF_FACET)
    return HitsRequest(name, read_parameters(own), own)


def read_facet_request(given: Mapping[str, Any], index_name: str, facet: str) -> FacetRequest:
    """`facet` is that of the address, where it has one. Raises `NotUnderstood`."""
    sent = _parameters_in(given)
    facet = facet or sent.get("facet") or sent.get("facetName") or ""
    if not isinstance(facet, str) or not facet:
        raise BadParameter("facet", "expected the name of a facet")
    text = sent.get("facetQuery") or ""
    if not isinstance(text, str) or len(text) > 200:
        raise BadParameter("facetQuery", "expected a text of at most 200 characters")
    most = sent.get("maxFacetHits")
    if most is None:
        most = _FACET_HITS
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MAX_FACET_HITS:
        raise BadParameter("maxFacetHits", f"expected a whole number from 1 to {MAX_FACET_HITS}")
    own = without(sent, _OF_FACET)
    return FacetRequest(index_name, read_parameters(own), facet, text, most)


def read_object_requests(body: Mapping[str, Any]) -> list[ObjectRequest]:
    """Of `POST /1/indexes/*/objects`. Raises `NotUnderstood`."""
    try:
        return msgspec.convert(listed(body), list[ObjectRequest])
    except msgspec.ValidationError as error:
        raise BadParameter("requests", str(error)) from None


def _parameters_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those in `params`, as a text or an object, and those beside it, which count where both have
    one."""
    inner = given.get("params")
    if isinstance(inner, str):
        inner = from_text(inner)
    elif inner is None:
        inner = {}
    elif not isinstance(inner, dict):
        raise BadParameter("params", "expected a text or an object")
    return {**inner, **without(given, _OF_REQUEST)}
