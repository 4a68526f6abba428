"""Seeded chance: one generator for each subject, so that a change to one leaves all others."""

from random import Random

__all__ = ["Random", "chance"]


def chance(seed: str, subject: str) -> Random:
    """A generator that draws the same numbers each time for the same seed and subject.

    `Random` hashes a string by SHA-512, not by `hash`, so PYTHONHASHSEED does not matter.
    """
    return Random(f"{seed}:{subject}")  # noqa: S311 - a sample shop, not a secret.
