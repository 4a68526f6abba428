"""The search pipeline on real parts: ranking, rules, explanations and fallbacks."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from app.features.store import FeatureStore
from app.live import Live
from app.rules.publishing import publish_all
from app.search.pipeline import SearchPipeline
from app.search.query_encoder import QueryEncoder
from indexing.bm25_encoder import Bm25Encoder
from indexing.candidates import Floats
from indexing.encoder import HashEncoder
from indexing.filter_parser import parse_filter
from indexing.queries import SearchQuery
from ranking.features import FEATURES
from ranking.scorer import Scores
from tests.factories import make_item
from tests.integration.conftest import Fill

KETTLES = [
    make_item("red", title="Red kettle", brand="Brizo", popularity=3, price=20),
    make_item("blue", title="Blue kettle", brand="Brizo", popularity=2, price=30),
    make_item("steel", title="Steel kettle", brand="Kori", popularity=9, in_stock=False),
    make_item("mug", title="Mug", brand="Kori", popularity=5),
]


def use_rules(live: Live, *rules: dict[str, Any]) -> None:
    with live.engine.begin() as connection:
        publish_all(connection, rules)
    live.rules.refresh()


def ids(live: Live, text: str = "kettle", **fields: Any) -> list[str]:
    return [hit.id for hit in live.search.search(SearchQuery(text=text, **fields)).hits]


def test_query_finds_items_by_their_words(live: Live, fill: Fill) -> None:
    fill(*KETTLES)

    response = live.search.search(SearchQuery(text="red kettle"))

    assert response.hits[0].id == "red"
    assert response.hits[0].position == 1
    assert response.total.relation == "exact"
    assert response.total.value == len(response.hits)
    assert response.degraded == ()


def test_empty_query_browses_by_popularity(live: Live, fill: Fill) -> None:
    fill(*KETTLES)

    assert ids(live, "") == ["steel", "mug", "red", "blue"]


def test_filter_is_applied_inside_retrieval(live: Live, fill: Fill) -> None:
    fill(*KETTLES)

    found = ids(live, filter=parse_filter({"field": "price", "lte": 25}))

    assert found == ["red"]


def test_pages_follow_each_other_without_gap_or_repeat(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    whole = ids(live, "")

    first, second = ids(live, "", per_page=3), ids(live, "", page=2, per_page=3)

    assert first + second == whole


def test_page_beyond_the_last_is_empty_and_counts_the_same(live: Live, fill: Fill) -> None:
    fill(*KETTLES)

    response = live.search.search(SearchQuery(text="", page=3, per_page=3))

    assert (response.hits, response.total.value) == ((), 4)


def test_first_page_of_nothing_is_empty_and_no_error(live: Live) -> None:
    response = live.search.search(SearchQuery(text="anything"))

    assert response.hits == ()
    assert response.total.value == 0


def test_explanation_shows_retrieval_features_score_rules_and_position(
    live: Live, fill: Fill
) -> None:
    fill(*KETTLES)
    use_rules(
        live,
        {"id": "pin", "then": [{"pin": {"item_id": "mug", "position": 1}}]},
        {
            "id": "kori",
            "then": [{"boost": {"filter": {"field": "brand", "any_of": ["Kori"]}, "by": 2}}],
        },
    )

    response = live.search.search(SearchQuery(text="kettle", explain=True))

    mug = response.hits[0]
    assert (mug.id, mug.placement) == ("mug", "pinned")
    assert mug.explain is not None
    assert {"dense", "lexical", "fused"} <= set(mug.explain.retrieval)
    assert [feature.name for feature in mug.explain.features] == list(FEATURES)
    assert {effect.effect for effect in mug.explain.rules} == {
        "boosted by 2",
        "pinned to position 1",
    }
    assert mug.explain.position == 1
    steel = next(hit for hit in response.hits if hit.id == "steel")
    assert steel.placement == "boosted"
    assert {rule.id for rule in response.applied_rules} == {"pin", "kori"}


def test_rule_hides_and_filters_before_retrieval(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    use_rules(
        live,
        {"id": "hide", "then": [{"hide": {"item_ids": ["blue"]}}]},
        {"id": "stock", "then": [{"filter": {"field": "in_stock", "any_of": [True]}}]},
    )

    assert set(ids(live)) <= {"red", "mug"}


def test_pin_does_not_leak_past_the_shoppers_filter(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    use_rules(live, {"id": "pin", "then": [{"pin": {"item_id": "mug", "position": 1}}]})

    found = ids(live, filter=parse_filter({"field": "brand", "any_of": ["Brizo"]}))

    assert found
    assert "mug" not in found


def test_pin_that_respects_filters_does_not_place_what_another_rule_forces_in(
    live: Live, fill: Fill
) -> None:
    fill(*KETTLES)
    forced = {"pin": {"item_id": "mug", "position": 2, "ignore_filters": True}}
    use_rules(
        live,
        {"id": "strong", "priority": 1, "then": [{"pin": {"item_id": "mug", "position": 1}}]},
        {"id": "weak", "then": [forced]},
    )

    response = live.search.search(
        SearchQuery(
            text="kettle",
            filter=parse_filter({"field": "brand", "any_of": ["Brizo"]}),
            explain=True,
        )
    )

    # The strong pin finds nothing that it may place, and the weak one moves up for it.
    assert response.hits[0].id == "mug"
    assert response.hits[0].explain is not None
    assert [effect.id for effect in response.hits[0].explain.rules] == ["weak"]
    suppressed = response.suppressed_rules
    assert isinstance(suppressed, tuple)
    assert [entry.id for entry in suppressed] == ["strong"]


def test_new_rules_take_over_and_each_answer_sees_one_version(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    use_rules(live, {"id": "one", "then": [{"pin": {"item_id": "mug"}}]})
    use_rules(live, {"id": "two", "then": [{"hide": {"item_ids": ["mug"]}}]})

    response = live.search.search(SearchQuery(text=""))

    assert [rule.id for rule in response.applied_rules] == ["two"]
    assert "mug" not in [hit.id for hit in response.hits]


class FailingEncoder(HashEncoder):
    def encode_query(self, text: str) -> Floats:
        raise RuntimeError("out of memory")


class FailingScorer:
    version = "failing"

    def score(self, features: Floats, fused: Floats) -> Scores:
        raise RuntimeError("no such op")


def pipeline(live: Live, **parts: Any) -> SearchPipeline:
    defaults: dict[str, Any] = {
        "rules": live.rules,
        "lease": live.index.lease,
        "store": live.store,
        "scorer": live.model.current,
    }
    return SearchPipeline(**(defaults | parts))


def test_failing_encoder_leaves_the_search_by_words(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    encoder = QueryEncoder(FailingEncoder(), Bm25Encoder())

    serving = msgspec.structs.replace(live.index.current(), queries=encoder)

    response = pipeline(live, lease=lambda: nullcontext(serving)).search(SearchQuery(text="kettle"))

    assert response.degraded == ("embed",)
    assert {hit.id for hit in response.hits} == {"red", "blue", "steel"}


def test_failing_model_leaves_the_order_of_retrieval(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    expected = ids(live)

    response = pipeline(live, scorer=FailingScorer).search(SearchQuery(text="kettle"))

    assert response.degraded == ("score",)
    assert [hit.id for hit in response.hits] == expected


def test_failing_feature_leaves_the_order_of_retrieval(
    live: Live, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*KETTLES)
    expected = ids(live)

    def fail(*_: Sequence[object]) -> None:
        raise ValueError("a feature met a value it did not expect")

    monkeypatch.setattr("app.search.pipeline.extract", fail)
    response = live.search.search(SearchQuery(text="kettle"))

    assert response.degraded == ("features",)
    assert [hit.id for hit in response.hits] == expected


def test_item_that_postgres_no_longer_has_is_not_shown(live: Live, fill: Fill) -> None:
    fill(*KETTLES)
    with live.engine.begin() as connection:
        connection.execute(text("delete from items where id = 'red'"))
    uncached = pipeline(live, store=FeatureStore(live.engine))

    response = uncached.search(SearchQuery(text=""))

    assert [hit.id for hit in response.hits] == ["steel", "mug", "blue"]
    assert response.total.value == 3
