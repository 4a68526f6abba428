"""The service is killed at every step of writing to the embedded index and of rebuilding it; the
next one has lost nothing and holds nothing twice."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.command import until
from tests.e2e.shop_under_attack import (
    ITEMS,
    Shop,
    copy_data_dir,
    ready,
    small_service,
    until_settled,
)
from tests.e2e.small_service import STEPS

DIES_WITHIN_SECONDS = 60
MOMENTS = ("0", "1", "15")
"""Milliseconds after a step has begun."""

BY_A_REBUILD = {"create", "create a shard", "write a file", "fill", "settle", "catch up", "switch"}
BY_A_REBUILD |= {"take over", "drop"}
NOT_HERE = {
    "delete": "nothing is deleted",
    "set aside": "nothing is damaged; see test_damaged_while_running.py",
    "copy": "only for an audit, which reads",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    data_dir = tmp_path_factory.mktemp("filled") / "var"
    shop = Shop()
    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the service")
        assert shop.send(service, ITEMS)
        until_settled(service)
        assert service.terminate() == 0
    return data_dir, shop


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", [step for step in STEPS if step not in NOT_HERE])
def test_each_accepted_change_is_there_once_after_a_kill(
    filled: tuple[Path, Shop], tmp_path: Path, step: str, moment: str
) -> None:
    data_dir = copy_data_dir(filled[0], tmp_path / "var")
    shop = Shop()
    shop.accepted = dict(filled[1].accepted)
    shop.number = ITEMS
    with small_service(data_dir, step, moment) as service:
        with suppress(AssertionError):
            until(lambda: ready(service), 60, "the service")
            if step in BY_A_REBUILD:
                shop.ask_for_rebuild(service)
            while shop.send(service, 1):
                if service.process.poll() is not None:
                    break
                if step in {"close", "optimise"} and len(shop.accepted) >= 5:
                    break
        if step == "close":
            service.process.terminate()
        until(lambda: service.process.poll() is not None, DIES_WITHIN_SECONDS, f"dying at {step}")
        assert service.process.returncode == -9

    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the next service")
        until_settled(service)
        shop.check(service)
        assert service.terminate() == 0
    shop.check_stores(data_dir)
