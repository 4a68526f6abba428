"""The ids of imported rules: made where the text gives none, and unique within the text."""

import re
import unicodedata
from hashlib import blake2b

from rules.querqy.blocks import Block

MAX_ID = 128
_SUFFIX = 10
"""Characters that are kept free for the number behind an id that is taken."""


class RuleIds:
    """Those that are taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """The id, or with -2, -3, … behind it where it is taken."""
        if wanted in self._taken:
            stem = wanted[: MAX_ID - _SUFFIX]
            # Remembered, as counting from 2 for every one of n equal ids is quadratic.
            number = self._next.get(stem, 2)
            while (wanted := f"{stem}-{number}") in self._taken:
                number += 1
            self._next[stem] = number + 1
        self._taken.add(wanted)
        return wanted


def made_id(block: Block) -> str:
    """The same for the same input and instructions, wherever in the text they stand."""
    content = "\n".join(line.code for line in (block.input, *block.instructions))
    plain = unicodedata.normalize("NFKD", block.input.code[:200].casefold())
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    digest = blake2b(content.encode(), digest_size=4).hexdigest()
    return f"{slug[:60].rstrip('-') or 'rule'}-{digest}"
