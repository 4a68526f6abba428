"""One item by the shop's own id, for pages that show a single one."""

from sqlalchemy import Engine

from app.items.repository import read_item
from app.search.render import hit_item
from app.search.schemas import HitItem


class ItemLookup:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_id(self, item_id: str) -> HitItem | None:
        with self._engine.connect() as connection:
            stored = read_item(connection, item_id)
        return None if stored is None else hit_item(stored.item)
