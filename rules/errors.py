"""What can be wrong with a rule, each problem with its JSON path."""

import msgspec


class Problem(msgspec.Struct, frozen=True):
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class InvalidRules(Exception):
    """Rules that cannot be used; every problem is listed, and none of the rules is taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
