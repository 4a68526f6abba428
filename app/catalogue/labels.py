"""A column of labels: which of the values that occur each row has, as numbers."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]

_NONE = -1


class Labels:
    """Any number of labels a row; a label that no row has any more keeps its code."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        """By code."""
        self._code_of: dict[str, int] = {}
        self._codes = np.full((0, 1), _NONE, np.int32)

    def put(self, row: int, labels: Sequence[str]) -> None:
        """The row's labels from now on; of equal ones only one counts."""
        codes = [self._code(label) for label in dict.fromkeys(labels)]
        self._make_room(row + 1, len(codes))
        self._codes[row] = _NONE
        self._codes[row, : len(codes)] = codes

    def any_of(self, rows: Rows, labels: Iterable[str]) -> Flags:
        """By row, whether it has one of the labels."""
        codes = [self._code_of[label] for label in labels if label in self._code_of]
        held = self._held(rows)
        if not codes or not len(held):
            return np.zeros(len(rows), np.bool_)
        if len(codes) == 1:
            found: Flags = (held == codes[0]).any(axis=1)
        else:
            found = np.isin(held, codes).any(axis=1)
        return found

    def pairs(self, rows: Rows) -> tuple[Rows, Codes]:
        """Every label of every row: its place among `rows`, and its code."""
        held = self._held(rows)
        if held.shape[1] == 1:
            places = np.flatnonzero(held[:, 0] != _NONE)
            return places, held[places, 0]
        places, columns = np.nonzero(held != _NONE)
        return places, held[places, columns]

    def _held(self, rows: Rows) -> Codes:
        if not len(rows) or int(rows.max()) < len(self._codes):
            return self._codes[rows]
        held = np.full((len(rows), self._codes.shape[1]), _NONE, np.int32)
        known = rows < len(self._codes)
        held[known] = self._codes[rows[known]]
        return held

    def _code(self, label: str) -> int:
        code = self._code_of.get(label)
        if code is None:
            code = self._code_of[label] = len(self.labels)
            self.labels.append(label)
        return code

    def _make_room(self, height: int, width: int) -> None:
        have_height, have_width = self._codes.shape
        if height <= have_height and width <= have_width:
            return
        # Doubled, so that a catalogue that grows item by item is not copied for each.
        wanted = (
            max(height, 2 * have_height) if height > have_height else have_height,
            max(width, have_width),
        )
        grown = np.full(wanted, _NONE, np.int32)
        grown[:have_height, :have_width] = self._codes
        self._codes = grown


class Numbers:
    """A column of numbers, NaN where a row has none."""

    def __init__(self) -> None:
        self._values = np.full(0, np.nan)

    def put(self, row: int, value: float | None) -> None:
        if row >= len(self._values):
            grown = np.full(max(row + 1, 2 * len(self._values)), np.nan)
            grown[: len(self._values)] = self._values
            self._values = grown
        self._values[row] = np.nan if value is None else value

    def at(self, rows: Rows) -> npt.NDArray[np.float64]:
        if not len(rows) or int(rows.max()) < len(self._values):
            return self._values[rows]
        values = np.full(len(rows), np.nan)
        known = rows < len(self._values)
        values[known] = self._values[rows[known]]
        return values
