"""The tests; each one's name is a sentence about behaviour."""
