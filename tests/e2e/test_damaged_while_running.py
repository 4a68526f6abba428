"""Files of the embedded index are damaged on purpose while a service runs and is written to: it
finds it out and puts it right by itself, and so does the one that is started after it."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.damage import DAMAGES, files_of, role_of
from tests.e2e.command import Service, until
from tests.e2e.shop_under_attack import (
    Shop,
    copy_shop,
    filled_shop,
    ready,
    settled,
    small_service,
)

EVERY = int(os.environ.get("ENDCAP_TEST_EVERY", "31"))
"""Of the cases, each of so many is tried; 1 tries all."""

HEALED_SECONDS = 120


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    return filled_shop(tmp_path_factory.mktemp("filled"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_file_that_is_damaged_while_running_is_put_right(
    filled: tuple[Path, Shop], tmp_path: Path, damage: str
) -> None:
    files = files_of(filled[0] / "index")
    tried = [
        file for n, file in enumerate(files) if n % EVERY == 5 * list(DAMAGES).index(damage) % EVERY
    ]
    failed = []
    for n, file in enumerate(tried):
        data_dir, shop = copy_shop(filled, tmp_path / f"var{n}")
        try:
            attack(shop, data_dir, file, damage)
        except Exception as error:  # all are tried, and told together
            failed.append(f"{role_of(file)}: {type(error).__name__}: {error}"[:500])

    assert failed == []


def attack(shop: Shop, data_dir: Path, file: Path, damage: str) -> None:
    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the service")
        assert shop.send(service, 3)
        DAMAGES[damage](data_dir / "index" / file)
        damaged_at = datetime.now(UTC)
        # The kernel ends a process that reads behind the end of a file that was cut; what runs it
        # starts it again, which the next block stands for.
        if shop.send(service, 20) and still_runs(service):
            until(lambda: healed(shop, service, damaged_at), HEALED_SECONDS, "the repair")
            shop.check(service)
            service.terminate()
    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the next service")
        until(lambda: healed(shop, service, damaged_at), HEALED_SECONDS, "the audit")
        shop.check(service)
        assert service.terminate() == 0
    shop.check_stores(data_dir)


def still_runs(service: Service) -> bool:
    time.sleep(1.0)
    return service.process.poll() is None


def healed(shop: Shop, service: Service, damaged_at: datetime) -> bool:
    """An audit of later than the damage found nothing."""
    if not settled(service):
        return False
    audit = shop.audit(service)["audit"]
    return (
        audit is not None
        and datetime.fromisoformat(audit["at"]) > damaged_at
        and not (audit["damage"] or audit["stale"] or audit["ghosts"])
    )
