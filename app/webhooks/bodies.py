"""Reads a webhook's body as one JSON object; used for every kind of webhook."""

from typing import Any

import msgspec

from app.webhooks.errors import InvalidMessage
from indexing.errors import ItemProblem

TOO_DEEP = ItemProblem("$", "unreadable", "nested deeper than can be read")


def read_object(body: bytes) -> dict[str, Any]:
    """Raises `InvalidMessage`, also for UTF-8 that is broken."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise InvalidMessage((TOO_DEEP,)) from None
    except UnicodeDecodeError:
        raise InvalidMessage((ItemProblem("$", "unreadable", "not UTF-8"),)) from None
    except msgspec.DecodeError as error:
        raise InvalidMessage((ItemProblem("$", "unreadable", f"not JSON: {error}"),)) from None
    if not isinstance(value, dict):
        raise InvalidMessage((ItemProblem("$", "type", "expected an object"),))
    return value
