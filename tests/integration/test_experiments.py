"""Experiments over HTTP on real parts: plans, arms, results, guardrails."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.db.postgres import EmbeddedPostgres
from app.experiments.assignment import assign
from app.experiments.model import Arm
from app.features.counting import BehaviourCounter
from tests.e2e.command import until
from tests.factories import make_item
from tests.integration.shop import Raw, Shop, body, case, ids, open_shop

EXPERIMENTS = "/v1/admin/experiments"
ITEMS = [make_item(f"k{n}", title=f"Kettle {n}", price=10.0 * n) for n in range(1, 9)]
HALVES = [{"name": "a"}, {"name": "b"}]
HIDE_ALL = {"id": "none", "then": [{"hide": {"item_ids": [item.id for item in ITEMS]}}]}


@pytest.fixture(scope="module")
def opened(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("experiments"), ITEMS) as shop:
        yield shop


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """Without experiments, and without anything on record."""
    with opened.live.engine.begin() as connection:
        connection.execute(text("truncate experiments, ranking_events, interaction_events"))
    opened.live.experiments.refresh()
    return opened


def plan(shop: Shop, key: str = "trial", arms: Any = HALVES, **fields: Any) -> Raw:
    made: Raw = body(shop.client.post(EXPERIMENTS, json={"key": key, "arms": arms, **fields}), 201)
    return made


def start(shop: Shop, key: str = "trial", **fields: Any) -> Raw:
    started: Raw = body(shop.client.post(f"{EXPERIMENTS}/{key}/start", json=fields))
    shop.live.experiments.refresh()
    return started


def stop(shop: Shop, key: str = "trial") -> Raw:
    stopped: Raw = body(shop.client.post(f"{EXPERIMENTS}/{key}/stop", json={"reason": "Enough"}))
    shop.live.experiments.refresh()
    return stopped


def ask(shop: Shop, client: str, query: str = "kettle", **fields: Any) -> Raw:
    answer = shop.client.post("/v1/search", json={"query": query, "client_id": client, **fields})
    found: Raw = body(answer)
    return found


def act(shop: Shop, client: str, answer: Raw, action: str, place: int = 0, **detail: Any) -> None:
    event = {
        "action_name": action,
        "client_id": client,
        "query_id": answer["query_id"],
        "event_attributes": {
            "object": {"object_id": answer["hits"][place]["id"], "object_detail": detail},
            "position": {"ordinal": place + 1},
        },
    }
    body(shop.client.post("/v1/events", json=event), 202)


def results(shop: Shop, key: str = "trial") -> Raw:
    shop.live.lists.flush()
    found: Raw = body(shop.client.get(f"{EXPERIMENTS}/{key}"))["results"]
    return found


def test_what_was_typing_is_no_search_of_its_arm(shop: Shop) -> None:
    plan(shop)
    start(shop)
    (client,) = clients_of("a", 1)
    for typed in ("ket", "kett", "kettle"):
        answer = ask(shop, client, typed)
    act(shop, client, answer, "click")
    shop.live.lists.flush()
    BehaviourCounter(shop.live.engine).run()

    first, _ = results(shop)["arms"]

    assert (first["searches"], first["clicks"]) == (1, 1)


def clients_of(arm: str, count: int, key: str = "trial") -> list[str]:
    """Shoppers whom halves put into the arm."""
    arms = (Arm("a"), Arm("b"))
    names = (f"c{n}" for n in range(100 * count))
    return [name for name in names if assign(key, arms, name).name == arm][:count]


def two_rule_sets(shop: Shop, *second: Raw) -> tuple[int, int]:
    """What is live, and a later version with these rules that is not."""
    shop.publish({"id": "first", "then": [{"pin": {"item_id": "k1", "position": 1}}]})
    live = shop.version
    body(shop.client.post("/v1/admin/rules/import", params={"mode": "replace"}, json=list(second)))
    other = body(shop.client.post("/v1/admin/rulesets", json={"message": "Other"}), 201)
    return live, int(other["version"])


def test_plan_is_a_draft_until_it_is_started_and_ends_for_good(shop: Shop) -> None:
    made = plan(shop, name="A trial")

    assert made["status"] == "draft"
    assert ask(shop, "c1")["experiments"] == {}
    assert start(shop)["status"] == "running"
    assert set(ask(shop, "c1")["experiments"]) == {"trial"}
    assert stop(shop)["stopped_because"] == "Enough"
    assert ask(shop, "c1")["experiments"] == {}
    again = shop.client.post(f"{EXPERIMENTS}/trial/start")
    assert again.status_code == 409
    assert "stopped" in again.json()["detail"]


def test_all_are_listed_the_newest_first(shop: Shop) -> None:
    plan(shop, "one")
    plan(shop, "two")

    listed = body(shop.client.get(EXPERIMENTS))["experiments"]

    assert [entry["key"] for entry in listed] == ["two", "one"]


def test_draft_is_changed_by_the_revision_that_was_read(shop: Shop) -> None:
    plan(shop)
    read = shop.client.get(f"{EXPERIMENTS}/trial")
    change = {"name": "Another", "arms": [{"name": "x", "weight": 3}, {"name": "y"}]}

    without = shop.client.put(f"{EXPERIMENTS}/trial", json=change)
    changed = shop.client.put(
        f"{EXPERIMENTS}/trial", json=change, headers={"If-Match": read.headers["ETag"]}
    )
    late = shop.client.put(
        f"{EXPERIMENTS}/trial", json=change, headers={"If-Match": read.headers["ETag"]}
    )

    assert without.status_code == 428
    assert body(changed)["name"] == "Another"
    assert late.status_code == 412
    assert late.json()["current"]["revision"] == 2


def test_only_a_draft_is_deleted(shop: Shop) -> None:
    plan(shop)
    plan(shop, "other")
    start(shop)

    running = shop.client.delete(f"{EXPERIMENTS}/trial", headers={"If-Match": '"2"'})
    draft = shop.client.delete(f"{EXPERIMENTS}/other", headers={"If-Match": '"1"'})

    assert running.status_code == 409
    assert draft.status_code == 204
    assert shop.client.get(f"{EXPERIMENTS}/other").status_code == 404


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        case("one arm", {"arms": [{"name": "a"}]}, "length >= 2"),
        case("same names", {"arms": [{"name": "a"}, {"name": "a"}]}, "same name"),
        case("no such model", {"arms": [{"name": "a"}, {"name": "b", "model_version": "m"}]}, "m"),
        case(
            "no such rules",
            {"arms": [{"name": "a"}, {"name": "b", "ruleset_version": 10**6}]},
            "no version 1000000",
        ),
        case("weight", {"arms": [{"name": "a", "weight": 0}, {"name": "b"}]}, "weight"),
        case(
            "one model twice",
            {"kind": "interleave", "arms": HALVES},
            "nothing to compare",
        ),
        case("a misspelt field", {"arms": HALVES, "guardrail": {}}, "guardrail"),
    ],
)
def test_plan_that_cannot_work_is_refused_with_the_reason(
    shop: Shop, fields: Raw, reason: str
) -> None:
    answer = shop.client.post(EXPERIMENTS, json={"key": "trial", **fields})

    assert answer.status_code in (400, 422)
    assert reason in answer.text


def test_key_is_taken_once(shop: Shop) -> None:
    plan(shop)

    assert shop.client.post(EXPERIMENTS, json={"key": "trial", "arms": HALVES}).status_code == 409


def test_rules_need_the_scope_to_publish_them(shop: Shop) -> None:
    live, _ = two_rule_sets(shop)
    key = body(
        shop.client.post("/v1/admin/keys", json={"name": "Models", "scopes": ["models"]}), 201
    )["key"]
    as_them = {"Authorization": f"Bearer {key}"}
    arms = [{"name": "a"}, {"name": "b", "ruleset_version": live}]

    refused = shop.client.post(EXPERIMENTS, json={"key": "r", "arms": arms}, headers=as_them)
    allowed = shop.client.post(EXPERIMENTS, json={"key": "m", "arms": HALVES}, headers=as_them)

    assert refused.status_code == 403
    assert "rules:publish" in refused.json()["detail"]
    assert allowed.status_code == 201


def test_shopper_stays_in_an_arm_and_those_without_a_name_take_no_part(shop: Shop) -> None:
    plan(shop)
    start(shop)

    arms = {ask(shop, "c1", query)["experiments"]["trial"] for query in ("kettle", "k", "")}
    both = {ask(shop, f"c{n}")["experiments"]["trial"] for n in range(20)}

    assert len(arms) == 1
    assert both == {"a", "b"}
    assert ask(shop, "")["experiments"] == {}
    assert ask(shop, "", session_id="s")["experiments"]["trial"] in both


def test_arm_answers_by_its_own_rule_set(shop: Shop) -> None:
    live, other = two_rule_sets(
        shop, {"id": "second", "then": [{"pin": {"item_id": "k2", "position": 1}}]}
    )
    plan(shop, arms=[{"name": "a"}, {"name": "b", "ruleset_version": other}])
    started = start(shop)
    in_a, in_b = clients_of("a", 1)[0], clients_of("b", 1)[0]

    by_a, by_b = ask(shop, in_a), ask(shop, in_b)

    assert (by_a["ruleset_version"], ids(by_a)[0]) == (live, "k1")
    assert (by_b["ruleset_version"], ids(by_b)[0]) == (other, "k2")
    assert [arm["ruleset_version"] for arm in started["arms"]] == [live, other]
    stop(shop)
    assert ids(ask(shop, in_b))[0] == "k1"


def test_arm_that_names_no_rules_keeps_to_none_when_some_are_published(shop: Shop) -> None:
    live, other = two_rule_sets(
        shop, {"id": "second", "then": [{"pin": {"item_id": "k2", "position": 1}}]}
    )
    while body(shop.client.get("/v1/admin/rulesets"))["rollback_to"] is not None:
        body(shop.client.post("/v1/admin/rulesets/rollback"))
    shop.live.rules.refresh()
    plan(shop, arms=[{"name": "a"}, {"name": "b", "ruleset_version": other}])
    started = start(shop)
    body(shop.client.post(f"/v1/admin/rulesets/{live}/publish"))
    shop.live.rules.refresh()

    by_a, by_b = ask(shop, clients_of("a", 1)[0]), ask(shop, clients_of("b", 1)[0])

    assert [arm["ruleset_version"] for arm in started["arms"]] == [0, other]
    assert (by_a["ruleset_version"], by_a["applied_rules"]) == (0, [])
    assert (by_b["ruleset_version"], ids(by_b)[0]) == (other, "k2")


def test_rule_can_ask_for_the_arm(shop: Shop) -> None:
    shop.publish(
        {
            "id": "for-b",
            "when": {"experiment": {"key": "trial", "arm": "b"}},
            "then": [{"pin": {"item_id": "k5", "position": 1}}],
        }
    )
    plan(shop)
    start(shop)

    pinned = {
        arm: ask(shop, clients_of(arm, 1)[0])["hits"][0]["placement"] == "pinned" for arm in "ab"
    }

    assert pinned == {"a": False, "b": True}


def test_two_that_try_the_same_thing_do_not_run_at_once(shop: Shop) -> None:
    _, other = two_rule_sets(shop)
    rules = [{"name": "a"}, {"name": "b", "ruleset_version": other}]
    models = [{"name": "a", "model_version": "retrieval"}, {"name": "b"}]
    for key, arms in (("rules", rules), ("again", rules), ("models", models)):
        plan(shop, key, arms)
    start(shop, "rules")

    refused = shop.client.post(f"{EXPERIMENTS}/again/start")

    assert refused.status_code == 409
    assert "'rules' is running and tries rules" in refused.json()["detail"]
    start(shop, "models")
    assert set(ask(shop, "c1")["experiments"]) == {"rules", "models"}
    stop(shop, "rules")
    start(shop, "again")


def test_process_follows_a_start_and_a_stop_within_a_second(shop: Shop) -> None:
    ended = threading.Event()
    following = threading.Thread(target=shop.live.experiments.follow, args=(ended,))
    following.start()
    try:
        plan(shop)
        body(shop.client.post(f"{EXPERIMENTS}/trial/start"))
        until(lambda: ask(shop, "c1")["experiments"] != {}, 2, "the start")
        body(shop.client.post(f"{EXPERIMENTS}/trial/stop", json={"reason": "Enough"}))
        until(lambda: ask(shop, "c1")["experiments"] == {}, 2, "the stop")
    finally:
        ended.set()
        following.join()


def test_experiment_begins_and_ends_at_its_times(shop: Shop) -> None:
    now = datetime.now(UTC)
    plan(shop, ends_at=(now + timedelta(hours=2)).isoformat())

    scheduled = start(shop, at=(now + timedelta(hours=1)).isoformat())

    assert scheduled["status"] == "scheduled"
    assert ask(shop, "c1")["experiments"] == {}
    with shop.live.engine.begin() as connection:
        connection.execute(text("update experiments set starts_at = now() - interval '1 hour'"))
    shop.live.experiments.refresh()
    assert set(ask(shop, "c1")["experiments"]) == {"trial"}
    with shop.live.engine.begin() as connection:
        connection.execute(text("update experiments set ends_at = now() - interval '1 second'"))
    shop.live.experiments.refresh()
    assert ask(shop, "c1")["experiments"] == {}
    assert body(shop.client.get(f"{EXPERIMENTS}/trial"))["status"] == "ended"


def test_results_add_up_what_each_arm_brought(shop: Shop) -> None:
    plan(shop)
    start(shop)
    in_a, in_b = clients_of("a", 20), clients_of("b", 20)
    for n, (one, other) in enumerate(zip(in_a, in_b, strict=True)):
        first, second = ask(shop, one), ask(shop, other)
        if n < 5:
            act(shop, one, first, "click", place=3)
        act(shop, other, second, "click", place=1)
        act(shop, other, second, "click", place=1, quantity=2)  # The same hit again.
        if n < 4:
            act(shop, other, second, "add_to_cart", place=1)
            act(shop, other, second, "purchase", place=1, quantity=2, price=7.5)

    a, b = (found := results(shop))["arms"]

    assert (a["searches"], a["clients"], a["clicks"], a["clicked_searches"]) == (20, 20, 5, 5)
    assert (b["searches"], b["clients"], b["clicks"], b["clicked_searches"]) == (20, 20, 20, 20)
    assert (b["carts"], b["purchases"], b["revenue"]) == (4, 4, 60.0)
    metrics = b["metrics"]
    assert metrics["click_through_rate"]["value"] == 1.0
    assert metrics["mean_reciprocal_rank"]["value"] == pytest.approx(0.5)
    assert metrics["revenue_per_search"]["value"] == pytest.approx(3.0)
    to_first = metrics["click_through_rate"]["to_first"]
    assert to_first["difference"]["value"] == pytest.approx(0.75)
    assert to_first["difference"]["low"] > 0
    assert to_first["p_value"] < 0.001
    assert a["metrics"]["click_through_rate"]["to_first"] is None
    assert a["p99_ms"] > 0
    assert found["sample_ratio"]["observed"] == {"a": 20, "b": 20}
    assert found["sample_ratio"]["ok"] is True


def test_sample_ratio_check_alarms_where_shoppers_are_missing_from_an_arm(shop: Shop) -> None:
    plan(shop)
    start(shop)
    for client in clients_of("a", 20):
        ask(shop, client)

    ratio = results(shop)["sample_ratio"]

    assert ratio["observed"] == {"a": 20, "b": 0}
    assert ratio["ok"] is False


def test_guardrail_stops_an_arm_that_finds_nothing(shop: Shop) -> None:
    _, empty = two_rule_sets(shop, HIDE_ALL)
    plan(
        shop,
        arms=[{"name": "a"}, {"name": "b", "ruleset_version": empty}],
        guardrails={"empty_rate_increase": 0.05, "min_searches": 20},
    )
    start(shop)
    _search_as(shop, clients_of("a", 30) + clients_of("b", 19))
    shop.live.experiment_guard.check()
    assert body(shop.client.get(f"{EXPERIMENTS}/trial"))["status"] == "running"

    _search_as(shop, clients_of("b", 30)[19:])
    shop.live.experiment_guard.check()

    stopped = body(shop.client.get(f"{EXPERIMENTS}/trial"))
    assert stopped["status"] == "stopped"
    assert "arm b: 100.00% of 30 searches found nothing" in stopped["stopped_because"]
    audit = body(shop.client.get("/v1/admin/audit", params={"object": "experiment/trial"}))
    assert (audit["entries"][0]["action"], audit["entries"][0]["actor"]) == (
        "experiment.stop",
        "a guardrail",
    )


def test_guardrail_stops_an_arm_that_is_slow(shop: Shop) -> None:
    plan(shop, guardrails={"p99_ms_ratio": 2, "min_searches": 50})
    start(shop)
    _search_as(shop, clients_of("a", 60) + clients_of("b", 60))
    with shop.live.engine.begin() as connection:
        slower = "update ranking_events set total_ms = 1000 where experiments ->> 'trial' = 'b'"
        connection.execute(text(slower))

    shop.live.experiment_guard.check()

    stopped = body(shop.client.get(f"{EXPERIMENTS}/trial"))
    assert "slowest hundredth of 60 searches takes 1000.0 ms" in stopped["stopped_because"]


def test_guardrail_leaves_an_experiment_alone_in_which_arms_are_alike(shop: Shop) -> None:
    plan(shop, guardrails={"p99_ms_ratio": 20, "empty_rate_increase": 0, "min_searches": 1})
    start(shop)
    _search_as(shop, [f"c{n}" for n in range(60)])

    shop.live.experiment_guard.check()

    assert body(shop.client.get(f"{EXPERIMENTS}/trial"))["status"] == "running"


def _search_as(shop: Shop, clients: Sequence[str]) -> None:
    for client in clients:
        ask(shop, client)
    shop.live.lists.flush()
