"""The merchandising studio in a real browser, from a key to a search page that has changed."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.conftest import EndedDemo
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, serving, until

VIEWS = (
    "#/rules",
    "#/rules/new",
    "#/rules/edit/shoes-fleetwick",
    "#/rules/edit/shoes-fleetwick?tab=json",
    "#/preview?queries=coffee",
    "#/publish",
    "#/history?from=live&to=draft",
    "#/audit",
    "#/usage",
    "#/models",
    "#/features",
    "#/experiments",
    "#/experiments/new",
    "#/keys",
)


class Studio:
    """The studio as a merchandiser handles it; every look waits until it sees what it is for."""

    def __init__(self, driver: WebDriver, service: Service) -> None:
        self.driver = driver
        self.url = service.url
        self.key = (service.data_dir / "admin.key").read_text().strip()
        self.api = httpx.Client(
            base_url=f"{service.url}/v1/admin", headers={"Authorization": f"Bearer {self.key}"}
        )

    def until(self, what: str, condition: Callable[[], Any]) -> Any:
        wait = WebDriverWait(
            self.driver, 20, 0.05, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(lambda _: condition(), f"waited for {what}")

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        found: WebElement = self.until(selector, lambda: next(iter(self.all(selector)), None))
        return found

    def labelled(self, label: str, within: str = "main") -> WebElement:
        """The control that a label is for."""
        xpath = f"//label[normalize-space()='{label}']"
        scope = self.one(within)
        name: WebElement = self.until(
            label, lambda: next(iter(scope.find_elements(By.XPATH, f".{xpath}")), None)
        )
        return self.driver.find_element(By.ID, str(name.get_attribute("for")))

    def button(self, text: str, within: str = "body") -> WebElement:
        xpath = f".//*[self::button or self::a][normalize-space()='{text}']"
        scope = self.one(within)
        found: WebElement = self.until(
            text, lambda: next((b for b in scope.find_elements(By.XPATH, xpath) if shown(b)), None)
        )
        return found

    def press(self, element: WebElement) -> None:
        # In the middle, where no bar of the page lies over it.
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def open(self, hash_: str = "#/rules") -> None:
        """A page load of its own, with the key that the tab has."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}/studio{hash_}")

    def open_without_key(self) -> None:
        self.open()
        # Until then the page may still be asking whose key it has, and would keep it.
        self.until("the first view", lambda: self.all("main h1"))
        self.driver.execute_script("sessionStorage.clear()")
        self.open()

    def sign_in(self, key: str | None = None) -> None:
        box = self.labelled("API key")
        box.clear()
        box.send_keys(self.key if key is None else key, Keys.ENTER)

    def signed_in_at(self, hash_: str = "#/rules") -> None:
        self.open(hash_)
        self.until("the first view", lambda: self.all("main h1"))
        if self.all(".sign-in"):
            self.sign_in()
        self.until("the view", lambda: self.all("main .view") and not self.all("main[aria-busy]"))

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    @property
    def heading(self) -> str:
        return "".join(heading.text for heading in self.all("main h1"))

    @property
    def sentence(self) -> str:
        return self.one(".sentence.live").text

    def says(self, text: str) -> None:
        self.until(text, lambda: any(text in toast.text for toast in self.all(".toast")))

    def publish(self, message: str) -> None:
        self.labelled("Message").send_keys(message)
        self.press(self.one(".publish-form button[type=submit]"))
        self.until("the history", lambda: self.heading == "History")
        assert self.all(".version.live h2")[0].text == message

    def first_hit(self, query: str) -> str:
        """The item that the search page shows first."""
        page = httpx.get(self.url, params={"q": query}).text
        return page.partition('data-item="')[2].partition('"')[0]

    def first_hit_is(self, query: str, item: str) -> None:
        until(lambda: self.first_hit(query) == item, 10, f"{item} to be first for {query}")


def shown(element: WebElement) -> bool:
    return element.is_displayed()


