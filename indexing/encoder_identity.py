"""Which model an encoding service has, kept on disk so that Endcap can start while it is away."""

from pathlib import Path

import msgspec


class EncoderIdentity(msgspec.Struct, frozen=True):
    """`revision` is free of the address: the same model elsewhere is the same encoder."""

    model: str
    """As the service is asked for it."""
    served: str
    """As the service calls it in its answers; empty where it does not."""
    size: int
    revision: str


class IdentityFile:
    """By the model's name in the settings, which may be empty; `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def recall(self, name: str) -> EncoderIdentity | None:
        return self._read().get(name)

    def keep(self, name: str, identity: EncoderIdentity) -> None:
        known = self._read()
        if self._path is None or known.get(name) == identity:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_name(f"{self._path.name}.new")
        scratch.write_bytes(msgspec.json.encode(known | {name: identity}))
        scratch.replace(self._path)

    def _read(self) -> dict[str, EncoderIdentity]:
        if self._path is None:
            return {}
        try:
            raw = self._path.read_bytes()
            return msgspec.json.decode(raw, type=dict[str, EncoderIdentity])
        except (OSError, msgspec.DecodeError):
            return {}
