"""From judgments and events to a model, and from a model to scores."""
