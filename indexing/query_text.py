"""A query as the lexical retriever is asked it: quantities and codes in the one spelling that
`composition` gives them in items. The dense encoder keeps the words."""

import re

from indexing.codes import is_code, joined
from indexing.units import with_quantities

_WORD = re.compile(r"\S+")
_AROUND = "\"'()[]{},;:!?"
"""Signs around a word that are no part of it."""


def lexical_query(text: str) -> str:
    return _WORD.sub(lambda found: _word(found[0]), with_quantities(text))


def _word(word: str) -> str:
    bare = word.strip(_AROUND)
    return joined(bare) if is_code(bare) else word
