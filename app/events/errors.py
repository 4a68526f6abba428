"""What can be wrong with a whole call, as opposed to single events in it."""


class EventsError(Exception):
    """Root of this package's errors; its text is fit to be shown to a user."""


class UnreadableEvents(EventsError):
    """The body cannot be read as events at all."""


class TooManyEvents(EventsError):
    """The body holds more than one call may."""
