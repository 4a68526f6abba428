"""Encoders by their names in settings and collections, and those that were trained here."""
