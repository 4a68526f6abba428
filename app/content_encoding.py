"""Whether the body of a request is packed; called by the routes that take catalogues and events."""

from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException


def is_packed(request: Request[Any, Any, Any]) -> bool:
    """Whether by gzip. Raises a 415 for any other way."""
    encoding = request.headers.get("content-encoding", "")
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return False
    if named == "gzip":
        return True
    raise HTTPException(
        status_code=415, detail=f"Content-Encoding is {encoding!r:.40}; gzip or none is understood"
    )
