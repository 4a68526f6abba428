"""Guards: which routes need a key, and of which scope; put on controllers and routes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from app.admin.api_keys import ApiKey, Scope
from app.admin.key_ring import MISS_SECONDS, KeyRing

AnyConnection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]
SecretOf = Callable[[AnyConnection], str]
"""Reads the key from where a kind of client puts it."""

KEY_RING = "key_ring"
PUBLIC_SEARCH = "public_search"
"""Names in the application's state."""

_HOW = "send it as `Authorization: Bearer KEY`; the first start keeps one in <data dir>/admin.key"


def bearer_secret(connection: AnyConnection) -> str:
    """Empty where the header is missing or of another scheme."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def needs(scope: Scope, secret_of: SecretOf = bearer_secret) -> Guard:
    """401 without a key that is accepted, 403 with one that lacks the scope."""

    async def guard(connection: AnyConnection, _: BaseRouteHandler) -> None:
        key = await _authenticate(connection, secret_of)
        if not key.allows(scope):
            raise PermissionDeniedException(
                f"this needs a key with the scope {scope} or admin; yours has "
                f"{', '.join(key.scopes)}"
            )
        connection.scope["user"] = key

    return guard


def needs_unless_public(scope: Scope, secret_of: SecretOf = bearer_secret) -> Guard:
    """The same, unless `ENDCAP_PUBLIC_SEARCH` leaves the search open to all."""
    guarded = needs(scope, secret_of)

    async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        if not connection.app.state[PUBLIC_SEARCH]:
            await guarded(connection, handler)

    return guard


async def any_key(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Any key that is accepted, whatever it may do."""
    connection.scope["user"] = await _authenticate(connection, bearer_secret)


async def _authenticate(connection: AnyConnection, secret_of: SecretOf) -> ApiKey:
    secret = secret_of(connection)
    if not secret:
        raise _refused(f"an API key is needed; {_HOW}")
    ring: KeyRing = connection.app.state[KEY_RING]
    key = await _find(ring, secret)
    if key is None:
        # It may have been made elsewhere since Postgres was last asked.
        await asyncio.sleep(MISS_SECONDS)
        key = await _find(ring, secret)
    if key is None:
        raise _refused("this API key is unknown, expired or revoked")
    return key


async def _find(ring: KeyRing, secret: str) -> ApiKey | None:
    """Postgres is asked seldom, and never on the event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, ring.find, secret)


def _refused(detail: str) -> NotAuthorizedException:
    return NotAuthorizedException(detail, headers={"WWW-Authenticate": "Bearer"})
