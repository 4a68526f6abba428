"""The merchandising studio in a real browser, from a key to a search page that has changed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

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
        self.settled()

    def settled(self) -> None:
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

    def asks(self, text: str) -> None:
        """A dialog is open that says so."""
        self.until(text, lambda: any(text in dialog.text for dialog in self.all("dialog[open]")))

    def answer(self, text: str) -> None:
        button = self.button(text, within="dialog")
        self.press(button)
        self.until("the dialog to close", lambda: staleness_of(button)(self.driver))

    def choose(self, label: str) -> None:
        """One of several choices, whose label is around it."""
        xpath = f".//label[normalize-space()='{label}']/input"
        self.press(self.one("main").find_element(By.XPATH, xpath))

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.all(selector)]

    def fill(self, element: WebElement, value: str) -> None:
        """For a moment, which the keys of each language write in another way."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
        self.driver.execute_script(script, element, value)

    def tab_to(self, what: str, reached: Callable[[WebElement], bool], *keys: str) -> None:
        """By keyboard alone: Tab, or the keys that are given, until the focus is there."""
        for _ in range(80):
            self.focused.send_keys(*(keys or (Keys.TAB,)))
            if reached(self.focused):
                return
        pytest.fail(f"the keyboard does not reach {what}")

    def draft(self, id_: str, **rule: object) -> None:
        """Saved by a colleague, over the API."""
        self.api.post("/rules", json={"id": id_} | rule).raise_for_status()

    def change(self, id_: str, **fields: object) -> None:
        entry = self.api.get(f"/rules/{id_}").json()
        match = {"If-Match": f'"{entry["revision"]}"'}
        changed = self.api.put(f"/rules/{id_}", json=entry["rule"] | fields, headers=match)
        changed.raise_for_status()

    def freeze(self, rule: str) -> int:
        """A version of what is live with this rule as the draft has it."""
        frozen = {"message": f"Only {rule}", "rules": [rule]}
        version: int = self.api.post("/rulesets", json=frozen).raise_for_status().json()["version"]
        return version

    def publish_at(self, version: int, at: datetime | None = None) -> None:
        body = {"at": at.isoformat()} if at else {}
        self.api.post(f"/rulesets/{version}/publish", json=body).raise_for_status()

    @property
    def versions(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get("/rulesets").json()
        return found

    def standing(self, version: int) -> str:
        return next(str(v["status"]) for v in self.versions["rulesets"] if v["version"] == version)

    def publish(self, message: str) -> None:
        self.labelled("Message").send_keys(message)
        self.press(self.one(".publish-form button[type=submit]"))
        self.until("the history", lambda: self.heading == "History")
        assert self.all(".version.live h2")[0].text == message

    def found(self, query: str, **more: object) -> list[str]:
        """The items of the first page, as a shop finds them."""
        answer = httpx.post(f"{self.url}/v1/search", json={"query": query} | more)
        return [hit["id"] for hit in answer.raise_for_status().json()["hits"]]

    def first_hit(self, query: str) -> str:
        """The item that the search page shows first."""
        page = httpx.get(self.url, params={"q": query}).text
        return page.partition('data-item="')[2].partition('"')[0]

    def first_hit_is(self, query: str, item: str) -> None:
        until(lambda: self.first_hit(query) == item, 10, f"{item} to be first for {query}")


def shown(element: WebElement) -> bool:
    return element.is_displayed()


def boost(brand: str) -> dict[str, object]:
    return {"boost": {"filter": {"field": "brand", "any_of": [brand]}, "by": 2}}


def soon(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


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


def test_first_version_is_rolled_back_to_no_rules(studio: Studio) -> None:
    live = studio.versions["live"]
    while studio.versions["rollback_to"]:
        studio.api.post("/rulesets/rollback").raise_for_status()
    studio.signed_in_at("#/history")

    studio.press(studio.button("Roll back"))
    asked = studio.one("dialog").text
    studio.press(studio.button("Go back", within="dialog"))

    studio.says("No rules are live now")
    assert "no rule acts any more" in asked
    studio.until("no such button", lambda: "Roll back" not in studio.one("main").text)
    assert studio.versions["live"] == 0
    studio.signed_in_at("#/audit?action=ruleset.rollback")
    assert "rolled back to no rules" in studio.one(".entry").text
    studio.publish_at(live)


def test_nothing_is_published_that_came_after_the_look_at_it(studio: Studio) -> None:
    studio.draft("seen", name="Seen", then=[boost("Brizo")])
    studio.signed_in_at("#/publish?rule=seen")
    studio.labelled("Message").send_keys("Only what I saw")
    studio.draft("unseen", name="Not seen", then=[boost("Hausli")])
    studio.change("seen", note="Changed meanwhile")
    live = studio.versions["live"]

    studio.press(studio.one(".publish-form button[type=submit]"))

    studio.until("a refusal", lambda: "Nothing was published" in studio.one(".conflict").text)
    assert studio.versions["live"] == live
    assert studio.labelled("Message").get_property("value") == "Only what I saw"
    assert "Different since you looked" in studio.one('.change[data-rule="seen"]').text
    assert "New since you looked" in studio.one('.change[data-rule="unseen"]').text
    chosen = studio.all(".change:has(input:checked)")
    assert [change.get_attribute("data-rule") for change in chosen] == ["seen"]
    studio.press(studio.one(".publish-form button[type=submit]"))
    studio.until("the history", lambda: studio.heading == "History")
    published = studio.api.get("/rules/export", params={"version": studio.versions["live"]}).json()
    ids = {rule["id"]: rule for rule in published["rules"]}
    assert ids["seen"]["note"] == "Changed meanwhile"
    assert "unseen" not in ids


def test_old_version_that_would_undo_a_newer_one_is_published_only_when_asked_again(
    studio: Studio,
) -> None:
    studio.draft("older", name="Older", then=[boost("Brizo")])
    studio.draft("newer", name="Newer than that", then=[boost("Hausli")])
    older, newer = studio.freeze("older"), studio.freeze("newer")
    studio.publish_at(newer)
    studio.signed_in_at("#/history")

    studio.press(studio.one(f'[aria-label="Publish version {older}"]'))
    studio.answer("Publish")

    studio.asks("Newer than that")
    studio.answer("Cancel")
    studio.says("Nothing was published")
    studio.settled()
    assert studio.standing(newer) == "live"
    studio.press(studio.one(f'[aria-label="Publish version {older}"]'))
    studio.answer("Publish")
    studio.asks("Newer than that")
    studio.answer("Publish all the same")
    studio.says(f"Version {older} is live")
    assert studio.standing(older) == "live"


def test_version_is_scheduled_and_taken_back(studio: Studio) -> None:
    studio.draft("scheduled", name="Scheduled", then=[boost("Brizo")])
    studio.signed_in_at("#/publish?rule=scheduled")
    studio.labelled("Message").send_keys("In an hour")
    studio.choose("At a time")

    studio.press(studio.button("Schedule 1 change"))

    studio.until("the history", lambda: studio.heading == "History")
    [waiting] = studio.versions["scheduled"]
    assert f"Version {waiting['version']}" in studio.one(".scheduled li").text
    studio.press(studio.button("Take it back", within=".scheduled"))
    studio.answer("Take it back")
    studio.says("The publication is taken back")
    studio.until("nothing to wait", lambda: not studio.all(".scheduled"))
    assert studio.versions["scheduled"] == []
    assert studio.standing(waiting["version"]) == "frozen"


def test_who_publishes_hears_of_what_is_scheduled_before_and_after(studio: Studio) -> None:
    studio.draft("planned", name="Planned before", then=[boost("Brizo")])
    studio.draft("added", name="Added later", then=[boost("Hausli")])
    planned = studio.freeze("planned")
    studio.publish_at(planned, soon(30))
    studio.signed_in_at("#/publish?rule=added")
    studio.labelled("Message").send_keys("Later than what is planned")
    studio.choose("At a time")
    studio.press(studio.button("Schedule 1 change"))

    studio.asks("Planned before")
    studio.answer("Cancel")
    studio.says("is kept, but not published")
    assert len(studio.versions["scheduled"]) == 1
    studio.choose("Now")
    studio.press(studio.button("Publish 1 change"))
    studio.asks(f"Version {planned} will take this back")
    studio.answer("Take its publication back")

    studio.until("the history", lambda: studio.heading == "History")
    assert studio.versions["scheduled"] == []
    assert studio.standing(planned) == "frozen"


def test_history_shows_what_differs_between_two_versions_by_rule_and_field(studio: Studio) -> None:
    studio.draft("compared", name="Compared", priority=3, then=[boost("Brizo")])
    before = studio.freeze("compared")
    studio.change("compared", priority=4)
    after = studio.freeze("compared")
    studio.signed_in_at("#/history")

    Select(studio.labelled("Compare")).select_by_value(str(before))
    Select(studio.labelled("with")).select_by_value(str(after))
    studio.press(studio.button("Show the differences"))

    change = studio.one(".comparison .change")
    assert change.get_attribute("data-rule") == "compared"
    assert studio.texts(".comparison .change tbody th") == ["priority"]
    assert studio.texts(".comparison .change tbody td") == ["3", "4"]


def test_audit_says_who_did_what_to_a_rule(studio: Studio) -> None:
    studio.draft("watched", name="Watched", note="First", then=[boost("Brizo")])
    studio.change("watched", note="Second")
    studio.signed_in_at("#/audit")

    studio.labelled("On what").send_keys("rule/watched", Keys.ENTER)
    studio.until("two entries", lambda: len(studio.all(".entry")) == 2)

    changed, created = studio.texts(".entry-head")
    assert changed.startswith("admin")
    assert "changed rule watched" in changed
    assert "created rule watched" in created
    studio.press(studio.one(".entry summary"))
    assert studio.texts(".entry details[open] tbody td") == ["First", "Second"]


def test_usage_tells_how_often_a_rule_fired_and_which_never_did(studio: Studio) -> None:
    studio.draft("used", name="Used", when={"query": {"is": "juicer"}}, then=[boost("Brizo")])
    studio.publish_at(studio.freeze("used"))
    studio.draft("idle", name="Idle", when={"query": {"is": "zeppelin"}}, then=[boost("Brizo")])
    studio.publish_at(studio.freeze("idle"))
    for _ in range(3):
        httpx.get(studio.url, params={"q": "juicer"}).raise_for_status()

    def fired(rule: Mapping[str, Any]) -> bool:
        return bool(rule["id"] == "used" and rule["fired"] == 3)

    until(lambda: any(map(fired, studio.api.get("/usage").json()["rules"])), 10, "the counts")
    studio.signed_in_at("#/usage")

    used = studio.one('.used[data-rule="used"]').text
    assert "3 times" in used
    assert "juicer" in used
    assert "Idle" in studio.texts(".never a")


def test_key_is_shown_once_allows_what_was_chosen_and_is_revoked(studio: Studio) -> None:
    studio.signed_in_at("#/keys")
    studio.press(studio.one(".new-key summary"))
    studio.labelled("Name").send_keys("Ben")
    for scope in ("rules:write", "rules:publish"):
        studio.press(studio.one(f'.new-key input[value="{scope}"]'))
    studio.press(studio.button("Create the key"))
    studio.asks("The key of Ben")
    key = str(studio.one("dialog .once input").get_property("value"))
    studio.answer("I have it")

    as_ben = {"Authorization": f"Bearer {key}"}
    me = httpx.get(f"{studio.url}/v1/admin/me", headers=as_ben).json()
    assert (me["name"], me["scopes"]) == ("Ben", ["rules:read"])
    studio.until("the new key", lambda: studio.all(f'.key[data-key="{me["id"]}"]'))
    assert key not in studio.driver.page_source
    studio.press(studio.one(f'.key[data-key="{me["id"]}"] [aria-label="Revoke the key of Ben"]'))
    studio.answer("Revoke")
    studio.says("The key of Ben is revoked")
    assert httpx.get(f"{studio.url}/v1/admin/me", headers=as_ben).status_code == 401


def test_deleted_rule_is_brought_back_as_it_is_live(studio: Studio) -> None:
    before = studio.api.get("/rules/withdrawn").json()["rule"]
    studio.signed_in_at()
    studio.press(studio.one('.rule-row[data-rule="withdrawn"] [aria-label^="Delete"]'))
    studio.answer("Delete")
    gone = studio.one('.deleted [data-rule="withdrawn"]')
    assert studio.api.get("/rules/withdrawn").status_code == 404

    studio.press(gone.find_element(By.CSS_SELECTOR, "button"))

    studio.says("is back in the draft")
    studio.one('.rule-row[data-rule="withdrawn"]')
    back = studio.api.get("/rules/withdrawn").json()
    assert back["rule"] == before
    assert back["status"] == "unchanged"


def test_preview_marks_what_comes_and_goes_and_says_what_does_not_act(studio: Studio) -> None:
    listed = studio.found("blender")
    sold_out = studio.found("blender", filter="in_stock = false")
    pins = [{"item_id": item} for item in (listed[12], listed[13], listed[14], sold_out[0])]
    studio.draft(
        "blenders",
        name="Blenders of spring",
        when={"query": {"contains": "blender"}, "starts_at": "2099-03-01T00:00:00Z"},
        then=[
            *({"pin": pin} for pin in pins),
            {"hide": {"item_ids": [listed[2]]}},
            {"data": {"theme": "spring"}},
            {"remove_words": ["please"]},
        ],
    )
    queries = ["blender", "blender please"]
    at = "2099-04-01T00:00:00Z"
    asked = {"queries": queries, "draft": True, "at": at}
    expected = studio.api.post("/rules/preview", json=asked).json()["queries"][0]
    studio.signed_in_at("#/preview?queries=blender%0Ablender+please")
    studio.until("a result", lambda: studio.all(".compared"))
    assert "Blenders of spring" not in "".join(studio.texts(".side.new .fired"))

    studio.fill(studio.labelled("As of (optional)"), "2099-04-01T00:00")
    studio.press(studio.button("Preview", within=".preview-form"))

    one = '.compared[data-query="blender"]'
    fired = f"{one} .side.new .fired"
    studio.until("the rule", lambda: "Blenders of spring" in "".join(studio.texts(fired)))
    leaving = {
        hit["id"]: f"now {hit['was']}" if hit["was"] else "leaves the first ten"
        for hit in expected["before"]["hits"]
        if hit["id"] in expected["lost"]
    }
    assert leaving[listed[2]] == "leaves the first ten"
    assert len(set(leaving.values())) > 1
    marked = studio.all(f"{one} .side.gone .hit-row.gone")
    assert {
        str(row.get_attribute("data-item")): row.find_element(By.CSS_SELECTOR, ".moved").text
        for row in marked
    } == leaving
    gained = studio.all(f"{one} .side.new .hit-row.new")
    assert [row.get_attribute("data-item") for row in gained] == expected["gained"]
    suppressed = studio.one(f"{one} .side.new .suppressed").text
    assert "Blenders of spring did not act (instruction 4, pin): out of stock" in suppressed
    assert 'Hands the page {"theme":"spring"}' in studio.texts(f"{one} .side.new .beside")
    polite = '.compared[data-query="blender please"]'
    assert "Searches for “blender please”" in studio.texts(f"{polite} .side.gone .beside")
    assert "Searches for “blender”" in studio.texts(f"{polite} .side.new .beside")
    loaded = "return arguments[0].complete && arguments[0].naturalWidth > 0"
    pictures = studio.all(f"{one} .hit-row img.thumb")
    assert len(pictures) == len(studio.all(f"{one} .hit-row"))
    studio.until(
        "the pictures", lambda: all(studio.driver.execute_script(loaded, p) for p in pictures)
    )


def test_keyboard_alone_leads_from_the_list_over_preview_to_publishing(studio: Studio) -> None:
    condition = {"query": {"is": "waffle iron"}}
    studio.draft("typed", name="Published by hand", when=condition, then=[boost("Brizo")])
    studio.signed_in_at()
    studio.tab_to("the rule", lambda focused: focused.text == "Published by hand")
    studio.focused.send_keys(Keys.ENTER)
    studio.until("the editor", lambda: studio.heading == "Published by hand")
    studio.tab_to("the preview", lambda focused: focused.text == "Preview")
    studio.focused.send_keys(Keys.ENTER)
    studio.until("the preview", lambda: studio.focused.text == "Preview of the draft")
    assert "Published by hand" in studio.one(".side.new .fired").text

    studio.tab_to(
        "the way to publish",
        lambda focused: focused.text == "Publish only this…",
        Keys.SHIFT,
        Keys.TAB,
    )
    studio.focused.send_keys(Keys.ENTER)
    studio.until("publishing", lambda: studio.heading == "Publish")
    studio.tab_to("the message", lambda focused: focused.tag_name == "textarea")
    studio.focused.send_keys("By hand alone")
    studio.tab_to("the button", lambda focused: focused.text == "Publish 1 change")
    studio.focused.send_keys(Keys.ENTER)

    studio.until("the history", lambda: studio.heading == "History")
    assert studio.one(".version.live h2").text == "By hand alone"


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
