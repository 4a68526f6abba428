"""What the pipeline does for a request that takes part in something: another model, two models
drafted into one order, an order drawn by chance. Models here are scorers that the tests make."""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pytest
from sqlalchemy import text

from app.experiments.live_experiments import LiveExperiments
from app.experiments.model import INTERLEAVED, Arm, Plan
from app.experiments.outcomes import read_preferences
from app.experiments.repository import create, read, start
from app.live import Live
from app.search.exploration import TOP, Explorer
from app.search.pipeline import SearchPipeline
from app.search.schemas import SearchResponse
from indexing.candidates import Floats
from indexing.queries import SearchQuery, parse_sort
from ranking.errors import ModelRefused
from ranking.features import FEATURES
from ranking.scorer import Scorer, Scores
from tests.factories import make_item
from tests.integration.conftest import Fill
from tests.integration.test_pipeline import use_rules

ITEMS = [make_item(f"k{n}", title=f"Kettle {n}", popularity=n) for n in range(1, 31)]
POPULARITY = FEATURES.index("popularity")


class PopularityScorer(NamedTuple):
    """`sign` 1 has the most popular first, -1 the least."""

    version: str
    sign: float

    def score(self, features: Floats, fused: Floats) -> Scores:
        return Scores((self.sign * 10 * features[:, POPULARITY]).astype(np.float32))


SCORERS = {"up": PopularityScorer("up", 1), "down": PopularityScorer("down", -1)}


def load(version: str) -> Scorer:
    if version not in SCORERS:
        raise ModelRefused(f"model {version} has gone")
    return SCORERS[version]


def open_search(live: Live, share: float = 0.0) -> tuple[SearchPipeline, LiveExperiments]:
    experiments = LiveExperiments(live.engine, load, Explorer(share))
    search = SearchPipeline(
        rules=live.rules,
        lease=live.index.lease,
        store=live.store,
        scorer=lambda: SCORERS["up"],
        recorders=(live.lists,),
        treat=experiments.treat,
    )
    return search, experiments


def run(live: Live, experiments: LiveExperiments, plan: Plan) -> None:
    with live.engine.begin() as connection:
        create(connection, "trial", plan, "a test")
        start(connection, "trial", plan.arms, None, None, "a test")
    experiments.refresh()


def ids(response: SearchResponse) -> list[str]:
    return [hit.id for hit in response.hits]


def ask(client: str = "c", **fields: object) -> SearchQuery:
    return SearchQuery(text="kettle", client_id=client, **fields)  # type: ignore[arg-type]


