"""The public shapes of suggestions, as OpenAPI shows them; what Postgres makes of rows has them,
too."""

import msgspec


class QuerySuggestion(msgspec.Struct, frozen=True):
    """What several shoppers have searched for and found."""

    text: str
    hits: int
    """The most that a search for it has found lately."""


class ItemSuggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An item of which the title or the brand matches."""

    id: str
    title: str
    brand: str
    price: float | None
    currency: str
    in_stock: bool
    image_url: str
    url: str


class CategorySuggestion(msgspec.Struct, frozen=True):
    """A category at any level, of which some word on its path matches."""

    value: str
    """As a search's filter on `categories` takes it: `Audio > Headphones`."""
    path: tuple[str, ...]
    """From the department down."""
    count: int
    """Items in it and below it."""


class Suggestions(msgspec.Struct, frozen=True):
    """The most popular of each kind first."""

    query: str
    queries: tuple[QuerySuggestion, ...] = ()
    items: tuple[ItemSuggestion, ...] = ()
    categories: tuple[CategorySuggestion, ...] = ()
