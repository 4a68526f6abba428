"""Texts that are found by the beginnings of their words, the most popular first: an FTS5 table in
memory (decision 0020)."""

import sqlite3
import threading

BATCH = 1_000
"""Texts that are added at once."""

# A beginning of a word of a length that is not among the prefixes is put together from all words
# that begin so, whichever of them are asked for: milliseconds, where many texts have them.
_SCHEMA = """
pragma journal_mode = off;
create table answers (n integer primary key, answer text not null);
create virtual table texts using fts5(
    text, content = '', columnsize = 0, prefix = '1 2 3 4 5 6 7 8',
    tokenize = 'unicode61 remove_diacritics 2'
);
"""

# SQLite takes the JSON apart, so that the interpreter's lock is free while it does.
_ADD_ANSWERS = """
insert into answers (n, answer) select :before + key + 1, json_extract(value, '$[1]')
from json_each(:batch)
"""
_ADD_TEXTS = """
insert into texts (rowid, text) select :before + key + 1, json_extract(value, '$[0]')
from json_each(:batch)
"""

# In the order of the row ids, which is the order of popularity: SQLite reads no further than it
# has to.
_FIND = """
select answer from answers where n in (
    select rowid from texts where texts match :expression order by rowid limit :limit
) order by n
"""
_FIRST = "select answer from answers order by n limit :limit"


class TextIndex:
    """Filled once, by one thread, and then only read; not by two threads at once."""

    def __init__(self) -> None:
        # Python would let the thread alone that made it use it; `IndexSlot` sees to the turns.
        self._connection = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None
        )
        self._connection.executescript(_SCHEMA)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, batch: str) -> None:
        """A JSON array of `[text, answer]`, behind what is there already."""
        values = {"before": self._count, "batch": batch}
        self._connection.execute("begin")
        self._count += self._connection.execute(_ADD_ANSWERS, values).rowcount
        self._connection.execute(_ADD_TEXTS, values)
        self._connection.execute("commit")

    def finish(self) -> None:
        """Merge what was added in pieces, which searches would else have to do."""
        self._connection.execute("insert into texts (texts) values ('optimize')")

    def find(self, expression: str, limit: int) -> list[str]:
        """The answers of texts that match an expression of FTS5."""
        values = {"expression": expression, "limit": limit}
        return [answer for (answer,) in self._connection.execute(_FIND, values)]

    def first(self, limit: int) -> list[str]:
        return [answer for (answer,) in self._connection.execute(_FIRST, {"limit": limit})]

    def close(self) -> None:
        self._connection.close()


class IndexSlot:
    """Holds the index that is read while the next one is filled. One connection and one lock: a
    lookup takes a fraction of a millisecond, and a connection for each thread would be a copy for
    each thread, since what lies in memory belongs to its connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = TextIndex()

    def find(self, expression: str, limit: int) -> list[str]:
        with self._lock:
            return self._index.find(expression, limit)

    def first(self, limit: int) -> list[str]:
        with self._lock:
            return self._index.first(limit)

    def swap(self, index: TextIndex) -> None:
        with self._lock:
            before, self._index = self._index, index
        # Nobody reads it outside of the lock, so nobody waits while its memory is given back.
        before.close()

    def close(self) -> None:
        with self._lock:
            self._index.close()
