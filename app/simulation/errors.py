class SimulationError(Exception):
    """What keeps synthetic shoppers from going on, in one line."""
