"""What a result was measured on, so that figures are never compared across machines unawares."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

import msgspec

from benchmarks.datasets import ROOT

LIBRARIES = (
    "granian",
    "lancedb",
    "litestar",
    "numpy",
    "pyarrow",
    "qdrant-edge-py",
    "sentence-transformers",
    "tantivy",
    "tensorflow",
    "torch",
    "transformers",
)


class Machine(msgspec.Struct, frozen=True):
    processor: str
    cores: int
    memory_gb: float
    kernel: str
    python: str
    commit: str
    """`+` behind it: the working tree holds changes that are not committed."""
    versions: dict[str, str]


def describe() -> Machine:
    return Machine(
        processor=_field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(int(_field(Path("/proc/meminfo"), "MemTotal").split()[0]) / 2**20, 1),
        kernel=platform.release(),
        python=platform.python_version(),
        commit=_commit(),
        versions={name: _version(name) for name in LIBRARIES},
    )


def _version(library: str) -> str:
    """The peers are installed for the one benchmark that asks them."""
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def memory_of(pid: int) -> float:
    """Resident megabytes of a process."""
    return round(int(_field(Path(f"/proc/{pid}/status"), "VmRSS").split()[0]) / 2**10, 1)


class Neighbours:
    """How busy others kept the cores while something was measured; without them it is about 0."""

    def __init__(self, *pids: int) -> None:
        self._pids = (os.getpid(), *pids)
        self._begun = perf_counter()
        self._others = self._spent_by_others()

    def cores(self) -> float:
        """So many cores' worth of time went to other processes and to other virtual machines."""
        return round((self._spent_by_others() - self._others) / (perf_counter() - self._begun), 2)

    def _spent_by_others(self) -> float:
        user, nice, system, _, _, irq, softirq, steal = (
            int(part) for part in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
        )
        ours = 0
        for pid in self._pids:
            # The name of the program, in brackets, may hold spaces.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ours += int(fields[11]) + int(fields[12])
        total = user + nice + system + irq + softirq + steal
        return float(total - ours) / os.sysconf("SC_CLK_TCK")


def _field(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + (
            "+" if git("status", "--porcelain") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return "not a git checkout"
