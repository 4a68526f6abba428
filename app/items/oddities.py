"""Which soft rules of the contract a change trips; asked wherever a change is applied."""

from app.items.changes import Change
from app.items.states import ItemState
from indexing.documents import Item
from indexing.quality import warnings_of


def oddities(before: ItemState, after: ItemState, change: Change) -> tuple[str, ...]:
    """A whole item is judged as it was sent. A change of some fields is judged by the item that
    it leaves, and by the rules on those fields alone: a new stock does not count an old title
    again. One that is all older than what is known, or whose item is not there yet, leaves nothing
    of its own to be judged; the one that then makes the item answers for all of it."""
    if change.operation == "put":
        return warnings_of(Item(id=change.item_id, **change.fields))
    if change.operation == "delete" or after is before or not after.live:
        return ()
    return warnings_of(after.item(change.item_id), change.fields if before.live else None)
