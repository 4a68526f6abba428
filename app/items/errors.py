"""What can go wrong with items that are sent; `app/errors.py` says what each is over HTTP."""

from indexing.errors import ItemProblem


class ItemError(Exception):
    """Root of what is wrong with what was sent; its text is fit to be shown to a user."""


class ItemNotFound(ItemError):
    def __init__(self, item_id: str) -> None:
        super().__init__(f"there is no item {item_id!r}")


class ItemRefused(ItemError):
    """A single item that breaks the contract, with every problem; it is kept as a dead letter."""

    def __init__(self, problems: tuple[ItemProblem, ...], letter_id: int) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.reason}" for problem in problems))
        self.problems = problems
        self.letter_id = letter_id


class DeadLetterNotFound(ItemError):
    def __init__(self, letter_id: int) -> None:
        super().__init__(f"there is no dead letter {letter_id}")


class BadFilter(ItemError):
    """A deletion by filter without one would delete everything."""
