"""InstantSearch.js, algoliasearch and search-insights, unmodified from npm, in a real browser on a
live service: every widget of `examples/instantsearch`, on an origin of its own."""

import functools
import json
import math
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait
from sqlalchemy import Connection, create_engine, text

from app.db.postgres import EmbeddedPostgres
from app.sample.catalogue import generate_items
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, endcap, serving, until

EXAMPLE = Path(__file__).parents[2] / "examples" / "instantsearch"
EVERY = 8
"""So many items of the sample catalogue stand for one, so that they are indexed in seconds."""

SOON = 20
NPM_SECONDS = 240
ITEMS: list[dict[str, Any]] = [dict(i) for n, i in enumerate(generate_items()) if n % EVERY == 0]


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built from what npm installs."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("instantsearch") / "page"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "built"))
    for command in (["npm", "install", "--no-package-lock"], ["npm", "run", "build"]):
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=NPM_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"{' '.join(command)} took longer than {NPM_SECONDS} s")
        if done.returncode and command[1] == "install":
            pytest.skip(f"npm cannot install the packages: {done.stderr.strip()[-300:]}")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, page_folder: Path) -> Iterator[Service]:
    """`page_folder` is asked for first, since without it there is nothing to serve."""
    folder = tmp_path_factory.mktemp("shop")
    feed = folder / "items.jsonl"
    feed.write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    imported = endcap(folder / "var", "import-items", feed)
    assert imported.returncode == 0, imported.stderr
    with serving("serve", folder / "var") as service:
        yield service


@pytest.fixture(scope="module")
def page(page_folder: Path, service: Service) -> Iterator[str]:
    """The example's address on a server of its own, so that the browser sees another origin."""
    with files_served(page_folder) as origin:
        yield f"{origin}/index.html?endcap={service.url}"


@pytest.fixture(scope="module")
def log(service: Service) -> Iterator[Connection]:
    postgres = EmbeddedPostgres(service.data_dir / "postgres")
    engine = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    postgres.stop()


@pytest.fixture(scope="module")
def browser(page: str) -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


