"""The search page in a real browser, on a live service with the sample catalogue."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.e2e.browser import Relay, open_browser, relay_to
from tests.e2e.command import Service


class Page:
    """The search page as a shopper handles it; every look waits until it sees what it is for."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self.url = url.rstrip("/")

    def open(self, address: str = "/") -> None:
        self.driver.get(self.url + address)

    def until(self, what: str, condition: Callable[[], Any]) -> Any:
        wait = WebDriverWait(
            self.driver, 20, 0.05, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(lambda _: condition(), f"waited for {what}")

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    @property
    def box(self) -> WebElement:
        return self.driver.find_element(By.ID, "q")

    @property
    def heading(self) -> str:
        return "".join(heading.text for heading in self.all("#results h1"))

    @property
    def address(self) -> str:
        return self.driver.current_url.removeprefix(self.url)

    def search(self, text: str) -> None:
        self.box.send_keys(Keys.CONTROL, "a")
        self.box.send_keys(text)
        self.results_for(text)

    def results_for(self, text: str) -> None:
        self.until(f"results for {text}", lambda: self.heading == f"“{text}”" and self.all(".card"))

    def toggle_explain(self) -> None:
        self.driver.find_element(By.CSS_SELECTOR, ".switch").click()

    def pictures_shown(self) -> bool:
        script = "return [...document.images].filter(i => i.naturalWidth > 0).length"
        return bool(self.driver.execute_script(script))

    def overflow(self) -> int:
        """How far the page reaches beyond the window's right edge, in pixels."""
        script = "return document.documentElement.scrollWidth - innerWidth"
        return int(self.driver.execute_script(script))

    def set_width(self, width: int) -> None:
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


@pytest.fixture
def page(driver: WebDriver, live_service: Service) -> Page:
    return Page(driver, live_service.url)


@pytest.fixture
def relay(live_service: Service) -> Iterator[Relay]:
    with relay_to(live_service.url) as relay:
        yield relay


def test_typing_shows_results_with_pictures_without_a_page_load(page: Page) -> None:
    page.open()
    page.driver.execute_script("window.sameDocument = true")

    page.search("kettle")

    page.until("a picture", page.pictures_shown)
    assert "item" in page.driver.find_element(By.CSS_SELECTOR, ".count").text
    assert page.driver.execute_script("return window.sameDocument") is True


def test_newest_text_wins_over_a_stale_answer(driver: WebDriver, relay: Relay) -> None:
    page = Page(driver, relay.url)
    page.open()
    relay.held_text = "sho"

    page.box.send_keys("sho")
    assert relay.arrived.wait(20)
    page.box.send_keys("es")
    page.results_for("shoes")
    relay.release.set()
    assert relay.answered.wait(20)
    # A round trip of its own, in which a late answer would have had the time to be shown.
    driver.execute_async_script("fetch('/?q=round+trip').finally(arguments[0])")

    assert page.heading == "“shoes”"
    assert page.address == "/?q=shoes"


def test_slash_moves_to_the_search_box(page: Page) -> None:
    page.open("/?q=kettle")
    page.driver.execute_script("document.activeElement.blur()")

    page.driver.find_element(By.TAG_NAME, "body").send_keys("/")

    assert page.driver.switch_to.active_element == page.box
    assert page.box.get_property("value") == "kettle"


def test_explain_shows_a_bar_per_feature_and_each_retrievers_rank(page: Page) -> None:
    page.open("/?q=kettle")

    page.toggle_explain()

    page.until("traces", lambda: page.all(".trace"))
    assert len(page.all(".grid .trace")) == len(page.all(".grid .card"))
    page.all(".why summary")[0].click()
    trace = page.until("the drawer", lambda: page.all("#drawer[open] .trace"))[0]
    features = trace.find_elements(By.CSS_SELECTOR, ".feature")
    assert features
    assert all(len(row.find_elements(By.CSS_SELECTOR, ".bar")) == 1 for row in features)
    assert all(row.find_element(By.TAG_NAME, "th").text for row in features)
    ranks = [rank.text for rank in trace.find_elements(By.CSS_SELECTOR, ".retriever dd")]
    assert any(rank.startswith("#") for rank in ranks)
    assert trace.find_element(By.CSS_SELECTOR, ".final dd").text == "#1"


def test_address_bar_keeps_the_state_and_back_returns_to_it(page: Page) -> None:
    page.open()

    page.search("kettle")
    assert page.address == "/?q=kettle"
    page.toggle_explain()
    page.until("traces", lambda: page.all(".trace"))
    assert page.address == "/?q=kettle&explain=1"

    page.driver.refresh()
    page.results_for("kettle")
    assert page.all(".trace")

    page.driver.back()
    page.until("the page without traces", lambda: page.all(".card") and not page.all(".trace"))
    assert page.address == "/?q=kettle"
    assert page.box.get_property("value") == "kettle"
    assert not page.driver.find_element(By.ID, "explain").is_selected()

    page.driver.back()
    page.until(
        "the start", lambda: page.address == "/" and page.heading and "“" not in page.heading
    )
    assert page.box.get_property("value") == ""


def test_a_run_of_typing_is_one_step_back(page: Page) -> None:
    page.open()

    page.search("ket")
    page.box.send_keys("tle")
    page.results_for("kettle")
    page.driver.back()

    page.until("the start", lambda: page.heading and "“" not in page.heading)
    assert page.address == "/"


def test_next_page_goes_on_where_the_first_one_ends(page: Page) -> None:
    page.open("/?q=shoes")
    first = {card.get_attribute("data-item") for card in page.all(".card")}

    page.driver.find_element(By.CSS_SELECTOR, ".pager .next").click()
    page.until("page 2", lambda: page.address == "/?q=shoes&page=2")
    page.until("its number", lambda: "2" in page.all(".pager [aria-current]")[0].text)

    assert first.isdisjoint({card.get_attribute("data-item") for card in page.all(".card")})
    page.search("kettle")
    assert page.address == "/?q=kettle"


@pytest.mark.parametrize("address", ["/?q=kettle", "/?q=kettle&explain=1", "/?q=" + "x" * 600])
def test_narrow_window_has_no_horizontal_scroll(page: Page, address: str) -> None:
    page.set_width(360)
    try:
        page.open(address)

        assert page.overflow() <= 0
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_over_long_query_gets_a_readable_message_and_the_page_goes_on(page: Page) -> None:
    page.open()

    page.box.send_keys("kettle " * 80)
    page.until("a message", lambda: page.all("[data-problem]"))

    assert "512" in page.driver.find_element(By.CSS_SELECTOR, "[data-problem]").text
    assert "512" in str(page.driver.find_element(By.ID, "status").get_property("textContent"))
    page.search("kettle")
    assert not page.all("[data-problem]")


def test_failing_service_gets_a_readable_message_and_the_page_goes_on(
    driver: WebDriver, relay: Relay
) -> None:
    page = Page(driver, relay.url)
    page.open()
    relay.failing = True

    page.box.send_keys("kettle")
    page.until("a message", lambda: page.all("[data-problem=service]"))
    relay.failing = False
    page.driver.find_element(By.CSS_SELECTOR, "[data-problem] button").click()

    page.results_for("kettle")


def test_unreachable_service_gets_a_readable_message(
    driver: WebDriver, live_service: Service
) -> None:
    with relay_to(live_service.url) as relay:
        page = Page(driver, relay.url)
        page.open()

    page.box.send_keys("kettle")

    page.until("a message", lambda: page.all("#results [data-problem=service]"))
    assert page.box.get_property("value") == "kettle"


def test_missing_pictures_leave_a_drawn_tile_of_the_same_size(
    driver: WebDriver, relay: Relay
) -> None:
    page = Page(driver, relay.url)
    page.open("/?q=kettle")
    page.until("a picture", page.pictures_shown)
    with_pictures = page.all(".tile")[0].size
    relay.without_pictures = True
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})

    page.open("/?q=kettle")
    page.until("no picture", lambda: not page.all(".tile img:not([loading])"))

    assert page.all(".tile")[0].size == with_pictures
    assert page.all(".initials")[0].text


def test_works_without_javascript(live_service: Service) -> None:
    with open_browser(scripts=False) as driver:
        page = Page(driver, live_service.url)
        page.open()

        page.box.send_keys("kettle")
        page.driver.find_element(By.CSS_SELECTOR, ".switch").click()
        page.driver.find_element(By.CSS_SELECTOR, ".box button").click()

        page.results_for("kettle")
        assert page.address == "/?q=kettle&explain=1"
        assert page.all(".trace")
