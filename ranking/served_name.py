"""How a ranking model is called where it is served: what a number, and what features it knows.

TensorFlow Serving knows a model's versions by numbers, and says of a model only its signatures. So
a model has, beside the one that is asked, a signature whose name tells version and features.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

MODEL = "endcap"
SIGNATURE = "serving_default"
FEATURES_INPUT = "features"
SCORES_OUTPUT = "scores"
CONTRIBUTIONS_OUTPUT = "contributions"

_MOMENT = re.compile(r"(\d{8}T\d{6})(\d{6})")


class ServedName(msgspec.Struct, frozen=True):
    """`fingerprint` is that of the features that the model was trained on."""

    version: str
    fingerprint: str

    @property
    def signature(self) -> str:
        return f"{MODEL}/{self.version}/{self.fingerprint}"


def served_name(signatures: Iterable[str]) -> ServedName | None:
    """None where no signature tells it."""
    for signature in signatures:
        parts = signature.split("/")
        if len(parts) == 3 and parts[0] == MODEL and all(parts):
            return ServedName(parts[1], parts[2])
    return None


def version_number(version: str) -> int:
    """Microseconds since 1970 where the version begins with the moment when it was made, so that
    the newer has the higher number, which TensorFlow Serving serves; else from its hash."""
    match = _MOMENT.match(version)
    if match is None:
        return int.from_bytes(hashlib.blake2b(version.encode(), digest_size=6).digest(), "big")
    moment = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + int(match[2])
