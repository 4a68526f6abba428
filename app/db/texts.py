"""Text that Postgres can keep, made of text that anybody may have sent."""


def storable(given: str) -> str:
    """Without what Postgres cannot keep: NULs, and halves of surrogate pairs."""
    return given.replace("\x00", "\ufffd").encode(errors="replace").decode()
