"""Tells genuine webhooks from others, and signs those that Endcap sends; used by the controllers
and by the outgoing hooks."""

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from app.webhooks.errors import SignatureRefused

MAX_WEBHOOK_ID = 256
MIN_SECRET_BYTES = 24

_PREFIX = "whsec_"
_DIGITS = re.compile(r"[0-9]{1,15}")
# Id, timestamp and body are signed with full stops between them. With one in the id, a part of
# the body could pass for the timestamp, so the specification forbids it.
_WEBHOOK_ID = re.compile(rf"[!-\-/-~]{{1,{MAX_WEBHOOK_ID}}}")


class StandardSignatures:
    """Checks the signatures of Standard Webhooks, by any of several secrets while one is replaced
    by another. Without a secret everything is refused."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._webhooks = tuple(Webhook(secret) for secret in secrets)

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The webhook's id; raises `SignatureRefused`."""
        given = _lower_case(headers)
        webhook_id = _webhook_id(given, "webhook-id")
        timestamp = _required(given, "webhook-timestamp")
        signatures = _readable(_required(given, "webhook-signature"))
        if not _DIGITS.fullmatch(timestamp):
            raise SignatureRefused("webhook-timestamp: expected whole seconds since 1970")
        if not signatures:
            raise SignatureRefused("webhook-signature: holds no signature of the form v1,BASE64")
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise SignatureRefused("the body is not UTF-8") from None
        checked = {
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signatures,
        }
        reason = "no secret is set"
        for webhook in self._webhooks:
            try:
                webhook.verify(text, checked, json_parse=False)
            except WebhookVerificationError as error:
                reason = str(error)
            else:
                return webhook_id
        raise SignatureRefused(reason)


class ShopifySignatures:
    """Checks Shopify's signature, which covers the body alone: neither the topic nor the id."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not all(secrets):
            raise ValueError("a secret of Shopify is empty, so that anyone could sign with it")
        self._keys = tuple(secret.encode() for secret in secrets)

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The webhook's id; raises `SignatureRefused`."""
        given = _lower_case(headers)
        signature = _required(given, "x-shopify-hmac-sha256").encode(errors="replace")
        webhook_id = _webhook_id(given, "x-shopify-webhook-id")
        if not self._keys:
            raise SignatureRefused("no secret is set")
        for key in self._keys:
            expected = base64.b64encode(hmac.digest(key, body, hashlib.sha256))
            if hmac.compare_digest(expected, signature):
                return webhook_id
        raise SignatureRefused("no matching signature found")


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a webhook that Endcap sends; `at` has a zone, and `body` is UTF-8."""
    # The library takes the hour of any zone for that of UTC.
    moment = at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(math.floor(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode()),
    }


def read_secrets(text: str) -> tuple[str, ...]:
    """Secrets parted by commas; raises `ValueError` that says which to mend and how, and never
    repeats one, since it goes to a terminal or a log."""
    given = [part.strip() for part in text.split(",")]
    secrets = [part for part in given if part]
    for number, secret in enumerate(secrets, start=1):
        if problem := _problem(secret):
            which = f"secret {number} of {len(secrets)}" if len(secrets) > 1 else "the secret"
            raise ValueError(f"{which} {problem}")
    return tuple(secrets)


def _problem(secret: str) -> str | None:
    if not secret.startswith(_PREFIX):
        return f"does not begin with {_PREFIX}"
    encoded = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return f"is not base64 behind its {_PREFIX}"
    if len(key) < MIN_SECRET_BYTES:
        return f"is {len(key)} bytes long; at least {MIN_SECRET_BYTES} random bytes are needed"
    return None


def _lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise SignatureRefused(f"{name}: missing")
    return value


def _webhook_id(headers: Mapping[str, str], name: str) -> str:
    value = _required(headers, name)
    if not _WEBHOOK_ID.fullmatch(value):
        raise SignatureRefused(
            f"{name}: expected 1 to {MAX_WEBHOOK_ID} visible characters without full stops"
        )
    return value


def _readable(signatures: str) -> str:
    """Those in base64 as it is written, in one line: the library falls over the others, and skips
    characters that are no base64, so that one signature would have many spellings."""
    return " ".join(part for part in signatures.split(" ") if _is_readable(part))


def _is_readable(signature: str) -> bool:
    version, _, encoded = signature.partition(",")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    return version == "v1" and bool(decoded) and base64.b64encode(decoded) == encoded.encode()
