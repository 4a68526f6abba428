"""The disk of the embedded index fills up while a service runs on it, and gets room again; and it
is one that nothing can be written to."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from indexing.disk_room import RESERVE, free_bytes
from tests.e2e.command import Service, until
from tests.e2e.shop_under_attack import ADMIN_KEY, ITEMS, Shop, ready, small_service, until_settled

SIZE = "size=300m"

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a file system"
)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path, leaving: int) -> Path:
    filler = disk / "filler"
    with filler.open("wb") as opened:
        os.posix_fallocate(opened.fileno(), 0, free_bytes(disk) - leaving)
    return filler


def problem(service: Service) -> dict[str, Any] | None:
    state = ready(service)
    return None if state is None else state.get("index_problem")


@pytest.mark.parametrize("leaving", [0, RESERVE // 2])
def test_full_disk_loses_nothing_and_stops_no_search(tmp_path: Path, leaving: int) -> None:
    data_dir, shop = tmp_path / "var", Shop()
    with small_disk(data_dir / "index") as disk, small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the service")
        assert shop.send(service, ITEMS)
        until_settled(service)
        filler = fill(disk, leaving)

        assert shop.send(service, 10)
        until(lambda: problem(service), 30, "the problem to be told")

        told = problem(service)
        assert told is not None
        assert "MB left and the index needs" in told["reason"]
        assert shop.found(service, "Kettle number7")[0] == "kettle-7"
        [task] = tasks(service, per_page=1)
        assert task["status"] == "enqueued"
        assert task["waits_for"] == told["reason"]

        filler.unlink()
        until_settled(service)
        shop.check(service)
        assert {task["status"] for task in tasks(service)} == {"succeeded"}
        assert service.terminate() == 0
        shop.check_stores(data_dir)


def test_service_that_starts_on_a_disk_that_is_nearly_full_answers_searches(tmp_path: Path) -> None:
    data_dir, shop = tmp_path / "var", Shop()
    with small_disk(data_dir / "index") as disk:
        stop_with_changes_waiting(data_dir, shop, disk, leaving=RESERVE // 2)

        with small_service(data_dir) as service:
            until(lambda: ready(service), 60, "the service on the full disk")
            assert shop.found(service, "Kettle number7")[0] == "kettle-7"
            assert shop.send(service, 5)
            until(lambda: problem(service), 30, "the problem to be told")

            (disk / "filler").unlink()
            until_settled(service)
            shop.check(service)
            assert service.terminate() == 0
        shop.check_stores(data_dir)


def test_service_that_starts_without_any_room_says_so_and_the_next_has_lost_nothing(
    tmp_path: Path,
) -> None:
    data_dir, shop = tmp_path / "var", Shop()
    with small_disk(data_dir / "index") as disk:
        stop_with_changes_waiting(data_dir, shop, disk, leaving=0)

        with small_service(data_dir) as service:
            assert service.process.wait(60) == 2
            said = [line for line in service.output.splitlines() if not line.endswith("…")]
        assert len(said) == 1
        assert "free some room" in said[0]

        (disk / "filler").unlink()
        with small_service(data_dir) as service:
            until(lambda: ready(service), 60, "the service that has room again")
            until_settled(service)
            shop.check(service)
            assert service.terminate() == 0
        shop.check_stores(data_dir)


def stop_with_changes_waiting(data_dir: Path, shop: Shop, disk: Path, leaving: int) -> None:
    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the service")
        assert shop.send(service, ITEMS)
        until_settled(service)
        fill(disk, leaving)
        assert shop.send(service, 5)
        assert service.terminate() == 0


def test_index_that_cannot_be_written_at_all_is_one_clear_line(tmp_path: Path) -> None:
    data_dir, shop = tmp_path / "var", Shop()
    with small_disk(data_dir / "index") as disk:
        with small_service(data_dir) as service:
            until(lambda: ready(service), 60, "the service")
            assert shop.send(service, 3)
            until_settled(service)
            assert service.terminate() == 0
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

        with small_service(data_dir) as service:
            assert service.process.wait(60) == 2
            said = [line for line in service.output.splitlines() if not line.endswith("…")]

    [line] = said
    assert line.startswith("endcap: ")
    assert "Read-only file system" in line


def tasks(service: Service, **parameters: Any) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{service.url}/v1/tasks",
        params={"per_page": 100} | parameters,
        headers={"Authorization": f"Bearer {ADMIN_KEY}"},
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()["tasks"]
    return found
