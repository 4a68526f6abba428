"""Models, features and experiments in the studio, in a real browser: from what shoppers did to a
model that is live, and from a plan to its results."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from tests.conftest import EndedDemo
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, endcap, serving, until
from tests.e2e.test_studio import Studio

SESSIONS = 150
QUERIES = ("kettle", "coffee", "running shoes", "lamp", "headphones")
TRAINING_SECONDS = 240
"""A minute on two free cores; on a busy machine it is TensorFlow's start that takes long."""


class ModelStudio(Studio):
    """The studio as whoever looks after the models handles it."""

    @property
    def models(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get("/models").json()
        return found

    def row(self, version: str) -> WebElement:
        return self.one(f'[data-model="{version}"]')

    def row_says(self, version: str, text: str) -> None:
        self.until(text, lambda: text in self.row(version).text)

    def press_in(self, row: WebElement, text: str) -> None:
        xpath = f".//*[self::button or self::a][normalize-space()='{text}']"
        self.press(row.find_element(By.XPATH, xpath))

    def answer(self, text: str) -> None:
        self.press(self.button(text, within="dialog"))
        self.until("the dialog to close", lambda: not self.all("dialog"))

    def ranks_by(self, version: str) -> None:
        """The service itself says so, not the studio."""

        def served() -> bool:
            return bool(httpx.get(f"{self.url}/health/ready").json()["model"] == version)

        until(served, 20, f"{version} to be served")

    def search(self, query: str, client: str = "") -> dict[str, Any]:
        asked = {"query": query, "client_id": client}
        reply = httpx.post(f"{self.url}/v1/search", json=asked, headers=self.api.headers)
        found: dict[str, Any] = reply.raise_for_status().json()
        return found

    def orders(self) -> list[list[str]]:
        """What shoppers meet."""
        return [[hit["id"] for hit in self.search(query)["hits"]] for query in QUERIES]


@pytest.fixture(scope="module")
def service(ended_demo: EndedDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A demo of this module's own in which shoppers have shopped."""
    folder = tmp_path_factory.mktemp("studio-models")
    with serving("demo", ended_demo.copy_to(folder)) as service:
        shop(service)
        yield service


def shop(service: Service) -> None:
    done = endcap(
        service.data_dir,
        *("simulate-shoppers", "--sessions", str(SESSIONS), "--concurrency", "2"),
        *("--judgments", service.data_dir / "sample" / "judgments.csv"),
        port=urlsplit(service.url).port,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


@pytest.fixture
def studio(driver: WebDriver, service: Service) -> Iterator[ModelStudio]:
    studio = ModelStudio(driver, service)
    yield studio
    studio.api.close()


def test_training_asked_for_here_makes_a_model_that_is_promoted_and_taken_back(
    studio: ModelStudio,
) -> None:
    before, order = studio.models["live"], studio.orders()
    studio.signed_in_at("#/models")
    studio.row_says(before, "Live")

    studio.press(studio.one("details.new-key > summary"))
    studio.press(studio.labelled("Promote it when it passes the gate"))
    studio.press(studio.button("Train"))

    studio.until("the progress", lambda: studio.all(".under-way progress"))
    until(lambda: studio.all(".outcome.succeeded"), TRAINING_SECONDS, "the training to end")
    trained = studio.models["models"][0]
    version, passed = trained["version"], trained["gate"]["passed"]
    studio.row_says(version, "Passed the gate" if passed else "Refused: ")
    assert studio.models["live"] == before

    studio.press_in(studio.row(version), "Promote")
    studio.answer("Promote" if passed else "Promote all the same")
    studio.says("is live.")
    studio.row_says(version, "Live")
    assert "Live" not in studio.row(before).text
    studio.ranks_by(version)
    assert studio.orders() != order

    studio.press(studio.button("Roll back"))
    asked = studio.one("dialog")
    studio.until("the question", lambda: "Go back to the model of" in asked.text)
    studio.answer("Go back")
    studio.says("is live again.")
    studio.row_says(before, "Live")
    studio.ranks_by(before)
    assert studio.orders() == order


def test_what_the_gate_found_is_drawn_described_and_in_numbers(studio: ModelStudio) -> None:
    version = gated(studio)
    studio.signed_in_at(f"#/models/{version}")

    report = studio.api.get(f"/models/{version}").json()["gate_report"]
    checks = [row.text for row in studio.all(".part > .wide tbody tr")]
    assert len(checks) == len(report["comparisons"])
    verdict = "Passed." if report["passed"] else "Refused."
    assert studio.one(".verdict").text.startswith(verdict)
    pictures = studio.all("main figure svg[role=img]")
    assert len(pictures) > 4
    for picture in pictures:
        title, text = (
            picture.find_element(By.CSS_SELECTOR, part).get_attribute("textContent")
            for part in ("title", "desc")
        )
        assert title
        assert any(character.isdigit() for character in str(text))
    assert len(studio.all("main figure .numbers-table")) == len(studio.all("main figure"))
    weights = studio.api.get(f"/models/{version}").json()["weights"]
    heaviest = max(weights, key=lambda name: abs(weights[name]))
    assert any(name.text == heaviest for name in studio.all(".rows-plot .name"))


def test_features_show_how_fresh_they_are_and_what_has_moved(studio: ModelStudio) -> None:
    studio.signed_in_at("#/features")

    report = studio.api.get("/features").json()
    assert len(studio.all("[data-feature]")) == len(report["features"])
    assert "99 of 100 within" in studio.one(".figures").text
    assert f"{report['freshness']['p99']:.2f} s" in studio.one(".figures").text
    alerting = [feature["name"] for feature in report["features"] if feature["alerts"]]
    marked = [row.get_attribute("data-feature") for row in studio.all(".feature.alerting")]
    assert sorted(map(str, marked)) == sorted(alerting)
    if report["alerts"]:
        assert studio.one(".feature-alerts h2").text.startswith(str(len(report["alerts"])))


def test_experiment_is_planned_started_looked_at_and_stopped(studio: ModelStudio) -> None:
    studio.signed_in_at("#/experiments")
    assert "No experiment yet" in studio.one("main").text
    studio.press(studio.button("New experiment"))

    studio.labelled("Name").send_keys("What the model is worth")
    studio.labelled("Key").send_keys("two words")
    bare = studio.all(".arm")[1]
    Select(
        bare.find_element(By.CSS_SELECTOR, "[data-path='.model_version'] select")
    ).select_by_value("retrieval")
    studio.press(studio.button("Plan it"))
    key = studio.labelled("Key")
    studio.until("a refusal", lambda: key.get_attribute("aria-invalid"))
    key.clear()
    key.send_keys("model-worth")
    studio.press(studio.button("Plan it"))
    studio.until("the plan", lambda: studio.heading == "What the model is worth")
    assert "does nothing yet" in studio.one("main").text

    studio.press(studio.button("Start"))
    studio.answer("Start")
    studio.until("it to run", lambda: "Running" in studio.one(".tags").text)
    # Every process follows within a second.
    until(lambda: studio.search("kettle", "shopper-0")["experiments"], 20, "an arm")
    arms = {shop_once(studio, f"shopper-{n}") for n in range(16)}
    assert arms == {"new", "today"}

    def results() -> bool:
        studio.press(studio.button("Look again"))
        return studio.until("figures", lambda: studio.all(".checks-head")) and bool(
            studio.all(".rows-plot")
        )

    until(results, 20, "results")
    assert "new beside today" in studio.one("main").text
    assert studio.all(".rows-plot .reference.zero")
    assert "dealt out as the weights say" in studio.one(".sample-ratio").text

    studio.press(studio.button("Stop"))
    studio.labelled("Why", within="dialog").send_keys("It has shown enough")
    studio.answer("Stop it")
    studio.until("it to have stopped", lambda: "Stopped" in studio.one(".tags").text)
    assert "It has shown enough" in studio.one("main").text
    until(lambda: not studio.search("kettle", "shopper-0")["experiments"], 20, "no arm")


def test_keyboard_alone_leads_through_the_training_form(studio: ModelStudio) -> None:
    studio.signed_in_at("#/models")
    studio.until("the heading", lambda: studio.focused.tag_name == "h1")

    for _ in range(6):
        studio.focused.send_keys(Keys.TAB)
        if studio.focused.tag_name == "summary" and studio.focused.text == "Train now":
            break
    studio.focused.send_keys(Keys.ENTER)
    studio.focused.send_keys(Keys.TAB)

    assert studio.focused.get_attribute("id") == studio.labelled("Architecture").get_attribute("id")
    studio.focused.send_keys("Add")
    assert studio.focused.get_property("value") == "gam"


def test_key_without_the_scope_is_not_offered_models(studio: ModelStudio) -> None:
    reader = {"name": "Reader", "scopes": ["rules:read"]}
    key = studio.api.post("/keys", json=reader).raise_for_status().json()["key"]
    studio.open_without_key()

    studio.sign_in(key)

    studio.until("the rules", lambda: studio.all(".rule-row"))
    places = [link.get_attribute("data-place") for link in studio.all("#places a")]
    assert not {"models", "features", "experiments"} & set(places)
    studio.open("#/models")
    studio.until("a refusal", lambda: "needs the scope models" in studio.one("main").text)
    studio.driver.execute_script("sessionStorage.clear()")
    studio.open()
    studio.sign_in()
    studio.until("all places", lambda: studio.all("#places [data-place=models]"))


def test_narrow_window_has_no_horizontal_scroll(studio: ModelStudio) -> None:
    metrics = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    studio.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for view in (f"#/models/{gated(studio)}", "#/experiments/show/model-worth"):
            studio.signed_in_at(view)

            script = "return document.documentElement.scrollWidth - innerWidth"
            assert studio.driver.execute_script(script) <= 0, view
    finally:
        studio.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def gated(studio: ModelStudio) -> str:
    """The model that the first test had trained."""
    return next(str(model["version"]) for model in studio.models["models"] if model["gate"])


def shop_once(studio: ModelStudio, client: str) -> str:
    """Searches and clicks; returns the arm."""
    answer = studio.search("kettle", client)
    event = {
        "action_name": "click",
        "client_id": client,
        "query_id": answer["query_id"],
        "timestamp": datetime.now(UTC).isoformat(),
        "event_attributes": {
            "object": {"object_id": answer["hits"][0]["id"], "object_id_field": "item_id"},
            "position": {"ordinal": 1},
        },
    }
    sent = httpx.post(f"{studio.url}/v1/events", json=event, headers=studio.api.headers)
    sent.raise_for_status()
    arm: str = answer["experiments"]["model-worth"]
    return arm
