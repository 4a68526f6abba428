"""Rebuilding the index beside the live one, and switching between the two."""
