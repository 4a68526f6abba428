"""The shop's side of the HTTP API as cheap as can be: one connection that is kept alive."""

from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from app.simulation.errors import SimulationError
from app.simulation.shopper import Session, ShownList

Shape = TypeVar("Shape")
TIMEOUT_SECONDS = 60.0


class _Receipt(msgspec.Struct, frozen=True):
    """The part of the answer to events that is read here."""

    refused: tuple[msgspec.Raw, ...] = ()


_ANSWER = msgspec.json.Decoder(ShownList)
_RECEIPT = msgspec.json.Decoder(_Receipt)
_ENCODER = msgspec.json.Encoder()


class ShopFront:
    """Used by one thread."""

    def __init__(self, url: str, key: str | None, per_page: int) -> None:
        address = urlsplit(url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        self._connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
        self._url = url
        self._path = address.path.rstrip("/")
        self._per_page = per_page
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def search(self, session: Session) -> ShownList:
        """Raises `SimulationError`."""
        asked = {
            "query": session.query,
            "per_page": self._per_page,
            "client_id": session.client_id,
            "session_id": session.session_id,
            # Simulated shoppers do not type, and one may follow at once upon another.
            "final": True,
        }
        return self._read(_ANSWER, self._post("/v1/search", asked))

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Raises `SimulationError`, also where only some are refused: then this shopper and the
        service do not speak the same language."""
        if not events:
            return
        receipt = self._read(_RECEIPT, self._post("/v1/events", events))
        if receipt.refused:
            first = bytes(receipt.refused[0]).decode()
            raise SimulationError(f"{len(receipt.refused)} events were refused; the first: {first}")

    def close(self) -> None:
        self._connection.close()

    def _read(self, decoder: msgspec.json.Decoder[Shape], content: bytes) -> Shape:
        try:
            return decoder.decode(content)
        except msgspec.MsgspecError as error:
            raise SimulationError(f"{self._url} answers in another shape: {error}") from error

    def _post(self, path: str, body: Any) -> bytes:
        payload = _ENCODER.encode(body)
        try:
            status, content = self._exchange(path, payload)
        except (OSError, HTTPException):
            # A connection that was kept alive may have been closed meanwhile; a new one was not.
            self._connection.close()
            try:
                status, content = self._exchange(path, payload)
            except (OSError, HTTPException) as error:
                raise SimulationError(
                    f"no service answers on {self._url} ({error!r}); start `endcap serve` first, "
                    "or say where it is by --url"
                ) from error
        if status >= 400:
            raise SimulationError(f"{path} was refused: {status} {content[:500].decode()}")
        return content

    def _exchange(self, path: str, payload: bytes) -> tuple[int, bytes]:
        self._connection.request("POST", self._path + path, payload, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()
