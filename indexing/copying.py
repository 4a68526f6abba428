"""Copies all points of one collection to another, vectors too; `endcap move-index` calls it."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from indexing.index import IndexedPoint, ItemIndex

PAGE = 256
"""Points held in memory at once."""

Step = Callable[[int], None]
"""Called with the number of points that were looked at."""


class Copied(msgspec.Struct, frozen=True):
    """What a copy did."""

    written: int
    """Points that the target had not, or had in another version."""
    kept: int
    """Points that were there already, as an earlier copy has left them."""
    deleted: int
    """Points of the target that the source does not hold."""


def copy_points(source: ItemIndex, target: ItemIndex, step: Step) -> Copied:
    """Afterwards the target holds the source's points and no others. Both must be of one layout and
    encoder, and the target nobody else's. One that was cut off is called again, and goes on."""
    written = kept = 0
    after: int | None = None
    while page := source.scroll_points(after, PAGE):
        known = target.point_versions([point.key for point in page])
        missing = [point for point in page if known.get(point.key) != point.version]
        _write(target, missing, known)
        written += len(missing)
        kept += len(page) - len(missing)
        after = page[-1].key
        step(len(page))
    # All of the source is there by now, so equal numbers say that nothing else is.
    surplus = target.count() - source.count()
    return Copied(written, kept, _delete_others(source, target) if surplus else 0)


def _write(target: ItemIndex, points: Sequence[IndexedPoint], known: Mapping[int, int]) -> None:
    if not points:
        return
    # A newer point guards itself against older ones. It is there where the source was put back
    # from a backup between two tries.
    newer = [point.key for point in points if known.get(point.key, -1) > point.version]
    if newer:
        target.delete(newer)
    target.upsert(points)


def _delete_others(source: ItemIndex, target: ItemIndex) -> int:
    deleted = 0
    after: int | None = None
    while page := target.scroll_points(after, PAGE):
        wanted = source.point_versions([point.key for point in page])
        others = [point.key for point in page if point.key not in wanted]
        if others:
            target.delete(others)
        deleted += len(others)
        after = page[-1].key
    return deleted