@pytest.fixture(scope="module")
def service(ended_demo: EndedDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A demo of this module's own, whose rules the tests change."""
    with serving("demo", ended_demo.copy_to(tmp_path_factory.mktemp("studio"))) as service:
        yield service


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


@pytest.fixture
def studio(driver: WebDriver, service: Service) -> Iterator[Studio]:
    studio = Studio(driver, service)
    yield studio
    studio.api.close()


def test_rule_goes_from_the_form_over_preview_and_publishing_to_the_search_page(
    studio: Studio,
) -> None:
    wanted = "kettle-011"
    assert studio.first_hit("kettle") != wanted
    studio.open()
    studio.sign_in()
    studio.press(studio.button("New rule"))

    studio.labelled("Name").send_keys("Kettle of the week")
    studio.labelled("The query contains one of").send_keys("kettle", Keys.ENTER)
    studio.press(studio.one(".then [data-adds=pin]"))
    studio.labelled("Item").send_keys(wanted, Keys.ENTER)
    assert studio.sentence == f"When the query contains “kettle”, pin item {wanted} to position 1."
    studio.press(studio.button("Save and preview"))

    after = studio.one(".side.new .hit-row")
    assert after.get_attribute("data-item") == wanted
    assert "Kettle of the week" in studio.one(".side.new .fired").text
    assert studio.first_hit("kettle") != wanted
    studio.press(studio.button("Publish only this…"))
    studio.publish("The kettle of the week comes first")
    studio.first_hit_is("kettle", wanted)


def test_wrong_key_is_refused_in_plain_words(studio: Studio) -> None:
    studio.open_without_key()

    studio.sign_in("not-a-key")

    studio.until("a refusal", lambda: "not valid" in studio.one(".sign-in [role=alert]").text)
    assert not studio.all("#places a")
    studio.sign_in()
    studio.until("the rules", lambda: studio.all(".rule-row"))
    assert studio.key not in studio.driver.current_url
    studio.press(studio.button("Sign out"))
    studio.until("the sign-in page", lambda: studio.all(".sign-in"))
    assert studio.driver.execute_script("return sessionStorage.length") == 0


def test_conflicting_save_is_shown_and_loses_neither_text(studio: Studio) -> None:
    studio.signed_in_at("#/rules/edit/notebooks-are-laptops")
    note = studio.labelled("Note")
    note.clear()
    note.send_keys("Mine")
    theirs = studio.api.get("/rules/notebooks-are-laptops").json()
    studio.api.put(
        "/rules/notebooks-are-laptops",
        json=theirs["rule"] | {"note": "Theirs"},
        headers={"If-Match": f'"{theirs["revision"]}"'},
    ).raise_for_status()

    studio.press(studio.button("Save"))

    conflict = studio.one(".conflict")
    assert "has saved this rule meanwhile" in conflict.text
    assert "Theirs" in conflict.text
    assert studio.labelled("Note").get_property("value") == "Mine"
    studio.press(studio.button("Take theirs"))
    studio.until("theirs", lambda: studio.labelled("Note").get_property("value") == "Theirs")
    studio.press(studio.button("Bring mine back"))
    studio.until("mine", lambda: studio.labelled("Note").get_property("value") == "Mine")
    studio.press(studio.button("Save"))
    studio.says("Saved in the draft")
    assert studio.api.get("/rules/notebooks-are-laptops").json()["rule"]["note"] == "Mine"


def test_unusable_rule_is_refused_beside_the_field_and_tabs_share_one_text(studio: Studio) -> None:
    studio.signed_in_at("#/rules/new")
    studio.labelled("The query contains one of").send_keys("teapot")
    studio.press(studio.one(".then [data-adds=boost]"))
    factor = studio.labelled("By the factor")
    factor.clear()
    factor.send_keys("0.5")
    studio.press(studio.button("Save"))

    problems = studio.one(".problems")
    assert "$.then[0].boost.by" in problems.text
    wrong = studio.labelled("By the factor").find_element(By.XPATH, "..")
    assert wrong.find_element(By.CSS_SELECTOR, ".wrong").text

    studio.press(studio.button("JSON"))
    text = studio.one("textarea.whole")
    assert '"teapot"' in str(text.get_property("value"))
    text.send_keys("nonsense")
    studio.press(studio.button("Form"))
    assert str(studio.one("textarea.whole").get_property("value")).endswith("nonsense")


def test_rollback_restores_the_search_page(studio: Studio) -> None:
    first = studio.first_hit("toaster")
    rule = {
        "id": "toaster",
        "when": {"query": {"is": "toaster"}},
        "then": [{"hide": {"item_ids": [first]}}],
    }
    studio.api.post("/rules", json=rule).raise_for_status()
    studio.signed_in_at("#/publish?rule=toaster")
    studio.publish("No such toaster")
    until(lambda: studio.first_hit("toaster") != first, 10, "the toaster to be hidden")

    studio.press(studio.button("Roll back"))
    studio.press(studio.button("Go back", within="dialog"))

    studio.says("is live again")
    studio.first_hit_is("toaster", first)


def test_keyboard_alone_leads_from_the_list_into_the_editor_and_back(studio: Studio) -> None:
    studio.signed_in_at()
    studio.labelled("Find").send_keys("fleetwick")
    studio.until("one rule", lambda: len(studio.all(".rule-row")) == 1)
    for _ in range(8):
        studio.focused.send_keys(Keys.TAB)
        if studio.focused.text == "Fleetwick season":
            break
    studio.focused.send_keys(Keys.ENTER)

    studio.until("the editor", lambda: studio.heading == "Fleetwick season")
    assert studio.focused.tag_name == "h1"
    studio.focused.send_keys(Keys.TAB)
    assert studio.focused.text == "Duplicate"
    studio.labelled("Name").send_keys("!")
    studio.driver.back()
    studio.until("the question", lambda: "without saving" in studio.one("dialog").text)
    studio.focused.send_keys(Keys.ESCAPE)
    studio.until("the dialog to close", lambda: not studio.all("dialog"))
    assert studio.labelled("Name").get_property("value") == "Fleetwick season!"


def test_every_script_comes_from_the_address_that_changes_with_it(studio: Studio) -> None:
    studio.signed_in_at()

    script = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    scripts = [name for name in studio.driver.execute_script(script) if "/studio/" in name]

    assert any("/studio/sentence.js" in name for name in scripts)
    assert [name for name in scripts if "?v=" not in name] == []


def test_narrow_window_has_no_horizontal_scroll_in_any_view(studio: Studio) -> None:
    metrics = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    studio.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for view in VIEWS:
            studio.signed_in_at(view)

            script = "return document.documentElement.scrollWidth - innerWidth"
            assert studio.driver.execute_script(script) <= 0, view
    finally:
        studio.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
