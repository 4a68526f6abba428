"""Webhooks that say what changes in a catalogue: whether they are genuine, and what they mean."""
