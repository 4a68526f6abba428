import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexing.errors import IndexInUse, IndexUnavailable
from indexing.shard_lock import ShardLock, lock_file

HOLD = """
import sys
from pathlib import Path
from indexing.shard_lock import ShardLock
lock = ShardLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def holding(shard: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the lock until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, shard], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_second_process_is_told_who_has_the_index_open(tmp_path: Path) -> None:
    shard = tmp_path / "items-1"
    with holding(shard) as process:
        with pytest.raises(IndexInUse, match=rf"\(process {process.pid}\) has the index in"):
            ShardLock(shard)
        process.kill()


def test_two_containers_on_one_volume_part_as_two_processes_do(tmp_path: Path) -> None:
    """Stood for by namespaces, in which process ids and the host's name are others."""
    contained = ["unshare", "--fork", "--pid", "--uts"]
    if os.geteuid() != 0 or subprocess.run([*contained, "true"], check=False).returncode:
        pytest.skip("no namespaces can be made here")
    shard = tmp_path / "items-1"
    named = f"import socket; socket.sethostname('other-container')\n{HOLD}"
    process = subprocess.Popen(
        [*contained, "--kill-child", sys.executable, "-c", named, shard],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"

    with process, pytest.raises(IndexInUse, match=r"\(process \d+ on other-container\) has the"):
        ShardLock(shard)
    ShardLock(shard).release()


def test_second_opening_in_one_process_is_refused_as_well(tmp_path: Path) -> None:
    with ShardLock(tmp_path / "items-1"), pytest.raises(IndexInUse):
        ShardLock(tmp_path / "items-1")


def test_each_shard_has_a_lock_of_its_own(tmp_path: Path) -> None:
    with ShardLock(tmp_path / "items-1"), ShardLock(tmp_path / "items-2"):
        pass


def test_crash_frees_the_lock_and_leaves_a_file_that_locks_nothing(tmp_path: Path) -> None:
    shard = tmp_path / "items-1"
    with holding(shard) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    assert str(process.pid) in lock_file(shard).read_text()
    ShardLock(shard).release()


def test_lock_of_a_killed_process_does_not_stay_with_the_children_it_started(
    tmp_path: Path,
) -> None:
    with ShardLock(tmp_path / "items-1"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with child:
        ShardLock(tmp_path / "items-1").release()


def test_damaged_lock_file_says_only_that_another_process_has_it(tmp_path: Path) -> None:
    shard = tmp_path / "items-1"
    with ShardLock(shard):
        lock_file(shard).write_bytes(b"\x00{")

        with pytest.raises(IndexInUse, match="another process has the index in"):
            ShardLock(shard)


def test_removed_lock_is_made_anew_for_the_next_shard_of_that_name(tmp_path: Path) -> None:
    shard = tmp_path / "items-1"
    ShardLock(shard).remove()

    assert not lock_file(shard).exists()
    with ShardLock(shard), pytest.raises(IndexInUse):
        ShardLock(shard)


def test_folder_that_cannot_be_locked_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(
        IndexUnavailable, match=r"cannot be locked: .*; its folder must be writable"
    ):
        ShardLock(tmp_path / "file" / "items-1")
