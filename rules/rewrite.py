"""The place before retrieval where rules act: filters, hidden items, and must-include ids."""

from indexing.documents import ItemId
from indexing.filters import Not, both
from indexing.queries import ExpandedQuery, SearchQuery
from rules.match import FiredRules
from rules.model import Hide, Pin, Restrict


def rewrite(query: SearchQuery, fired: FiredRules) -> ExpandedQuery:
    """The query that retrieval sees. Hiding wins over pinning, whichever rule is stronger."""
    conditions = [query.filter]
    hidden: dict[ItemId, None] = {}
    included: dict[ItemId, None] = {}
    for rule in fired.rules:
        for instruction in rule.then:
            match instruction:
                case Restrict(filter=extra):
                    conditions.append(extra)
                case Hide(item_ids=ids, filter=unwanted):
                    hidden.update(dict.fromkeys(ids))
                    conditions.append(Not(unwanted) if unwanted else None)
                case Pin(item_id=item_id):
                    included[item_id] = None
    return ExpandedQuery(
        text=" ".join(query.text.split()),
        filter=both(*conditions),
        hidden=tuple(hidden),
        included=tuple(item for item in included if item not in hidden),
    )
