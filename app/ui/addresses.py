"""The search page's state as its address bar holds it: query, page, explain."""

from urllib.parse import urlencode

import msgspec

from app.search.errors import InvalidSearch
from indexing.queries import MAX_QUERY_LENGTH

PER_PAGE = 20
_ON = frozenset({"1", "true", "on", "yes"})


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What the shopper asked for; `url` is its one canonical spelling."""

    q: str = ""
    page: int = 1
    explain: bool = False

    @property
    def url(self) -> str:
        """Without what has its default, so that a link stays short enough to be shared."""
        parts = {"q": self.q, "page": self.page if self.page > 1 else "", "explain": self.explain}
        kept = {name: "1" if value is True else value for name, value in parts.items() if value}
        return f"/?{urlencode(kept)}" if kept else "/"

    def at(self, page: int) -> "Address":
        return Address(q=self.q, page=page, explain=self.explain)


def is_on(explain: str) -> bool:
    return explain.strip().lower() in _ON


def read_address(q: str, page: str, explain: str) -> Address:
    """Raises `InvalidSearch` with a sentence for the shopper."""
    text = q.strip()
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidSearch(
            f"A search may be at most {MAX_QUERY_LENGTH} characters long; "
            f"this one has {len(text):,}. Try a few telling words instead."
        )
    # int() would also take digits of other scripts, signs and underscores.
    if not (page.isascii() and page.isdigit() and 1 <= len(page) <= 6 and int(page) > 0):
        raise InvalidSearch(f"There is no page “{page[:20]}”; pages are counted from 1.")
    return Address(q=text, page=int(page), explain=is_on(explain))
