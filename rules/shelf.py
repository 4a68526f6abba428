"""What arranging knows of the candidates of one request, column by column."""

from collections.abc import Mapping, Sequence

import msgspec

from indexing.candidates import Floats
from indexing.documents import ItemId


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """`n` candidates in the order of retrieval; every column has length `n`."""

    item_ids: Sequence[ItemId]
    scores: Floats
    """The model's, or what stands in for it; compared with each other only."""
    group_ids: Sequence[str] = ()
    """Empty where neither a rule pins nor groups are shown as one."""
    grouped: bool = False
    """Whether of each product group only one candidate is placed: the pinned one, or the first."""
    in_stock: Sequence[bool] = ()
    """Empty where no rule pins."""
    popularity: Sequence[float] = ()
    """Decides between candidates of one score; empty where no rule pins."""
    brought: Sequence[bool] = ()
    """Whether only a pin brought the candidate in; empty where no rule pins."""
    stopped: Sequence[bool] = ()
    """Whether the filters stop the candidate, which a pin that ignores them brought in; empty
    where none did."""
    sort_values: Sequence[float] | None = None
    """What is sorted by, NaN where it is not known; None where nothing is sorted."""
    relevant: Sequence[bool] = ()
    """Which candidates a sort orders; the others follow. Empty where nothing is sorted."""
    variety: Mapping[str, Sequence[str]] = {}
    """By field that a rule diversifies, each candidate's value, empty for none."""

    def __len__(self) -> int:
        return len(self.item_ids)
