"""Calls of a service that a benchmark has started, with the key and the secret that it was given;
for what is not measured itself."""

import base64
from http.client import HTTPConnection
from typing import Any

import msgspec

ADMIN_KEY = "a key for the benchmark alone"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a key for the benchmark alone..").decode()
SETTINGS = {"ENDCAP_ADMIN_KEY": ADMIN_KEY, "ENDCAP_WEBHOOK_SECRETS": WEBHOOK_SECRET}
_TIMEOUT_SECONDS = 120.0


def call(port: int, method: str, path: str, body: object = None) -> Any:
    """The answer decoded, of an answer of several lines the first. A body of bytes is sent as it
    is, any other as JSON. Raises `RuntimeError` for an answer that is none of success."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"}
    sent = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
    try:
        connection.request(method, path, sent, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
    return msgspec.json.decode(content.split(b"\n")[0])
