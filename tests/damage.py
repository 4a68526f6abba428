"""Ways to damage the files of an embedded index, and which files there are to damage."""

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

_NOISE_BYTES = 1 << 20


def empty(file: Path) -> None:
    os.truncate(file, 0)


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def fill_with_noise(file: Path) -> None:
    """In place, over all that is not a hole at its end."""
    content = file.read_bytes()
    length = len(content.rstrip(b"\0")) or len(content)
    noise = random.Random(file.name).randbytes(min(length, _NOISE_BYTES))  # noqa: S311 (damage)
    with file.open("r+b") as opened:
        opened.write(noise)


def remove(file: Path) -> None:
    file.unlink()


DAMAGES: Mapping[str, Callable[[Path], None]] = {
    "emptied": empty,
    "cut short": cut_short,
    "filled with noise": fill_with_noise,
    "removed": remove,
}

# Of the payload indexes there is one of each kind in the sample: the others differ in their fields.
_FIELDS = re.compile(r"-(id-map|codes-map|price-numeric|words-numeric|brand-null)/|index/config")


def files_of(index_dir: Path) -> list[Path]:
    """All that lie there, relative, without those of payload indexes that are like another's."""
    return [
        file
        for path in sorted(index_dir.rglob("*"))
        if path.is_file() and _is_sample(file := path.relative_to(index_dir))
    ]


def role_of(file: Path) -> str:
    """What the file is, without the names that are drawn by chance."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|items-[0-9a-f]{12}-\d+|[0-9a-v]{24}-", "*", str(file))


def _is_sample(file: Path) -> bool:
    text = str(file)
    return "payload_index/" not in text or _FIELDS.search(text) is not None


def copy_index(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", "--sparse=always", source, target], check=True)
