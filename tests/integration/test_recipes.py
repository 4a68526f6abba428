"""The guide for merchandisers, docs/recipes.md, carried out as it is written: on the demo's
catalogue and rules, over HTTP, on real PostgreSQL and real Qdrant Edge, with the hash encoder."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient

from app.asgi import create_app
from app.items.importer import Importer
from app.live import Live
from app.sample.rules import SAMPLE_RULES
from app.sample.writer import write_sample
from app.settings import Settings
from indexing.encoder import HashEncoder
from indexing.mapping import identity_mapping
from rules.match import MAX_FIRED
from tests.e2e.command import until
from tests.recipes import (
    GUIDE,
    Answer,
    Command,
    Recipe,
    Sight,
    UntestableGuide,
    read_commands,
    read_recipes,
    sections,
)

Client = TestClient[Any]
KEY = "the-key-of-a-merchandiser"
RULES = "/v1/admin/rules"
SETS = "/v1/admin/rulesets"
RECIPES = read_recipes()
OFFER = RECIPES[0].rule
OFFERED = "headphones-002"
STUDIO = Path(__file__).resolve().parents[2] / "app" / "ui" / "static" / "studio"


class ReaderOfNames(HashEncoder):
    """Has learned those words of the guide that the bundled encoder has and the catalogue does
    not have."""

    def knows_word(self, word: str) -> bool:
        return word in ("sony", "trainers", "canvas")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The shop of `endcap demo`, but for its encoder and its model, as the version 1 of its rules
    has it. Opening it takes most of the time, so every test here puts its rules back instead."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"), admin_key=KEY)
    with Live(settings, encoder=ReaderOfNames()) as live:
        feed = write_sample(settings.sample_dir).items
        Importer(live.engine, identity_mapping(), settings.rejects_dir / "sample").run(feed)
        while live.outbox.run_batch():
            pass
        live.warm_up()
        live.vocabulary.refresh()  # Else nothing is corrected for a second.
        live.start_following()
        with TestClient(create_app(live)) as client:
            client.headers["Authorization"] = f"Bearer {KEY}"
            draft_only(client, SAMPLE_RULES)
            publish(client, freeze(client))
            yield client


@pytest.fixture
def client(demo: Client) -> Iterator[Client]:
    yield demo
    draft_only(demo, SAMPLE_RULES)
    if body(demo.get(SETS))["live"] != 1:
        publish(demo, 1)


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def draft_only(client: Client, rules: list[dict[str, object]]) -> None:
    body(client.post(f"{RULES}/import", params={"mode": "replace"}, json=rules))


def freeze(client: Client) -> int:
    version: int = body(client.post(SETS, json={"message": "As the guide says"}), 201)["version"]
    return version


def publish(client: Client, version: int) -> None:
    body(client.post(f"{SETS}/{version}/publish"))
    until_live(client, version)


def until_live(client: Client, version: int) -> None:
    until(lambda: search(client)["ruleset_version"] == version, 10, f"version {version}")


def make_live(client: Client, *rules: dict[str, Any]) -> None:
    """Beside the rules that are in the draft."""
    for rule in rules:
        body(client.post(RULES, json=rule), 201)
    publish(client, freeze(client))


def search(client: Client, query: str = "", **fields: Any) -> Answer:
    sent = {"query": query, **fields}
    answer: Answer = body(client.post("/v1/search", json=sent, headers={"Authorization": ""}))
    return answer


def seen(answer: Answer) -> list[Any]:
    """What a shopper could tell two answers apart by."""
    hits = [(hit["id"], hit["placement"]) for hit in answer["hits"]]
    return [hits, *(answer[part] for part in ("query", "sort", "redirect", "banners", "data"))]


def verdict(sight: Sight, before: Answer, after: Answer) -> str:
    if sight.claim is None:
        return "as before" if seen(after) == seen(before) else "changed"
    return f"{sight.claim(before)} before, {sight.claim(after)} after"


def expected(sight: Sight) -> str:
    return "as before" if sight.claim is None else "False before, True after"


def first_hit(client: Client, query: str) -> str:
    found: str = search(client, query)["hits"][0]["id"]
    return found


def run(client: Client, command: Command) -> Response:
    """As curl would, which knows no key but the one that the command names."""
    content = RECIPES[0].written if command.body == "@rule.json" else command.body
    headers = {"Authorization": "", **command.headers}
    return client.request(command.method, command.url, headers=headers, content=content)


def commands(heading: str, **variables: object) -> list[Command]:
    return read_commands(heading, ENDCAP="http://testserver.local", KEY=KEY, **variables)


# The recipes


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: str(recipe.rule["id"]))
def test_recipe_does_what_it_says_and_nothing_more(client: Client, recipe: Recipe) -> None:
    before = [search(client, **sight.search) for sight in recipe.sights]

    body(client.post(RULES, content=recipe.written), 201)
    publish(client, freeze(client))

    after = [search(client, **sight.search) for sight in recipe.sights]
    told = zip(recipe.sights, before, after, strict=True)
    assert [(sight.words, verdict(sight, old, new)) for sight, old, new in told] == [
        (sight.words, expected(sight)) for sight in recipe.sights
    ]


def test_ten_recipes_do_what_they_say_side_by_side(client: Client) -> None:
    make_live(client, *(recipe.rule for recipe in RECIPES))

    wrong = [
        sight.words
        for recipe in RECIPES
        for sight in recipe.sights
        if sight.claim is not None and not sight.claim(search(client, **sight.search))
    ]
    assert wrong == []


def test_there_are_ten_recipes_and_each_has_an_effect_that_is_checked() -> None:
    ids = {recipe.rule["id"] for recipe in RECIPES}
    unchecked = [
        recipe.title for recipe in RECIPES if all(sight.claim is None for sight in recipe.sights)
    ]

    assert [recipe.title.split(".")[0] for recipe in RECIPES] == [str(n) for n in range(1, 11)]
    assert len(ids) == 10
    assert unchecked == []


@pytest.mark.parametrize(
    "changed",
    [
        ("hit 1 is `headphones-002`", "the offer is loved by all"),
        ("- `wireless headphnes`: ", "- Somehow, "),
        ("Shoppers then see:", "Shoppers may see:"),
        ("```json", "```"),
    ],
)
def test_recipe_without_a_check_is_refused(changed: tuple[str, str]) -> None:
    with pytest.raises(UntestableGuide):
        read_recipes(GUIDE.replace(*changed))


def test_recipes_use_every_instruction_and_every_condition_that_the_guide_is_for() -> None:
    instructions = {kind for recipe in RECIPES for then in recipe.rule["then"] for kind in then}
    conditions = {part for recipe in RECIPES for part in recipe.rule.get("when", {})}

    assert instructions == {
        *("pin", "hide", "boost", "bury", "filter", "synonym", "replace_query", "banner", "data"),
        *("redirect", "sort", "diversify"),
    }
    assert conditions == {
        *("query", "starts_at", "ends_at", "category", "segments", "locale", "context"),
        "experiment",
    }


def test_offer_is_over_when_its_end_has_passed(client: Client) -> None:
    before = search(client, "headphones")
    when = {**OFFER["when"], "ends_at": "2025-01-12T00:00:00+01:00"}

    make_live(client, {**OFFER, "when": when})

    assert seen(search(client, "headphones")) == seen(before)


def test_recall_hides_also_what_another_rule_pins(client: Client) -> None:
    pin = {"pin": {"item_id": "toaster-012-1", "ignore_filters": True, "ignore_stock": True}}
    recall = next(recipe.rule for recipe in RECIPES if recipe.rule["id"] == "recall-toaster-012")
    make_live(client, {"id": "pin", "priority": 2000, "then": [pin]})
    pinned = first_hit(client, "toaster")

    make_live(client, recall)

    shown = search(client, "toaster", per_page=100)["hits"]
    assert pinned == "toaster-012-1"
    assert "toaster-012" not in {hit["item"]["group_id"] for hit in shown}


# How to make a rule live


def test_rule_goes_live_and_back_by_the_commands_of_the_guide(client: Client) -> None:
    usual = first_hit(client, "headphones")
    (save,) = commands("Save it in the draft")
    entry = body(run(client, save), 201)
    (preview,) = commands("Preview it")
    meant, other = body(run(client, preview))["queries"]
    (frozen,) = commands("Freeze it with a message")
    version = body(run(client, frozen), 201)
    still = first_hit(client, "headphones")
    (release,) = commands("Publish it", VERSION=version["version"])
    published = body(run(client, release))
    until_live(client, version["version"])
    offered = first_hit(client, "headphones")
    back, remove = commands("Roll back", REVISION=entry["revision"])
    rolled = body(run(client, back))
    until_live(client, 1)
    again = first_hit(client, "headphones")
    waiting = body(client.get(f"{RULES}/{OFFER['id']}"))["status"]
    body(run(client, remove), 204)

    assert (entry["rule"], entry["status"]) == (OFFER, "added")
    assert (meant["query"], other["query"]) == ("headphones", "earbuds")
    assert (meant["changed"], other["changed"]) == (True, False)
    assert meant["before"]["hits"][0]["id"] == usual
    assert meant["after"]["hits"][0]["id"] == OFFERED
    assert (version["status"], version["rules"]) == ("frozen", len(SAMPLE_RULES) + 1)
    assert (published["live"], rolled["version"]) == (True, 1)
    assert (still, offered, again) == (usual, OFFERED, usual)
    assert usual != OFFERED
    assert waiting == "added"
    assert client.get(f"{RULES}/{OFFER['id']}").status_code == 404


def test_commands_need_the_key(client: Client) -> None:
    headings = ("Save it in the draft", "Preview it", "Freeze it with a message", "Roll back")
    given = [one for heading in headings for one in commands(heading, REVISION=1)]

    keyless = [Command(one.method, one.url, {}, one.body) for one in given]

    assert [run(client, one).status_code for one in keyless] == [401] * 5


def test_names_in_bold_are_those_that_the_studio_shows() -> None:
    scripts = "".join(path.read_text() for path in STUDIO.glob("*.js"))
    names = set(re.findall(r"\*\*([^*]+)\*\*", GUIDE))

    absent = [name for name in names if not name.endswith(".") and f'"{name}"' not in scripts]

    assert len(names) > 30
    assert absent == []


# When something looks wrong


def test_explain_tells_which_rule_acted_and_which_was_held_back(client: Client) -> None:
    (asked,) = commands("Which rule did it")
    coffee = body(run(client, asked))
    shoes = search(client, "running shoes", explain=True)

    assert "sold-out-last" in [rule["id"] for rule in coffee["applied_rules"]]
    assert [(rule["id"], rule["reason"]) for rule in coffee["suppressed_rules"]] == [
        ("coffee-barista", "the shopper sorts")
    ]
    assert [rule["effect"] for rule in shoes["hits"][0]["explain"]["rules"]] == ["boosted by 2"]


def test_reasons_in_the_guide_are_those_that_answers_give(client: Client) -> None:
    def rule(name: str, *then: dict[str, Any], priority: int, **fields: Any) -> dict[str, Any]:
        when = {"query": {"is": "headphones"}}
        given = {"id": name, "priority": priority, "when": when, "then": list(then)}
        return {**given, **fields}

    def pin(item_id: str) -> dict[str, Any]:
        return {"pin": {"item_id": item_id}}

    reasons = re.findall(r"^\| `(.+?)` \|", sections()["Which rule did it"], re.MULTILINE)
    make_live(
        client,
        rule("first", {"sort": "price"}, pin("headphones-001-1"), {"sort": "rating"}, priority=9),
        rule("second", {"sort": "rating"}, pin("headphones-001-2"), priority=8),
        rule("sold-out", pin("headphones-019"), priority=7),
        rule("hidden", pin("toaster-006"), priority=6),
        rule("words", {"remove_words": "cheap"}, priority=6),
        rule("terms", {"synonym": {"terms": ["sofa", "couch"]}}, priority=6),
        rule("last", {"data": {}}, priority=5, stop=True),
        rule("away", {"redirect": "/sale"}, pin("mug"), priority=9, when={"query": {"is": "sale"}}),
        *(
            rule(f"crowd-{n}", {"data": {}}, priority=9, when={"query": {"is": "crowd"}})
            for n in range(MAX_FIRED)
        ),
    )

    answers = [
        search(client, "headphones", explain=True),
        search(client, "coffee", sort="price", explain=True),
        search(client, "sale", explain=True),
        search(client, "crowd", explain=True),
    ]

    given = {entry["reason"] for answer in answers for entry in answer["suppressed_rules"]}
    assert {re.sub(r"rule \S+", "rule X", reason) for reason in given} == set(reasons)
    assert len(reasons) == 11


def test_audit_versions_and_difference_tell_what_changed_and_who_did_it(client: Client) -> None:
    make_live(client, OFFER)
    audit, versions, difference = commands("What changed, and who did it", VERSION=1)

    entries = body(run(client, audit))["entries"]
    listed = body(run(client, versions))
    added = body(run(client, difference))["added"]

    assert {entry["object"] for entry in entries} == {"rule/shoes-fleetwick"}
    assert (entries[-1]["action"], entries[-1]["before"]) == ("rule.create", None)
    assert entries[-1]["actor"] == "ENDCAP_ADMIN_KEY (environment)"
    assert listed["rulesets"][0]["version"] == listed["live"] > 1
    assert listed["rulesets"][0]["message"] == "As the guide says"
    assert added == [OFFER]


def test_usage_tells_which_rules_fire_and_for_what(client: Client) -> None:
    recipe = next(one.rule for one in RECIPES if one.rule["id"] == "trainers-find-sneakers")
    idle = {**OFFER, "id": "idle", "when": {"query": {"is": "nobody types this"}}}
    make_live(client, recipe, idle)
    (asked,) = commands("What a rule does every day")

    for query in ("blue sneakers", "blue trainers"):
        search(client, query)

    def queries() -> list[str]:
        rules = {rule["id"]: rule for rule in body(run(client, asked))["rules"]}
        return [entry["query"] for entry in rules[recipe["id"]]["queries"]]

    until(lambda: "blue trainers" in queries(), 10, "the search to be counted")
    assert "blue sneakers" not in queries()
    assert "idle" in body(run(client, asked))["never_fired"]
