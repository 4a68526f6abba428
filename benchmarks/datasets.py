"""Which catalogue the benchmarks load: Icecat where it lies beside the project, else the sample."""

from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
ICECAT = ROOT.parent / "shared" / "data" / "icecat"


class Dataset(msgspec.Struct, frozen=True):
    """Files that the commands of `endcap` take."""

    name: str
    feed: Path
    judgments: Path
    mapping: Path | None = None
    note: str = ""


def icecat() -> Dataset | None:
    """None where the files are not there."""
    feed, judgments = ICECAT / "products.jsonl.gz", ICECAT / "judgments.dev.csv"
    if not feed.exists() or not judgments.exists():
        return None
    return Dataset("icecat", feed, judgments, ROOT / "examples" / "icecat.toml")


def sample(folder: Path) -> Dataset:
    """What `endcap sample` writes into the folder."""
    why = "" if icecat() else f"{ICECAT} is not there, so "
    return Dataset(
        "sample",
        folder / "items.jsonl.gz",
        folder / "judgments.csv",
        note=f"{why}this ran on the sample catalogue",
    )
