"""What a merchandiser can ask for that cannot be done."""

from collections.abc import Sequence
from typing import Any


class RuleNotFound(Exception):
    """There is no rule with this id in the draft."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"the draft has no rule {rule_id!r}")


class RuleExists(Exception):
    """The id is taken."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"the draft has a rule {rule_id!r} already; change it, or take another id")


class RevisionNeeded(Exception):
    """A change must say which revision it was made from, or it may undo someone else's."""

    def __init__(self) -> None:
        super().__init__('send the revision that you changed as If-Match, such as If-Match: "7"')


class RuleChanged(Exception):
    """Someone else has saved since; `current` is what stands there now, None where it is gone."""

    def __init__(self, rule_id: str, current: Any) -> None:
        by = f"{current.updated_by} saved it" if current else "it was deleted"
        super().__init__(f"rule {rule_id!r} is not as you read it: {by}; read it and save again")
        self.current = current


class VersionNotFound(Exception):
    """There is no such version, publication, or name for one."""


class DraftChanged(Exception):
    """The draft, or what is live, is not as whoever asks has seen it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} since you read it; read it again and look at what is new")


class WouldUndo(Exception):
    """Publishing would take back what was published since the version was made."""

    def __init__(self, version: int, base: int, undone: Sequence[str]) -> None:
        some = ", ".join(undone[:5]) + (", …" if len(undone) > 5 else "")
        super().__init__(
            f"version {version} has the rules that version {base} had, but for those chosen; what "
            f"was published since would be taken back: {some}. Freeze the chosen rules again, or "
            'send "force": true'
        )
        self.undone = tuple(undone)


class CannotPublish(Exception):
    """What was asked would leave things as they are, or lies in the past."""


class CannotPreview(Exception):
    """A preview that does not say what to compare."""
