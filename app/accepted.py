"""When a request was accepted: noted by a middleware of the application before anything is read,
and handed to what tells how long the answer took."""

from time import perf_counter

from litestar.types import ASGIApp, Receive, Scope, Send

_ACCEPTED = "accepted"


class NoteAcceptance:
    """The outermost middleware, so that reading the body and waiting for a thread count, too. It
    cannot see how long the request waited for the event loop before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # In the scope and not in a context variable: a server may run all requests in one context.
        scope["state"][_ACCEPTED] = perf_counter()
        await self._app(scope, receive, send)


def accepted_at(scope: Scope) -> float:
    """A dependency of the handlers that answer searches; by `perf_counter`."""
    accepted: float = scope["state"][_ACCEPTED]
    return accepted
