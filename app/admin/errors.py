"""What can go wrong with API keys."""

from pathlib import Path


class KeyNotFound(Exception):
    """There is no usable key of that id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"there is no key {key_id!r:.40}, or it is revoked already")


class KeyFileUnwritable(Exception):
    """The first key cannot be kept where its owner would look for it."""

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(
            f"cannot keep the admin key in {file}: {error.strerror}; make the folder writable, "
            "or give a key in ENDCAP_ADMIN_KEY"
        )


class UnreadableImport(Exception):
    """A body that is neither JSON nor text."""
