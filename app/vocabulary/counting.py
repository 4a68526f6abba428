"""Counts in Postgres how many live items hold each word, so that other requests need not wait for
this process's interpreter meanwhile."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text

MAX_WORDS = 300_000
"""Of more, those with a digit are left out, and then the rarest."""

LONGEST = 40
_MARKS = dict.fromkeys(range(0x300, 0x370))
"""Accents of Latin, Greek and Cyrillic letters; the vowel signs of other scripts stay."""

# What parts words, by number and not by `[:alnum:]`, which knows of ASCII alone in a database
# whose locale is C: signs of ASCII and Latin-1, punctuation and symbols of all scripts, and those
# of East Asia.
_SEPARATORS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40]+"
)

# Words with a digit, names of models for the most part, are the first that are left out: a large
# catalogue may have more of them than of all others, and they are never corrected.
_COUNT = text(
    """
    select string_agg(word || ' ' || items, ' ' order by word collate "C") from (
        select word, count(*) as items from items cross join lateral (
            select distinct word from regexp_split_to_table(
                lower(concat_ws(
                    ' ', title, brand, array_to_string(categories, ' '), description
                )),
                :separators
            ) as word
        ) as own
        where state = 'live' and length(word) between 1 and :longest
        group by word order by word ~ '[0-9]', items desc, word collate "C" limit :most
    ) as counted
    """
)


class CountedWords(NamedTuple):
    """By word as `fold` leaves it, how many items hold it; and how it is spelled in most of them,
    where that is another way."""

    items: dict[str, int]
    spelled: dict[str, str]


def count_words(connection: Connection, most: int = MAX_WORDS) -> CountedWords:
    """Of titles, brands, categories and descriptions; runs of letters, so that of `t-shirt` both
    parts count. An item counts once for each word."""
    packed = connection.execute(
        _COUNT, {"separators": _SEPARATORS, "longest": LONGEST, "most": most}
    ).scalar_one()
    items: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for word, count in _pairs(packed or ""):
        key = word if word.isascii() else fold(word)
        # Items with both spellings count once; which these are is not known.
        if count > items.get(key, 0):
            items[key] = count
            if key == word:
                spelled.pop(key, None)
            else:
                spelled[key] = word
    return CountedWords(items, spelled)


def fold(word: str) -> str:
    """Without case and without accents, which searches do not see either."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word.casefold()).translate(_MARKS)
    return unicodedata.normalize("NFKC", bare)


def _pairs(packed: str) -> Iterator[tuple[str, int]]:
    parts = iter(packed.split(" "))
    for word in parts:
        if word:
            yield word, int(next(parts))
