"""The model shop in a real browser: suggestions, facets, chips, products, the basket, a drawer."""

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select
from sqlalchemy import Connection, create_engine, text

from app.db.postgres import EmbeddedPostgres
from tests.e2e.browser import open_browser
from tests.e2e.command import Service, until
from tests.e2e.test_search_page import Page

SOON = 20
NPM_SECONDS = 120
VARIED = "/items/smartphone-010-1"
"""One of three variants."""


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with open_browser() as driver:
        yield driver


@pytest.fixture
def page(driver: WebDriver, live_service: Service) -> Iterator[Page]:
    """With an empty basket, in light colours, 1280 wide, known by nobody."""
    page = Page(driver, live_service.url)
    page.open("/health/live")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    yield page
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.fixture(scope="module")
def log(live_service: Service) -> Iterator[Connection]:
    postgres = EmbeddedPostgres(live_service.data_dir / "postgres")
    engine = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    postgres.stop()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, as npm has it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    try:
        packed = subprocess.run(
            ["npm", "pack", "axe-core"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm pack axe-core took longer than {NPM_SECONDS} s")
    if packed.returncode:
        pytest.skip(f"npm cannot fetch axe-core: {packed.stderr.strip()[-300:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract("package/axe.min.js", folder, filter="data")
    return (folder / "package" / "axe.min.js").read_text()


def one(page: Page, selector: str) -> WebElement:
    found: list[WebElement] = page.until(selector, lambda: page.all(selector))
    return found[0]


def total(page: Page) -> int:
    found = re.search(r"([\d,]+) items?", one(page, ".count strong").text)
    return int(found[1].replace(",", "")) if found else 0


def state(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.driver.current_url).query)


def options(page: Page) -> list[WebElement]:
    return page.all("#suggestions [role=option]")


def type_in_box(page: Page, words: str) -> None:
    page.box.send_keys(words)
    page.until("suggestions", lambda: options(page) and options(page)[0].is_displayed())


def value_of(page: Page, legend: str, n: int = 0) -> WebElement:
    """The nth value of the facet of that name, as its row."""

    def rows() -> list[WebElement]:
        path = f"//fieldset[legend='{legend}']//label[contains(@class, 'tick')]"
        return page.driver.find_elements(By.XPATH, path)

    row: WebElement = page.until(legend, lambda: rows()[n])
    return row


def click(page: Page, element: WebElement) -> None:
    """In the middle of the window, since the driver's own scrolling may leave it under the head."""
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def choose(page: Page, legend: str, n: int = 0) -> None:
    """Results that come at this moment draw the facets anew, so that it is looked up again."""

    def clicked() -> bool:
        try:
            click(page, value_of(page, legend, n))
        except StaleElementReferenceException:
            return False
        return True

    page.until(f"a click in {legend}", clicked)


def settled(page: Page) -> None:
    """Something is chosen, and htmx has done all that it does with the answer."""
    page.until("a chip", lambda: page.all(".chip"))
    page.until("the end of it", lambda: not page.all(".htmx-request, .htmx-settling"))


def said(row: WebElement) -> tuple[str, int]:
    count = re.sub(r"\D", "", row.find_element(By.CSS_SELECTOR, ".n").text)
    return row.find_element(By.CSS_SELECTOR, ".what").text, int(count)


def focused(page: Page) -> WebElement:
    return page.driver.switch_to.active_element


def press(page: Page, *keys: str) -> None:
    for key in keys:
        focused(page).send_keys(key)


# Suggestions


def test_suggestions_are_a_listbox_that_the_arrow_keys_move_through(page: Page) -> None:
    page.open()

    type_in_box(page, "headph")

    assert page.box.get_attribute("role") == "combobox"
    assert page.box.get_attribute("aria-expanded") == "true"
    press(page, Keys.ARROW_DOWN)
    selected = page.all("#suggestions [aria-selected=true]")
    assert [one.get_attribute("id") for one in selected] == [
        page.box.get_attribute("aria-activedescendant")
    ]
    press(page, Keys.ARROW_UP)
    assert page.box.get_attribute("aria-activedescendant") is None
    press(page, Keys.ARROW_UP)
    assert options(page)[-1].get_attribute("aria-selected") == "true"


def test_escape_closes_suggestions_and_keeps_what_was_typed(page: Page) -> None:
    page.open()
    type_in_box(page, "headph")
    press(page, Keys.ARROW_DOWN, Keys.ESCAPE)

    assert not page.driver.find_element(By.ID, "suggestions").is_displayed()
    assert page.box.get_property("value") == "headph"
    assert page.box.get_attribute("aria-expanded") == "false"


def test_enter_on_a_suggested_item_opens_its_page(page: Page) -> None:
    page.open()
    type_in_box(page, "headph")
    items = [option for option in options(page) if option.get_attribute("class") == "is-item"]
    title = items[0].find_element(By.CSS_SELECTOR, ".text").text

    press(page, *[Keys.ARROW_DOWN] * (options(page).index(items[0]) + 1), Keys.ENTER)

    page.until("the product", lambda: page.heading == title)
    assert page.address.startswith("/items/")


def test_enter_on_a_suggested_category_browses_it(page: Page) -> None:
    page.open()
    type_in_box(page, "smartph")
    kinds = [option.get_attribute("class") for option in options(page)]

    press(page, *[Keys.ARROW_DOWN] * (kinds.index("is-category") + 1), Keys.ENTER)

    page.until("the category", lambda: "category" in state(page))
    assert state(page)["category"][0].endswith("Smartphones")
    page.until("its chip", lambda: "Smartphones" in one(page, ".chip").text)
    assert page.box.get_property("value") == ""


def test_queries_that_shoppers_found_something_with_are_suggested(
    page: Page, live_service: Service
) -> None:
    for shopper in ("a", "b", "c"):
        params = {"q": "velvet cushion", "client_id": f"shop-page-{shopper}"}
        httpx.get(f"{live_service.url}/v1/search", params=params).raise_for_status()

    def suggested() -> bool:
        answer = httpx.get(f"{live_service.url}/v1/suggest", params={"q": "velvet cus"})
        return bool(answer.json()["queries"])

    until(suggested, 120, "the query among the suggestions")
    page.open()
    type_in_box(page, "velvet cus")
    press(page, Keys.ARROW_DOWN)
    assert page.box.get_property("value") == "velvet cushion"
    press(page, Keys.ENTER)

    page.results_for("velvet cushion")


# Facets


def test_value_that_is_chosen_gives_as_many_items_as_were_counted(page: Page) -> None:
    page.open("/?q=laptop")
    brand, count = said(value_of(page, "Brand"))

    choose(page, "Brand")
    page.until("the brand's items", lambda: page.all(".chip") and total(page) == count)

    assert state(page) == {"q": ["laptop"], "brand": [brand]}
    assert {maker.text for maker in page.all(".grid .maker")} == {brand}


def test_counts_of_a_facet_leave_out_its_own_choice_and_add_up(page: Page) -> None:
    page.open("/?q=laptop")
    first, second = said(value_of(page, "Brand", 0)), said(value_of(page, "Brand", 1))
    choose(page, "Brand", 0)
    page.until("the first brand", lambda: total(page) == first[1])

    assert said(value_of(page, "Brand", 1)) == second
    choose(page, "Brand", 1)

    page.until("both brands", lambda: total(page) == first[1] + second[1])
    assert state(page)["brand"] == [first[0], second[0]]


def test_focus_stays_on_the_value_that_was_chosen(page: Page) -> None:
    page.open("/?q=laptop")
    box = value_of(page, "Brand").find_element(By.TAG_NAME, "input")
    name = box.get_attribute("id")
    page.driver.execute_script("arguments[0].focus()", box)
    press(page, Keys.SPACE)
    page.until("a chip", lambda: page.all(".chip"))

    assert page.until("the focus", lambda: focused(page).get_attribute("id") == name)


def test_categories_open_as_a_tree_and_lead_back(page: Page) -> None:
    page.open("/?q=laptop")
    page.all(".tree .pick")[0].click()
    page.until("a subcategory", lambda: page.all(".tree ul ul .pick"))
    assert state(page)["category"] == ["Computers"]

    page.all(".tree ul ul .pick")[0].click()
    page.until("its path", lambda: " > " in state(page).get("category", [""])[0])
    one(page, "#all-categories").click()

    page.until("no category", lambda: "category" not in state(page))
    assert state(page) == {"q": ["laptop"]}


def test_price_is_chosen_by_range_or_typed(page: Page) -> None:
    page.open("/?q=laptop")
    path = "//fieldset[legend='Price']//a"
    ranges = page.driver.find_elements(By.XPATH, path)
    count = int(ranges[1].find_element(By.CSS_SELECTOR, ".n").text.split()[0])
    ranges[1].click()
    page.until("the range", lambda: "price" in state(page) and total(page) == count)

    low = one(page, "#price-min")
    low.send_keys("100", Keys.TAB)
    page.until("the typed range", lambda: state(page).get("price") == ["100.."])
    one(page, "#price-max").send_keys("300", Keys.TAB)

    page.until("both ends", lambda: state(page).get("price") == ["100..300"])
    shown = page.until("prices", lambda: [price.text for price in page.all(".grid .price")])
    assert all(100 <= float(price.strip("€").replace(",", "")) <= 300 for price in shown)


def test_rating_and_stock_are_chosen(page: Page) -> None:
    page.open("/?q=laptop")
    page.driver.find_element(By.XPATH, "//h3[.='Rating']/..//a").click()
    page.until("the rating", lambda: state(page).get("rating") == ["4"])
    choose(page, "Availability")

    page.until("both", lambda: state(page) == {"q": ["laptop"], "rating": ["4"], "in_stock": ["1"]})
    assert not page.all(".grid .out")
    stars = [float(stars.text) for stars in page.all(".grid .rating > span:nth-child(2)")]
    assert min(stars) >= 4


def test_facets_are_the_same_on_every_page(page: Page) -> None:
    offered = []
    for number in (1, 2, 3):
        page.open(f"/?q=laptop&page={number}")
        offered.append([legend.text for legend in page.all(".facet legend")])

    assert offered[1:] == [offered[0]] * 2
    assert len(offered[0]) > 5


def test_attributes_of_what_was_found_are_facets(page: Page) -> None:
    page.open("/?q=laptop")
    legends = [legend.text for legend in page.all(".facet legend")]
    assert "Screen" in legends
    value, count = said(value_of(page, "Screen"))

    choose(page, "Screen")

    page.until("the attribute", lambda: total(page) == count)
    assert state(page)["screen_inch"] == [value.removesuffix(" inch")]


def test_many_values_are_searched_and_shown_on_demand(page: Page) -> None:
    page.open()
    more = one(page, "fieldset .more summary")
    before = len(page.all("fieldset:has(.more) .tick"))
    assert before > 7
    more.click()
    page.until("more values", lambda: page.all(".more[open] .tick")[-1].is_displayed())

    page.driver.find_element(By.CSS_SELECTOR, "input[aria-label='Find in Brand']").send_keys("ve")

    def brands() -> list[str]:
        path = "//fieldset[legend='Brand']//label//span[@class='what']"
        return [found.text for found in page.driver.find_elements(By.XPATH, path)]

    page.until("only those", lambda: brands() and all("Ve" in brand for brand in brands()))
    assert page.address == "/"
    choose(page, "Brand")
    page.until("the brand", lambda: "brand" in state(page))


def test_opened_values_stay_open_when_one_is_chosen(page: Page) -> None:
    page.open()
    one(page, "fieldset .more summary").click()
    row = page.until("more", lambda: page.all(".more[open] .tick")[0])
    row.click()
    settled(page)

    assert page.all(".more[open]")


# Chips, order, what was done to the query


def test_chips_take_back_one_choice_or_all(page: Page) -> None:
    page.open("/?q=laptop&brand=Kestrio&brand=Aurelin&in_stock=1")
    both = total(page)
    assert [chip.get_property("textContent") for chip in page.all(".chip")] == [
        "Remove Brand: Kestrio",
        "Remove Brand: Aurelin",
        "Remove Availability: In stock",
    ]

    page.all(".chip")[0].click()
    page.until("one brand", lambda: state(page)["brand"] == ["Aurelin"] and total(page) < both)
    assert page.until("a focus", lambda: focused(page).get_attribute("id") == "results")
    one(page, ".clear").click()

    page.until("no chips", lambda: page.address == "/?q=laptop" and not page.all(".chip"))


def test_order_is_chosen_from_the_menu(page: Page) -> None:
    page.open("/?q=mug")
    Select(one(page, "#sort")).select_by_visible_text("Price: low to high")
    page.until("the order", lambda: state(page).get("sort") == ["price"])

    def prices() -> list[float]:
        return [float(price.text.strip("€")) for price in page.all(".grid .price")]

    page.until("ascending prices", lambda: prices() == sorted(prices()))
    assert Select(one(page, "#sort")).first_selected_option.text == "Price: low to high"


def test_correction_is_said_and_the_original_can_be_insisted_on(page: Page) -> None:
    page.open("/?q=wireles+headphones")
    assert "Showing results for wireless headphones" in one(page, "[data-corrected]").text

    one(page, "[data-corrected] a").click()

    page.until("the exact search", lambda: state(page).get("exact") == ["1"])
    page.until("no correction", lambda: not page.all("[data-corrected]"))
    page.search("wireles headphone")
    assert "exact" not in state(page)


def test_relaxation_is_said(page: Page) -> None:
    page.open("/?q=quantum+kettle&brand=Hausli")

    assert "“quantum” was left out" in one(page, "[data-relaxed]").text


def test_filters_that_leave_nothing_can_be_cleared(page: Page) -> None:
    page.open("/?q=kettle&brand=Nobody")
    one(page, "[data-empty] .button").click()

    page.until("items", lambda: page.all(".grid .card"))
    assert page.address == "/?q=kettle"


def test_number_of_results_is_announced(page: Page) -> None:
    page.open("/?q=laptop")
    status = page.driver.find_element(By.ID, "status")
    assert status.get_attribute("aria-live") == "polite"

    choose(page, "Brand")
    page.until("a chip", lambda: page.all(".chip"))

    assert f"{total(page)} items" in str(status.get_property("textContent"))


def test_state_comes_back_with_the_address_and_with_back(page: Page) -> None:
    address = "/?q=laptop&brand=Kestrio&sort=price"
    page.open(address)
    assert total(page)
    choose(page, "Availability")
    page.until("stock", lambda: state(page).get("in_stock") == ["1"])
    page.driver.back()

    page.until("the state before", lambda: page.address == address and len(page.all(".chip")) == 1)
    assert Select(one(page, "#sort")).first_selected_option.text == "Price: low to high"
    choose(page, "Availability")
    page.until("stock again", lambda: state(page).get("in_stock") == ["1"])


def test_title_marks_the_words_of_the_query(page: Page) -> None:
    page.open("/?q=kettles")

    assert {mark.text.lower() for mark in page.all(".grid mark")} >= {"kettle"}


# Product pages and recommendations


def test_hit_leads_to_its_page_with_variants_attributes_and_similar_items(page: Page) -> None:
    page.open(VARIED)

    assert page.heading == "Pikkel Lyra 6 Pro Smartphone, 128 GB, Navy"
    assert one(page, ".product .tile img").get_attribute("alt")
    assert len(page.all(".choice")) == 3
    assert "128 GB" in one(page, ".details").text
    similar = {card.get_attribute("data-item") for card in page.all("#similar .card")}
    assert len(similar) == 6
    assert not any(str(item).startswith("smartphone-010") for item in similar)
    page.all(".choice:not([aria-current])")[0].click()
    page.until("the variant", lambda: "Mint" in page.heading)


def test_product_page_can_be_searched_from(page: Page) -> None:
    page.open(VARIED)

    page.search("kettle")

    assert page.address == "/?q=kettle"
    page.driver.back()
    page.until("the product", lambda: page.all(".product") and page.address == VARIED)


def test_unknown_item_has_a_page_that_says_so(page: Page, live_service: Service) -> None:
    page.open("/items/no-such-thing")

    assert "not in the shop" in page.heading
    assert httpx.get(f"{live_service.url}/items/no-such-thing").status_code == 404


def test_start_page_recommends_what_fits_the_visit(page: Page) -> None:
    page.open()
    assert not one(page, "#for-you").is_displayed()

    page.search("kettle")
    page.driver.execute_script("document.activeElement.blur()")
    one(page, ".grid .title a").click()
    page.until("the product", lambda: page.all(".product"))
    page.open()

    page.until("a shelf", lambda: page.all("#for-you .card"))
    assert one(page, "#for-you h2").text == "Picked for this visit"
    titles = [title.text for title in page.all("#for-you .title")]
    assert any("Kettle" in title for title in titles)


def test_what_was_bought_together_is_shown(page: Page, live_service: Service) -> None:
    pair = ("mouse-017", "keyboard-004")
    events = [
        {
            "action_name": "purchase",
            "client_id": f"pair-{shopper}",
            "session_id": f"pair-{shopper}",
            "event_attributes": {"object": {"object_id": item}},
        }
        for shopper in "abc"
        for item in pair
    ]
    httpx.post(f"{live_service.url}/v1/events", json=events).raise_for_status()

    page.open(f"/items/{pair[0]}")

    assert one(page, "#together .card").get_attribute("data-item") == pair[1]


# The drawer


def test_drawer_takes_the_focus_and_gives_it_back(page: Page) -> None:
    page.open("/?q=kettle&explain=1")
    one(page, ".why summary").click()
    page.until("the drawer", lambda: page.all("#drawer[open]"))
    assert focused(page).get_attribute("id") == "drawer-title"
    assert focused(page).text.startswith("#1 ")

    one(page, "#drawer [data-step='1']").click()
    page.until("the next hit", lambda: focused(page).text.startswith("#2 "))
    press(page, Keys.ESCAPE)

    page.until("the page", lambda: not page.all("#drawer[open]"))
    assert page.until("the focus", lambda: "Why #2" in focused(page).text)


# The basket, and what is told


def actions(log: Connection, client: str) -> list[tuple[str, str | None, int | None]]:
    query = text(
        "select e.action, i.id, e.position from interaction_events e "
        "left join items i on i.key = e.item_key where e.client_id = :client order by e.key"
    )
    rows = log.execute(query, {"client": client})
    return [(row.action, row.id, row.position) for row in rows]


def test_every_step_of_a_purchase_is_told(page: Page, log: Connection) -> None:
    page.open("/?q=lamp")
    item = one(page, ".grid .card").get_attribute("data-item")
    client = page.driver.execute_script("return localStorage['endcap-client']")
    one(page, ".grid .title a").click()
    page.until("the product", lambda: page.all(".product"))
    one(page, ".product [data-add]").click()
    page.until("the badge", lambda: page.all(".to-basket .in-basket")[0].text == "1")
    one(page, "[data-basket]").click()
    quantity = page.until("a line", lambda: page.all("#basket[open] .line input"))[0]
    page.driver.execute_script(
        "arguments[0].value = 2; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
        quantity,
    )
    page.until("two", lambda: page.all(".to-basket .in-basket")[0].text == "2")
    one(page, "#checkout").click()
    page.until("thanks", lambda: "Thank you" in one(page, "#basket-note").text)

    told = ("click", "view", "add_to_cart", "purchase")
    until(lambda: {a for a, _, _ in actions(log, client)} >= set(told), SOON, "the events")
    assert [(a, i) for a, i, _ in actions(log, client) if a in told] == [(a, item) for a in told]
    assert not page.all("#basket .line")
    sold = text("select count(*) from interaction_events where client_id = :c and query_id <> ''")
    assert log.execute(sold, {"c": client}).scalar_one() >= len(told)


def test_what_is_done_with_a_recommendation_names_it(page: Page, log: Connection) -> None:
    page.open(VARIED)
    client = page.driver.execute_script("return localStorage['endcap-client']")
    named = one(page, "#similar .row").get_attribute("data-query-id")
    item = one(page, "#similar .card").get_attribute("data-item")
    one(page, "#similar .title a").click()
    page.until("the product", lambda: page.address == f"/items/{item}")
    one(page, ".product [data-add]").click()

    told = {("click", item, named), ("add_to_cart", item, named)}
    query = text(
        "select e.action, i.id, e.query_id from interaction_events e "
        "join items i on i.key = e.item_key where e.client_id = :client"
    )
    until(
        lambda: told <= {tuple(row) for row in log.execute(query, {"client": client})},
        SOON,
        "the events",
    )
    assert str(named).startswith("rec-")


def test_basket_survives_a_page_load_and_lines_can_be_removed(page: Page, log: Connection) -> None:
    page.open("/?q=kettle")
    client = page.driver.execute_script("return localStorage['endcap-client']")
    for n in (0, 1):
        page.all(".grid [data-add]")[n].click()
    page.driver.refresh()
    page.until("the badge", lambda: page.all(".to-basket .in-basket")[0].text == "2")
    one(page, "[data-basket]").click()
    page.until("two lines", lambda: len(page.all("#basket[open] .line")) == 2)

    page.all("#basket .line .icon-button")[0].click()

    page.until("one line", lambda: len(page.all("#basket .line")) == 1)
    until(lambda: "remove_from_cart" in {a for a, _, _ in actions(log, client)}, SOON, "the event")
    press(page, Keys.ESCAPE)
    assert page.until("the focus", lambda: focused(page).get_attribute("data-basket") is not None)


def test_choosing_and_sorting_are_told(page: Page, log: Connection) -> None:
    page.open("/?q=laptop")
    client = page.driver.execute_script("return localStorage['endcap-client']")
    choose(page, "Brand")
    page.until("a chip", lambda: page.all(".chip"))
    Select(one(page, "#sort")).select_by_visible_text("Newest")
    page.until("the order", lambda: "sort" in state(page))

    until(lambda: {a for a, _, _ in actions(log, client)} >= {"facet", "sort"}, SOON, "the events")


# On a phone, by keyboard, without scripts


def test_facets_are_behind_a_button_on_a_phone(page: Page) -> None:
    page.set_width(360)
    page.open("/?q=laptop")
    assert not one(page, "#facets").is_displayed()

    button = one(page, "[data-show-facets]")
    button.click()
    assert one(page, "#facets").is_displayed()
    assert button.get_attribute("aria-expanded") == "true"
    choose(page, "Brand")
    settled(page)
    assert one(page, "#facets").is_displayed()
    assert page.overflow() <= 0
    click(page, one(page, "[data-shut-facets]"))

    assert not one(page, "#facets").is_displayed()
    assert focused(page).get_attribute("data-show-facets") is not None


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address",
    ["/", "/?q=laptop&brand=Kestrio&explain=1", "/?q=kettle&brand=Nobody", VARIED, "/items/none"],
)
def test_nothing_reaches_beyond_the_window(page: Page, width: int, address: str) -> None:
    page.set_width(width)
    page.open(address)

    assert page.overflow() <= 0


def test_skip_link_leads_past_the_head(page: Page) -> None:
    page.open(VARIED)
    press(page, Keys.TAB)
    assert "Skip to the product" in focused(page).text

    press(page, Keys.ENTER)

    assert page.until("its target", lambda: page.driver.current_url.endswith("#results"))


def test_shop_works_without_scripts(live_service: Service) -> None:
    with open_browser(scripts=False) as driver:
        page = Page(driver, live_service.url)
        page.open("/?q=laptop")
        brand, count = said(value_of(page, "Brand"))
        choose(page, "Brand")
        Select(one(page, "#sort")).select_by_visible_text("Price: low to high")
        one(page, "#price-max").send_keys("2000")
        one(page, ".unscripted").click()

        page.until("the state", lambda: "price" in state(page))
        expected = {"q": ["laptop"], "brand": [brand], "sort": ["price"], "price": ["..2000"]}
        assert state(page) == expected
        assert 0 < total(page) <= count
        page.all(".chip")[0].click()
        page.until("one chip", lambda: len(page.all(".chip")) == 1)
        one(page, ".grid .title a").click()
        page.until("the product", lambda: page.all(".product .details"))
        assert page.all("#similar .card")


# What axe-core finds


def open_basket(page: Page) -> None:
    page.all(".grid [data-add]")[0].click()
    one(page, "[data-basket]").click()
    page.until("the basket", lambda: page.all("#basket[open] .line"))


def open_drawer(page: Page) -> None:
    one(page, ".why summary").click()
    page.until("the drawer", lambda: page.all("#drawer[open]"))


def open_suggestions(page: Page) -> None:
    type_in_box(page, "headph")
    press(page, Keys.ARROW_DOWN)
    # The list before is faded while the next one is awaited.
    page.until("the results", lambda: page.heading == "“headph”")
    page.until("no request", lambda: not page.all(".htmx-request"))


def nothing(page: Page) -> None:
    """As the page is."""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("address", "act"),
    [
        pytest.param("/", nothing, id="start"),
        pytest.param("/", open_suggestions, id="suggestions"),
        pytest.param("/?q=laptop&brand=Kestrio&in_stock=1", nothing, id="results"),
        pytest.param("/?q=wireles+headphones", nothing, id="corrected"),
        pytest.param("/?q=kettle&brand=Nobody", nothing, id="nothing"),
        pytest.param("/?q=kettle", open_basket, id="basket"),
        pytest.param("/?q=kettle&explain=1", open_drawer, id="drawer"),
        pytest.param(VARIED, nothing, id="product"),
        pytest.param("/items/none", nothing, id="unknown item"),
    ],
)
def test_axe_finds_nothing_serious(
    page: Page, axe: str, colours: str, width: int, address: str, act: Callable[[Page], None]
) -> None:
    scheme = {"name": "prefers-color-scheme", "value": colours}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
    page.set_width(width)
    page.open(address)
    if width == 360 and page.all("[data-show-facets]") and act is nothing:
        one(page, "[data-show-facets]").click()
    act(page)

    page.driver.execute_script(f"{axe}; window.axe = axe")
    found = page.driver.execute_async_script(
        "const done = arguments[0];"
        "const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];"
        "window.axe.run(document, {runOnly, resultTypes: ['violations']})"
        ".then(({violations}) => done(JSON.stringify(violations)), e => done(String(e)))"
    )

    serious = [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in json.loads(found)
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


# How soon


FIRST_HIT = """
const done = arguments[0];
const box = document.getElementById("q");
const words = ["lamp", "chair", "laptop", "kettle", "shoes", "phone", "desk", "mug", "tent", "bag"];
const taken = [];
let began;
new PerformanceObserver((list) => {
  const painted = list.getEntriesByName("")[0] ?? list.getEntries().at(-1);
  if (painted.identifier !== "first-hit" || began === undefined) return;
  taken.push(painted.renderTime - began);
  began = undefined;
  setTimeout(next, 250);
}).observe({ type: "element" });
function next() {
  if (!words.length) return done(taken);
  box.value = words.shift();
  box.addEventListener("input", ({ timeStamp }) => (began = timeStamp), { once: true });
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
next();
"""


def test_first_hits_are_painted_soon_after_a_key(page: Page) -> None:
    """From the input event to the element timing entry of the first hit. The fastest of ten says
    what the page takes; the others, what else the machine does that runs the tests."""
    page.open("/?q=kettle")
    page.driver.set_script_timeout(60)

    taken: list[float] = sorted(page.driver.execute_async_script(FIRST_HIT))

    print(f"input to first hit painted, ms: {[round(one) for one in taken]}")  # noqa: T201
    assert len(taken) == 10
    assert taken[0] < 300
