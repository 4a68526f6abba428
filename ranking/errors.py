"""What can go wrong in ranking."""


class RankingError(Exception):
    """Root of this package's errors; its text is fit to be shown to a user."""


class InvalidJudgments(RankingError):
    """A judgments file that cannot be used; the text names line and reason."""


class ModelRefused(RankingError):
    """A stored model that does not fit the running service, and why."""


class TooLittleToLearnFrom(RankingError):
    """Judgments from which no model can be trained."""


class InvalidBehaviour(RankingError):
    """Definitions of features that cannot be used; a line for each mistake, with its place."""


class ScorerUnavailable(RankingError):
    """A service that scores does not answer in time, or not with scores."""


class CannotServe(RankingError):
    """A model cannot be served where and as it is asked for."""


class InvalidFeatures(RankingError):
    """Values that no model may be given, and why."""
