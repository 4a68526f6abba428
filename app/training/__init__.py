"""From the log to a model that stands before the gate."""
