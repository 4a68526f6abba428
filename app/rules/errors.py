"""What a merchandiser can ask for that cannot be done."""

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


class CannotPublish(Exception):
    """What was asked would leave things as they are, or lies in the past."""


class CannotPreview(Exception):
    """A preview that does not say what to compare."""
