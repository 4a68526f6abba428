"""The thing sold (`Item`) and its indexed form (`Document`): values that every package may know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NewType

import msgspec

ItemId = NewType("ItemId", str)
"""The shop's own name for an item."""

ItemKey = NewType("ItemKey", int)
"""The item's row number in Postgres, which is also its point id in Qdrant."""

AttributeValue = str | float | bool

Text = Annotated[str, msgspec.Meta(max_length=20_000)]
ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a shop sells; the fields are those of the public item shape."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^\S+$")]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    description: Text = ""
    brand: Annotated[str, msgspec.Meta(max_length=200)] = ""
    categories: Annotated[tuple[Name, ...], msgspec.Meta(max_length=12)] = ()
    """The path from the department down."""
    price: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    """In major units of `currency`; None where the shop does not know it."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")] = "EUR"
    in_stock: bool = True
    rating: Annotated[float, msgspec.Meta(ge=0, le=5)] | None = None
    review_count: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    popularity: Annotated[float, msgspec.Meta(ge=0, le=1e12)] = 0.0
    """Any scale on which more is more popular; compared only within the shop."""
    released_at: datetime | None = None
    group_id: Annotated[str, msgspec.Meta(max_length=128)] = ""
    """Variants of one product share it; empty is taken as the item's own id."""
    image_url: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    url: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    attributes: dict[str, AttributeValue] = {}


MAX_ATTRIBUTES = 1_000


class Document(msgspec.Struct, frozen=True):
    """An item as the index holds it: what is embedded, and what filters and sorts read."""

    key: ItemKey
    version: int
    dense_text: str
    """What is embedded."""
    lexical_text: str
    """All words by which the item may be found."""
    core_text: str
    """The words that say what the item is; matched for ranking, not for retrieval."""
    lexical_tokens: tuple[str, ...]
    """What finds the item beside the words of its text, and does not make it look longer."""
    core_tokens: tuple[str, ...]
    codes: tuple[str, ...]
    """Part numbers and the like, of which a query may give the beginning."""
    payload: Mapping[str, object]