@pytest.fixture
def driver(browser: WebDriver, page: str) -> WebDriver:
    """With nothing searched for yet."""
    open_page(browser, page)
    return browser


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent: the base class writes every request to stderr."""

    handler = functools.partial(Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def open_page(driver: WebDriver, address: str) -> None:
    driver.get(address)
    wait(driver, lambda: total(driver) > 0)


def wait(driver: WebDriver, condition: Callable[[], Any]) -> Any:
    """Widgets draw themselves anew at any moment, so an element may be gone while it is read."""
    return WebDriverWait(driver, SOON, ignored_exceptions=[Exception]).until(lambda _: condition())


def after(driver: WebDriver, act: Callable[[], object], query: str | None = None) -> int:
    """Does something that searches, waits for the answer to be drawn, and returns its total. What
    is typed searches with every key, so that `query` says which answer is waited for."""
    driver.execute_script(
        "window.drawn = 0; window.count ??= search.on('render', () => { window.drawn += 1 })"
    )
    act()
    drawn = """
    const query = arguments[0] ?? search.helper.state.query ?? '';
    return window.drawn > 0 && search.status === 'idle' && search.helper.lastResults.query === query
    """
    wait(driver, lambda: driver.execute_script(drawn, query))
    return total(driver)


def total(driver: WebDriver) -> int:
    """As the widget `stats` says it."""
    said = driver.find_element(By.CSS_SELECTOR, "#stats .ais-Stats-text").text
    if said.startswith("No results"):
        return 0
    found = re.match(r"([\d,]+) results?", said)
    assert found, said
    return int(found[1].replace(",", ""))


def hits(driver: WebDriver) -> list[dict[str, str]]:
    script = "return [...document.querySelectorAll('#hits article')].map(a => ({...a.dataset}))"
    found: list[dict[str, str]] = driver.execute_script(script)
    return found


def prices(driver: WebDriver) -> list[float]:
    return [float(hit["price"]) for hit in hits(driver) if hit["price"] != "null"]


def values(driver: WebDriver, widget: str) -> dict[str, int]:
    """What a list of values shows: each with its count."""
    script = """
    return [...document.querySelectorAll(arguments[0] + ' .ais-RefinementList-item')].map(item => [
        item.querySelector('.ais-RefinementList-labelText').textContent,
        item.querySelector('.ais-RefinementList-count').textContent])
    """
    return {name: int(count) for name, count in driver.execute_script(script, widget)}


def categories(driver: WebDriver) -> dict[str, int]:
    script = """
    return [...document.querySelectorAll('#categories .ais-HierarchicalMenu-link')].map(link => [
        link.querySelector('.ais-HierarchicalMenu-label').textContent,
        link.querySelector('.ais-HierarchicalMenu-count').textContent])
    """
    return {name: int(count) for name, count in driver.execute_script(script)}


def box(driver: WebDriver, widget: str, value: str) -> WebElement:
    return driver.find_element(
        By.CSS_SELECTOR, f'{widget} input.ais-RefinementList-checkbox[value="{value}"]'
    )


def category(driver: WebDriver, name: str) -> WebElement:
    return driver.find_element(
        By.XPATH,
        f"//*[@id='categories']//a[.//span[contains(@class, 'label') and text()='{name}']]",
    )


def search_for(driver: WebDriver, words: str) -> int:
    field = driver.find_element(By.CSS_SELECTOR, "#searchbox input")
    # The widget puts back what is cleared without a key.
    return after(driver, lambda: field.send_keys(Keys.CONTROL, "a", Keys.NULL, words), words)


def all_pages(driver: WebDriver) -> list[dict[str, str]]:
    """Every hit, from the first page to the last."""
    found = hits(driver)
    while True:
        link = driver.find_elements(By.CSS_SELECTOR, "#pagination .ais-Pagination-item--nextPage a")
        if not link:
            return found
        after(driver, link[0].click)
        found += hits(driver)


def sold(**wanted: str) -> int:
    """Product groups of the catalogue that have an item with these."""
    return len(
        {
            item["group_id"] or item["id"]
            for item in ITEMS
            if all(
                value in (item["brand"], item["attributes"].get("colour"), *item["categories"])
                for value in wanted.values()
            )
        }
    )


def test_page_shows_the_catalogue_with_counts_that_add_up(driver: WebDriver) -> None:
    assert total(driver) == sold()
    assert len(hits(driver)) == 12
    tops = {item["categories"][0] for item in ITEMS}
    shown = categories(driver)
    assert set(shown) <= tops
    assert all(count == sold(category=name) for name, count in shown.items())


def test_search_box_finds_and_marks_what_was_found(driver: WebDriver) -> None:
    found = search_for(driver, "lamp")

    assert 0 < found < sold()
    marked = driver.find_elements(By.CSS_SELECTOR, "#hits .title mark")
    assert marked
    assert {mark.text.casefold() for mark in marked} <= {"lamp", "lamps"}
    assert driver.find_elements(By.CSS_SELECTOR, "#hits .ais-Snippet")


def test_typing_error_is_forgiven(driver: WebDriver) -> None:
    right = search_for(driver, "headphones")

    assert search_for(driver, "haedphones") == right


def test_brands_are_any_of_those_chosen_and_keep_their_counts(driver: WebDriver) -> None:
    before = values(driver, "#brand")
    first, second = list(before)[:2]

    one = after(driver, lambda: box(driver, "#brand", first).click())
    assert one == before[first] == sold(brand=first)
    assert {hit["brand"] for hit in hits(driver)} == {first}
    assert values(driver, "#brand")[second] == before[second]

    two = after(driver, lambda: box(driver, "#brand", second).click())
    assert two == before[first] + before[second]
    assert {hit["brand"] for hit in all_pages(driver)} == {first, second}


def test_brand_is_found_inside_its_list(driver: WebDriver) -> None:
    rare = max(item["brand"] for item in ITEMS if item["brand"].isalpha())
    field = driver.find_element(By.CSS_SELECTOR, "#brand input[type=search]")
    field.send_keys(rare[:4])
    wait(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "#brand mark"))

    shown = values(driver, "#brand")
    assert shown[rare] == sold(brand=rare)
    assert all(name.casefold().find(rare[:4].casefold()) >= 0 for name in shown)
    assert after(driver, lambda: box(driver, "#brand", rare).click()) == shown[rare]


def test_colours_hold_together_with_brands(driver: WebDriver) -> None:
    colours = values(driver, "#colour")
    colour = next(iter(colours))

    chosen = after(driver, lambda: box(driver, "#colour", colour).click())
    assert chosen == colours[colour]
    brands = values(driver, "#brand")
    brand = next(iter(brands))
    both = after(driver, lambda: box(driver, "#brand", brand).click())

    assert both == brands[brand] <= chosen
    assert {hit["brand"] for hit in hits(driver)} == {brand}


def test_categories_are_walked_down_and_up(driver: WebDriver) -> None:
    tops = categories(driver)
    top = next(iter(tops))

    assert after(driver, lambda: category(driver, top).click()) == tops[top]
    below = {name: n for name, n in categories(driver).items() if name not in tops}
    assert below
    inner = next(iter(below))
    assert after(driver, lambda: category(driver, inner).click()) == below[inner]
    assert all(hit["categories"].startswith(f"{top} > {inner}") for hit in all_pages(driver))
    # Those beside it and above it stay, with their counts.
    assert {name: categories(driver)[name] for name in (*tops, *below)} == {**tops, **below}
    assert after(driver, lambda: category(driver, top).click()) == sold()


def test_price_is_a_range(driver: WebDriver) -> None:
    found = search_for(driver, "shoes")
    everything = [float(hit["price"]) for hit in all_pages(driver)]
    low, high = driver.find_elements(By.CSS_SELECTOR, "#price [role=slider]")
    assert float(str(low.get_attribute("aria-valuemin"))) == math.floor(min(everything))
    assert float(str(high.get_attribute("aria-valuemax"))) == math.ceil(max(everything))

    totals = [found]
    for _ in range(3):
        handle = driver.find_elements(By.CSS_SELECTOR, "#price [role=slider]")[0]
        totals.append(after(driver, functools.partial(handle.send_keys, Keys.PAGE_UP)))
        (bound,) = driver.execute_script(
            "return search.helper.state.getNumericRefinement('price', '>=')"
        )
        assert totals[-1] == sum(price >= bound for price in everything)
        assert min(prices(driver)) >= bound
        chip = driver.find_element(By.CSS_SELECTOR, "#current .ais-CurrentRefinements-category")
        assert f"{bound:g}" in chip.text
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < found


@pytest.mark.parametrize(("label", "descending"), [("lowest", False), ("highest", True)])
def test_results_are_sorted_by_price(driver: WebDriver, label: str, descending: bool) -> None:
    before = total(driver)
    choice = Select(driver.find_element(By.CSS_SELECTOR, "#sort select"))

    found = after(driver, lambda: choice.select_by_visible_text(f"Price, {label} first"))

    assert found == before
    shown = prices(driver)
    assert shown == sorted(shown, reverse=descending)
    everything = [float(item["price"]) for item in ITEMS]
    assert shown[0] == (max(everything) if descending else min(everything))


@pytest.mark.parametrize("label", ["Best rated", "Newest"])
def test_other_orders_lose_nothing(driver: WebDriver, label: str) -> None:
    choice = Select(driver.find_element(By.CSS_SELECTOR, "#sort select"))

    assert after(driver, lambda: choice.select_by_visible_text(label)) == sold()


def test_pages_have_every_hit_once(driver: WebDriver) -> None:
    found = search_for(driver, "shoes")

    seen = [hit["id"] for hit in all_pages(driver)]

    assert len(seen) == len(set(seen)) == found


def test_endless_results_have_every_hit_once(browser: WebDriver, page: str) -> None:
    open_page(browser, f"{page}&endless=1")
    found = search_for(browser, "shoes")
    while more := browser.find_elements(
        By.CSS_SELECTOR, "#hits .ais-InfiniteHits-loadMore:not([disabled])"
    ):
        after(browser, more[0].click)

    seen = [hit["id"] for hit in hits(browser)]
    assert len(seen) == len(set(seen)) == found


def test_what_was_chosen_is_shown_and_can_be_taken_back(driver: WebDriver) -> None:
    brand = next(iter(values(driver, "#brand")))
    one = after(driver, lambda: box(driver, "#brand", brand).click())
    colour = next(iter(values(driver, "#colour")))
    after(driver, lambda: box(driver, "#colour", colour).click())

    chips = driver.find_elements(By.CSS_SELECTOR, "#current .ais-CurrentRefinements-categoryLabel")
    assert {chip.text for chip in chips} == {brand, colour}
    last = driver.find_elements(By.CSS_SELECTOR, "#current .ais-CurrentRefinements-delete")
    of_colour = next(
        button for button, chip in zip(last, chips, strict=True) if chip.text == colour
    )
    assert after(driver, of_colour.click) == one
    clear = driver.find_element(By.CSS_SELECTOR, "#clear button")
    assert after(driver, clear.click) == sold()
    assert not driver.find_elements(By.CSS_SELECTOR, "#current .ais-CurrentRefinements-item")


def test_nothing_found_is_said(driver: WebDriver) -> None:
    first = min(float(item["price"]) for item in ITEMS)
    script = "search.helper.addNumericRefinement('price', '<', arguments[0]).search()"

    assert after(driver, lambda: driver.execute_script(script, first)) == 0
    assert "Nothing was found" in driver.find_element(By.ID, "hits").text


def test_searches_of_others_are_suggested(driver: WebDriver, service: Service) -> None:
    for n in range(3):
        for shopper in ("ann", "bob", "cid", "dee"):
            httpx.post(
                f"{service.url}/v1/search",
                json={"query": "sneakers", "client_id": f"{shopper}-{n}"},
            ).raise_for_status()
    until(
        lambda: httpx.get(f"{service.url}/v1/suggest", params={"q": "sneak"}).json()["queries"],
        60,
        "a suggestion",
    )

    search_for(driver, "sneak")
    button = wait(driver, lambda: driver.find_element(By.CSS_SELECTOR, "#suggestions button"))

    assert button.text == "sneakers"
    assert driver.find_element(By.CSS_SELECTOR, "#suggestions mark").text == "sneak"
    after(driver, button.click)
    field = driver.find_element(By.CSS_SELECTOR, "#searchbox input")
    assert field.get_attribute("value") == "sneakers"


def test_client_gets_recommendations(driver: WebDriver) -> None:
    item = hits(driver)[0]["id"]
    script = """
    const [objectID, done] = arguments;
    const asked = { indexName: 'items', model: 'looking-similar', objectID, threshold: 0 };
    search.client.getRecommendations({ requests: [{ ...asked, maxRecommendations: 4 }] })
        .then(({ results }) => done(results[0].hits.map(hit => hit.objectID)), e => done([`${e}`]))
    """

    similar = driver.execute_async_script(script, item)

    assert len(similar) == 4
    assert set(similar) <= {other["id"] for other in ITEMS} - {item}


def query_id(driver: WebDriver) -> str:
    return str(driver.execute_script("return search.helper.lastResults.queryID"))


def events_of(log: Connection, **wanted: str) -> list[Any]:
    query = text(
        "select e.*, i.id as item from interaction_events e "
        "left join items i on i.key = e.item_key "
        "where query_id = :query_id and action = :action order by e.key"
    )
    return list(log.execute(query, wanted))


@pytest.mark.parametrize(
    ("button", "action", "priced"),
    [(".title", "click", False), (".cart", "add_to_cart", False), (".buy", "purchase", True)],
)
def test_clicks_and_conversions_are_told_with_their_list(
    driver: WebDriver, log: Connection, button: str, action: str, priced: bool
) -> None:
    search_for(driver, "lamp")
    listed = query_id(driver)
    second = hits(driver)[1]

    driver.find_elements(By.CSS_SELECTOR, f"#hits {button}")[1].click()
    until(lambda: events_of(log, query_id=listed, action=action), SOON, f"the {action}")

    (told,) = events_of(log, query_id=listed, action=action)
    assert told.item == second["id"]
    if action == "click":
        assert told.position == 2
    if priced:
        assert told.revenue == round(float(second["price"]) * 1_000_000)
    shown = text("select * from ranking_events where query_id = :id")
    until(lambda: log.execute(shown, {"id": listed}).first(), SOON, "the list")
    assert log.execute(shown, {"id": listed}).one().client_id == told.client_id != ""


def test_choosing_a_filter_is_told_and_trains_nothing(driver: WebDriver, log: Connection) -> None:
    counted = text("select count(*) from interaction_events where action = 'filter_click'")
    before = log.execute(counted).scalar_one()

    after(driver, lambda: box(driver, "#brand", next(iter(values(driver, "#brand")))).click())

    until(lambda: log.execute(counted).scalar_one() > before, SOON, "the filter")


def test_lists_as_shown_are_recorded_once_and_views_of_them_are_not(
    driver: WebDriver, log: Connection
) -> None:
    search_for(driver, "chair")
    listed = query_id(driver)
    shown = text("select count(*) from ranking_events where query_id = :id")

    until(lambda: log.execute(shown, {"id": listed}).scalar_one(), SOON, "the list")

    views = text("select count(*) from interaction_events where action = 'view'")
    assert log.execute(views).scalar_one() == 0


def test_searches_that_are_meant_are_told_from_typing(driver: WebDriver, log: Connection) -> None:
    now = log.execute(text("select clock_timestamp()")).scalar_one()
    query = text("select query, final from ranking_events where at > :now and total > 0")

    def recorded() -> set[tuple[str, bool]]:
        return {(row.query, row.final) for row in log.execute(query, {"now": now})}

    search_for(driver, "stool")
    until(lambda: any(text == "stool" for text, _ in recorded()), SOON, "the typed list")
    typed = recorded()
    driver.find_element(By.CSS_SELECTOR, "#searchbox input").send_keys(Keys.ENTER)
    until(lambda: ("stool", True) in recorded(), SOON, "the list of Enter")
    after(driver, lambda: box(driver, "#brand", next(iter(values(driver, "#brand")))).click())
    marked = text(
        "select query from ranking_events where at > :now and not typing and query like 'st%'"
    )

    assert ("stool", False) in typed
    assert all(not final for text, final in typed if text.startswith("st"))
    # Enter's list has taken the place of the typed one; the filter is a refinement.
    until(
        lambda: list(log.execute(marked, {"now": now}).scalars()) == ["stool", "stool"],
        SOON,
        "the marks",
    )


def test_nothing_went_wrong_in_the_browser(driver: WebDriver) -> None:
    search_for(driver, "lamp")
    driver.find_elements(By.CSS_SELECTOR, "#hits .title")[0].click()

    said: list[dict[str, str]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    problems = [entry["message"] for entry in said if "favicon" not in entry["message"]]
    assert problems == []


def test_error_of_the_service_reaches_the_page(driver: WebDriver) -> None:
    script = "search.helper.setQueryParameter('aroundLatLng', '1,2').search()"
    driver.execute_script(script)

    wait(driver, lambda: "aroundLatLng" in driver.find_element(By.ID, "stats").text)
