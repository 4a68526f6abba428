"""Reads Querqy's common rules (`rules.txt`) into rules in the JSON form of `rules.parse`."""

from rules.querqy.reader import QuerqyImport, read_querqy
from rules.querqy.unmapped import Unmapped

__all__ = ["QuerqyImport", "Unmapped", "read_querqy"]
