"""A sample query and what it means; made by `queries`, graded against by `judgments`."""

from msgspec import Struct

from app.sample.blueprint import Value


class SampleQuery(Struct, frozen=True):
    """A query and its meaning: what an item must be and have to be just right.

    `types` are type keys; empty means any. `wants` are attribute values, `groups` are products.
    `beside` are types of grade 1 that the tables of departments do not tell.
    """

    text: str
    types: tuple[str, ...] = ()
    brand: str = ""
    department: str = ""
    wants: tuple[tuple[str, Value], ...] = ()
    max_price: float = 0.0
    groups: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
