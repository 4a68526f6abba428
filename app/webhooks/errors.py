"""What can be wrong with a webhook; `app/errors.py` turns these into problem+json."""

from indexing.errors import ItemProblem


class SignatureRefused(Exception):
    """Nobody vouches for the webhook, so nothing of it is kept; the reason is for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidMessage(Exception):
    """A genuine webhook that says nothing which can be done, with every problem."""

    def __init__(self, problems: tuple[ItemProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.reason}" for problem in problems))
        self.problems = problems
