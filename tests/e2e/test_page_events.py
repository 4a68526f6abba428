"""What the search page tells of its shopper, in a real browser on a live service."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import Connection, create_engine, text

from app.db.postgres import EmbeddedPostgres
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, until

SOON = 20


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


def waiting(driver: WebDriver) -> WebDriverWait[WebDriver]:
    """Looks again where what it looked at has been replaced meanwhile."""
    return WebDriverWait(driver, SOON, ignored_exceptions=[StaleElementReferenceException])


def shown_query_id(driver: WebDriver) -> str:
    script = "return document.querySelector('.grid[data-query-id]')?.dataset.queryId"
    return str(waiting(driver).until(lambda d: d.execute_script(script)))


def search(driver: WebDriver, words: str) -> str:
    """As a shopper types it; returns the list's query id."""
    before = shown_query_id(driver)
    box = driver.find_element(By.ID, "q")
    box.clear()
    box.send_keys(words)
    heading = f"“{words}”"
    waiting(driver).until(
        lambda d: d.find_element(By.TAG_NAME, "h1").text == heading and shown_query_id(d) != before
    )
    # Suggestions lie over the results until the shopper leaves the box.
    driver.execute_script("document.activeElement.blur()")
    return shown_query_id(driver)


def events_of(log: Connection, query_id: str, action: str) -> list[Any]:
    query = text(
        "select e.*, i.id as item from interaction_events e "
        "left join items i on i.key = e.item_key "
        "where query_id = :id and action = :action order by e.key"
    )
    return list(log.execute(query, {"id": query_id, "action": action}))


def list_of(log: Connection, query_id: str) -> Any:
    query = text("select * from ranking_events where query_id = :id")
    until(lambda: log.execute(query, {"id": query_id}).first(), SOON, "the list")
    return log.execute(query, {"id": query_id}).one()


def test_click_is_told_with_its_list_its_item_its_position_and_the_same_shopper(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    driver.get(live_service.url)
    query_id = search(driver, "lamp")
    card = driver.find_elements(By.CSS_SELECTOR, ".card")[2]
    item = card.get_attribute("data-item")
    card.find_element(By.CSS_SELECTOR, ".title a").click()

    until(lambda: events_of(log, query_id, "click"), SOON, "the click")

    (click,) = events_of(log, query_id, "click")
    assert (click.item, click.position) == (item, 3)
    shown = list_of(log, query_id)
    assert click.client_id == shown.client_id != ""
    assert click.session_id == shown.session_id != ""
    names = "[localStorage['endcap-client'], sessionStorage['endcap-session']]"
    assert driver.execute_script(f"return {names}") == [click.client_id, click.session_id]


def test_how_far_a_list_was_seen_is_told_when_another_takes_its_place(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    driver.get(live_service.url)
    first = search(driver, "lamp")
    driver.execute_script("document.querySelectorAll('.card')[9].scrollIntoView({block: 'center'})")
    driver.execute_async_script("setTimeout(arguments[0], 900)")
    search(driver, "table")

    until(lambda: events_of(log, first, "impression"), SOON, "the impression")

    (impression,) = events_of(log, first, "impression")
    cards = len(list_of(log, first).item_keys)
    assert 10 <= impression.position <= cards
    assert impression.item_key is None


def test_page_that_is_left_tells_how_far_it_was_seen(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    driver.get(f"{live_service.url}/?q=lamp")
    query_id = shown_query_id(driver)
    driver.execute_async_script("setTimeout(arguments[0], 900)")
    driver.get(f"{live_service.url}/studio")

    until(lambda: events_of(log, query_id, "impression"), SOON, "the impression")

    assert events_of(log, query_id, "impression")[0].position >= 1


def test_shopper_is_the_same_in_the_next_session(
    driver: WebDriver, live_service: Service, log: Connection
) -> None:
    driver.get(live_service.url)
    first = list_of(log, search(driver, "lamp"))
    driver.execute_script("sessionStorage.clear()")
    driver.refresh()
    second = list_of(log, search(driver, "chair"))

    assert first.client_id == second.client_id
    assert first.session_id != second.session_id


def test_page_works_and_tells_nothing_without_scripts(
    live_service: Service, log: Connection
) -> None:
    counting = text("select count(*) from interaction_events")
    before = log.execute(counting).scalar_one()
    with open_browser(scripts=False) as driver:
        driver.get(f"{live_service.url}/?q=lamp")
        assert driver.find_elements(By.CSS_SELECTOR, ".card")
        driver.find_elements(By.CSS_SELECTOR, ".card .title a")[0].click()

    assert log.execute(counting).scalar_one() == before


def test_nothing_that_the_page_does_breaks_its_content_security_policy(
    driver: WebDriver, live_service: Service
) -> None:
    driver.get(live_service.url)
    search(driver, "lamp")
    driver.find_elements(By.CSS_SELECTOR, ".card [data-add]")[0].click()
    driver.find_elements(By.CSS_SELECTOR, ".card .title a")[0].click()
    waiting(driver).until(lambda d: d.find_elements(By.CSS_SELECTOR, ".product"))
    driver.get(live_service.url)
    search(driver, "table")

    log: list[dict[str, str]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    said = [entry["message"] for entry in log]
    assert not [message for message in said if "Content Security" in message or "events" in message]
