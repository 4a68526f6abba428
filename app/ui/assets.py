"""The static files and their addresses, for the pages that name them."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@cache
def static_addresses() -> dict[str, str]:
    """Each static file's address, with a digest of what is in it: new content, new address."""
    return {
        path.relative_to(STATIC).as_posix(): (
            f"/static/{path.relative_to(STATIC).as_posix()}"
            f"?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        )
        for path in sorted(STATIC.rglob("*"))
        if path.is_file()
    }