def test_arm_answers_by_its_own_model(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, experiments = open_search(live)
    run(live, experiments, Plan(arms=(Arm("a"), Arm("b", model_version="down"))))

    first = {
        (response.experiments["trial"], ids(response)[0])
        for n in range(20)
        if (response := search.search(ask(f"c{n}")))
    }

    assert first == {("a", "k30"), ("b", "k1")}
    live.lists.flush()
    with live.engine.connect() as connection:
        recorded = connection.execute(
            text("select distinct experiments ->> 'trial', model_version from ranking_events")
        )
        assert {tuple(row) for row in recorded} == {("a", "up"), ("b", "down")}


def test_model_that_has_gone_leaves_everyone_with_what_is_live(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, experiments = open_search(live)

    run(live, experiments, Plan(arms=(Arm("a"), Arm("b", model_version="gone"))))

    responses = [search.search(ask(f"c{n}")) for n in range(10)]
    assert {ids(response)[0] for response in responses} == {"k30"}
    assert all(response.experiments == {} for response in responses)
    assert experiments.problem("trial") == "model gone has gone"


INTERLEAVING = Plan(
    kind="interleave", arms=(Arm("up", model_version="up"), Arm("down", model_version="down"))
)


def test_interleaved_list_has_the_best_of_both_and_every_item_once(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, experiments = open_search(live)
    run(live, experiments, INTERLEAVING)

    first, second = search.search(ask(per_page=15)), search.search(ask(per_page=15, page=2))

    assert first.experiments == {"trial": INTERLEAVED}
    assert set(ids(first)[:2]) == {"k30", "k1"}
    assert sorted(ids(first) + ids(second)) == sorted(item.id for item in ITEMS)


def test_rules_hold_for_an_interleaved_list_and_a_pinned_hit_is_of_no_team(
    live: Live, fill: Fill
) -> None:
    fill(*ITEMS)
    use_rules(
        live,
        {"id": "pin", "then": [{"pin": {"item_id": "k15", "position": 2}}]},
        {"id": "hide", "then": [{"hide": {"item_ids": ["k30"]}}]},
    )
    search, experiments = open_search(live)
    run(live, experiments, INTERLEAVING)

    found = ids(search.search(ask()))

    assert found[1] == "k15"
    assert "k30" not in found
    live.lists.flush()
    with live.engine.connect() as connection:
        row = connection.execute(text("select teams, model_version from ranking_events")).one()
    assert row.teams[1] == -1
    assert sorted(row.teams)[1] == 0
    assert row.model_version == "up+down"


def test_clicks_count_for_the_team_whose_hit_it_is(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, experiments = open_search(live)
    run(live, experiments, INTERLEAVING)
    responses = [search.search(ask(f"c{n}")) for n in range(12)]
    live.lists.flush()
    with live.engine.begin() as connection:
        for n, response in enumerate(responses):
            clicked = ["k1", "k30"] if n < 2 else ["k1"] if n < 9 else ["k30"] if n < 11 else []
            for item_id in clicked:
                connection.execute(
                    text(
                        "insert into interaction_events (id, at, known_at, source, action, "
                        "client_id, session_id, query_id, query, item_key, document) "
                        "select :id, now(), now(), 'api', 'click', :client, '', :query_id, "
                        "'kettle', key, '{}' from items where id = :item_id"
                    ),
                    {
                        "id": f"{n}-{item_id}",
                        "client": f"c{n}",
                        "query_id": response.query_id,
                        "item_id": item_id,
                    },
                )

    with live.engine.connect() as connection:
        by_search, by_shopper, searches = read_preferences(connection, read(connection, "trial"))

    assert (by_search.wins, by_search.ties, by_search.losses) == (7, 2, 2)
    assert by_shopper == by_search
    assert searches == 12


def test_sorted_and_empty_queries_are_not_interleaved(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, experiments = open_search(live)
    run(live, experiments, INTERLEAVING)

    by_popularity = search.search(ask(sort=parse_sort("popularity")))
    browsed = search.search(SearchQuery(client_id="c"))

    assert ids(by_popularity)[0] == ids(browsed)[0] == "k30"
    live.lists.flush()
    with live.engine.connect() as connection:
        teams = connection.execute(text("select teams from ranking_events")).scalars().all()
    assert teams == [None, None]


def test_explored_order_differs_within_the_top_and_is_the_same_on_every_page(
    live: Live, fill: Fill
) -> None:
    fill(*ITEMS)
    search, _ = open_search(live, share=1.0)
    plain = [f"k{n}" for n in range(30, 0, -1)]

    found = search.search(ask(per_page=30))
    pages = [search.search(ask(per_page=10, page=page)) for page in (1, 2, 3)]

    assert found.explored is True
    assert ids(found) == [item for page in pages for item in ids(page)]
    assert ids(found) != plain
    assert sorted(ids(found)[:TOP]) == sorted(plain[:TOP])
    assert ids(found)[TOP:] == plain[TOP:]


def test_rules_hold_for_an_explored_order(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    use_rules(
        live,
        {"id": "pin", "then": [{"pin": {"item_id": "k2", "position": 1}}]},
        {"id": "hide", "then": [{"hide": {"item_ids": ["k30"]}}]},
        {"id": "boost", "then": [{"boost": {"item_ids": ["k9"], "by": 1000}}]},
    )
    search, _ = open_search(live, share=1.0)

    for n in range(10):
        found = ids(search.search(ask(f"c{n}")))

        assert found[:2] == ["k2", "k9"]
        assert "k30" not in found


def test_exploration_is_recorded_and_said_only_where_it_took_place(live: Live, fill: Fill) -> None:
    fill(*ITEMS)
    search, _ = open_search(live, share=0.5)

    explored = {n: search.search(ask(f"c{n}")).explored for n in range(30)}

    assert {True} < set(explored.values())
    live.lists.flush()
    with live.engine.connect() as connection:
        recorded = connection.execute(
            text("select client_id, explored, model_version from ranking_events")
        ).all()
    assert {row.client_id for row in recorded if row.explored} == {
        f"c{n}" for n, said in explored.items() if said is True
    }
    assert {row.model_version for row in recorded} == {"up"}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_those_without_a_name_get_the_models_order(live: Live, fill: Fill, share: float) -> None:
    fill(*ITEMS)
    search, _ = open_search(live, share)

    assert ids(search.search(SearchQuery(text="kettle")))[0] == "k30"


def test_treatment_of_a_request_without_anything_running_is_the_same_object() -> None:
    from app.search.treatment import UNTREATED

    experiments = LiveExperiments(None, load, Explorer(0.0))  # type: ignore[arg-type]

    assert experiments.treat(ask(), datetime.now(UTC)) is UNTREATED
