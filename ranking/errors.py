"""What can go wrong in ranking."""


class RankingError(Exception):
    """Root of this package's errors; its text is fit to be shown to a user."""


class InvalidJudgments(RankingError):
    """A judgments file that cannot be used; the text names line and reason."""


class ModelRefused(RankingError):
    """A stored model that does not fit the running service, and why."""


class TooLittleToLearnFrom(RankingError):
    """Judgments from which no model can be trained."""
