"""How likely each position of a list is looked at, as counting and training take it."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

import msgspec


class ExaminationCurve(msgspec.Struct, frozen=True):
    """By position from the first, in parts per million; positions behind the last count like it."""

    parts_per_million: tuple[int, ...]
    origin: str
    """`default`, or how it was estimated."""

    def at(self, position: int) -> int:
        """Counted from 1."""
        return self.parts_per_million[min(position, len(self.parts_per_million)) - 1]


class ExaminationCurves:
    """Every curve there was, each from the moment at which it was known."""

    def __init__(
        self, default: ExaminationCurve, known: Sequence[tuple[datetime, ExaminationCurve]] = ()
    ) -> None:
        """`known` is in the order of time; of two at one moment the later counts."""
        self._moments = [moment for moment, _ in known]
        self._curves = [default, *(curve for _, curve in known)]

    def of(self, known_at: datetime) -> ExaminationCurve:
        """By which a list that was known at that moment is counted, then and ever after."""
        return self._curves[bisect_right(self._moments, known_at)]
