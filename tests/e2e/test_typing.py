"""A query that is typed key by key in a real browser is one search, and no fragment of it is
suggested to anybody."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import Connection, create_engine, text

from app.db.postgres import EmbeddedPostgres
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, until

SOON = 30
WORDS = "table lamp"
KEY_SECONDS = 0.15


@pytest.fixture(scope="module")
def log(live_service: Service) -> Iterator[Connection]:
    """The service's own database."""
    postgres = EmbeddedPostgres(live_service.data_dir / "postgres")
    engine = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    postgres.stop()


@pytest.fixture
def driver(log: Connection) -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


def type_out(driver: WebDriver, service: Service, words: str = WORDS) -> str:
    """As a shopper does whom nobody has seen before; returns the name that the page gave."""
    driver.get(service.url)
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    driver.get(service.url)
    box = driver.find_element(By.ID, "q")
    for key in words:
        box.send_keys(key)
        time.sleep(KEY_SECONDS)
    heading = f"“{words}”"
    WebDriverWait(driver, SOON).until(lambda d: d.find_element(By.TAG_NAME, "h1").text == heading)
    return str(driver.execute_script("return localStorage['endcap-client']"))


def press_enter(driver: WebDriver, log: Connection, client: str) -> None:
    driver.find_element(By.ID, "q").send_keys(Keys.ESCAPE)  # Closes what is suggested.
    driver.find_element(By.ID, "q").send_keys(Keys.ENTER)
    until(lambda: [row for row in lists_of(log, client) if row.final], SOON, "the final list")


def lists_of(log: Connection, client: str) -> list[Any]:
    query = text("select * from ranking_events where client_id = :client order by at")
    return list(log.execute(query, {"client": client}))


def searches_of(log: Connection, client: str) -> list[str]:
    """All lists that are not typing, when as many are as can be."""
    lists = lists_of(log, client)
    until(lambda: all(row.typing for row in lists_of(log, client)[:-1]), SOON, "the marks")
    assert len(lists) > 3, "the page searches while its shopper types"
    return [row.query for row in lists_of(log, client) if not row.typing]


def suggested(service: Service, q: str) -> list[str]:
    address = f"{service.url}/v1/suggest?{urllib.parse.urlencode({'q': q, 'limit': 20})}"
    with urllib.request.urlopen(address, timeout=30) as reply:  # noqa: S310
        return [query["text"] for query in json.load(reply)["queries"]]


def test_query_that_is_typed_key_by_key_is_one_search(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    client = type_out(driver, live_service)
    until(lambda: [r for r in lists_of(log, client) if r.query == WORDS], SOON, "the list")

    assert searches_of(log, client) == [WORDS]


def test_enter_behind_the_last_letter_is_no_second_search(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    client = type_out(driver, live_service)
    press_enter(driver, log, client)

    assert searches_of(log, client) == [WORDS]
    assert [row.final for row in lists_of(log, client) if not row.typing] == [True]


def test_no_fragment_is_suggested_however_many_type_it(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    for _ in range(4):
        type_out(driver, live_service, "desk lamp")

    until(lambda: "desk lamp" in suggested(live_service, "desk"), 2 * SOON, "the suggestion")

    for q in ("d", "des", "desk", "desk l"):
        assert [query for query in suggested(live_service, q) if query[:3] == "des"] == [
            "desk lamp"
        ]


def test_what_is_chosen_with_the_mouse_is_meant(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    client = type_out(driver, live_service)
    driver.execute_script("document.activeElement.blur()")
    driver.find_element(By.ID, "sort").send_keys(Keys.ARROW_DOWN)
    ascending = "select * from ranking_events where client_id = :client and sort = 'price:asc'"
    query, whose = text(ascending), {"client": client}

    until(lambda: log.execute(query, whose).first(), SOON, "the sorted list")

    assert log.execute(query, whose).one().final
