"""From a document and its dense vector to the point that is stored."""

from indexing.candidates import Floats
from indexing.collection import CODES
from indexing.documents import Document
from indexing.encoder import LexicalEncoder
from indexing.index import IndexedPoint, SparseVector

_TOKEN_WEIGHT = 1.0
"""What BM25 gives a word that stands once in a text of the average length."""


def point_of(document: Document, dense: Floats, lexical: LexicalEncoder) -> IndexedPoint:
    return IndexedPoint(
        key=document.key,
        version=document.version,
        dense=dense,
        lexical=_with(
            lexical.encode_document(document.lexical_text), document.lexical_tokens, lexical
        ),
        core=_with(lexical.encode_core(document.core_text), document.core_tokens, lexical),
        payload={**document.payload, CODES: list(document.codes)},
    )


def _with(vector: SparseVector, tokens: tuple[str, ...], lexical: LexicalEncoder) -> SparseVector:
    """A token that the text has, too, counts once."""
    if not tokens:
        return vector
    present = set(vector.indices)
    terms = dict.fromkeys(lexical.encode_query(" ".join(tokens)).indices)
    others = tuple(term for term in terms if term not in present)
    weights = (_TOKEN_WEIGHT,) * len(others)
    return SparseVector(vector.indices + others, vector.values + weights)
