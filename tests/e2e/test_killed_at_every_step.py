"""The service is killed at every step of writing to the embedded index and of rebuilding it; the
next one has lost nothing and holds nothing twice."""

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic

import httpx
import pytest

from app.db.engine import connect
from app.db.postgres import EmbeddedPostgres
from app.items.repository import enqueue_all
from tests.e2e.command import until
from tests.e2e.shop_under_attack import (
    ITEMS,
    Shop,
    copy_shop,
    filled_shop,
    ready,
    rebuilding,
    small_service,
    until_settled,
)
from tests.e2e.small_service import STEPS

REACHED_WITHIN_SECONDS = 60
DIES_WITHIN_SECONDS = 60
MOMENTS = os.environ.get("ENDCAP_TEST_MOMENTS", "5").split(",")
"""Milliseconds after a step has begun."""

BY_A_REBUILD = {"create", "create a shard", "write a file", "fill", "settle", "catch up", "switch"}
BY_A_REBUILD |= {"take over", "drop"}
AFTER_THE_CHANGES = {"optimise", "close"}
NOT_HERE = {
    "delete": "nothing is deleted",
    "set aside": "nothing is damaged; see test_damaged_while_running.py",
    "copy": "only for an audit, which reads",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    return filled_shop(tmp_path_factory.mktemp("filled"))


def have_all_indexed_again(data_dir: Path) -> None:
    """By the next start, which optimises afterwards."""
    postgres = EmbeddedPostgres(data_dir / "postgres")
    engine = connect(postgres.url)
    with engine.begin() as connection:
        enqueue_all(connection)
    engine.dispose()
    postgres.stop()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", [step for step in STEPS if step not in NOT_HERE])
def test_each_accepted_change_is_there_once_after_a_kill(
    filled: tuple[Path, Shop], tmp_path: Path, step: str, moment: str
) -> None:
    data_dir, shop = copy_shop(filled, tmp_path / "var")
    if step == "optimise":
        have_all_indexed_again(data_dir)
    with small_service(data_dir, step, moment) as service:
        ends = monotonic() + REACHED_WITHIN_SECONDS
        # It may die at any of these.
        with suppress(AssertionError, httpx.HTTPError):
            until(lambda: ready(service), 60, "the service")
            while monotonic() < ends and service.process.poll() is None:
                # Again and again: a first rebuild drops nothing, since the collection before it
                # is kept.
                if step in BY_A_REBUILD and not rebuilding(service):
                    shop.ask_for_rebuild(service)
                if not shop.send(service, 1):
                    break
                if step in AFTER_THE_CHANGES and shop.number >= ITEMS + 5:
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
