"""Lets pages of other origins call what shoppers' browsers call, and nothing else (decision 0021);
a middleware of the application."""

from collections.abc import Collection

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import ANY_ORIGIN

OPEN_PREFIX = "/1/"
OPEN_PATHS = frozenset(
    {"/v1/search", "/v1/multi-search", "/v1/suggest", "/v1/recommend", "/v1/events"}
)
_PREFLIGHT_SECONDS = "7200"


class CrossOrigin:
    """Cookies are never let through: `Access-Control-Allow-Credentials` is not sent."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        origin = headers.get("origin")
        if origin is None or not self._lets(origin):
            await self._app(scope, receive, send)
            return
        allowed = {"access-control-allow-origin": self._named(origin), "vary": "Origin"}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            allowed["access-control-allow-methods"] = "GET, POST"
            # Every header may come: it is the key that says what a caller may do.
            allowed["access-control-allow-headers"] = headers.get(
                "access-control-request-headers", ""
            )
            allowed["access-control-max-age"] = _PREFLIGHT_SECONDS
            await _answer_empty(send, allowed)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableScopeHeaders.from_message(message)
                for name, value in allowed.items():
                    given.add(name, value)
            await send(message)

        await self._app(scope, receive, send_allowed)

    def _lets(self, origin: str) -> bool:
        return ANY_ORIGIN in self._origins or origin in self._origins

    def _named(self, origin: str) -> str:
        return ANY_ORIGIN if ANY_ORIGIN in self._origins else origin


def is_open(path: str) -> bool:
    return path.startswith(OPEN_PREFIX) or path.rstrip("/") in OPEN_PATHS


async def _answer_empty(send: Send, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
