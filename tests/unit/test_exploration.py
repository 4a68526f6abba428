"""Orders drawn by chance: who gets one, and with which odds."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.search.exploration import TOP, Explorer, deal_out, draw_order, odds_by_rank
from indexing.queries import SearchQuery, Sort

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def ask(client: str = "c", text: str = "kettle", **fields: object) -> SearchQuery:
    return SearchQuery(text=text, client_id=client, **fields)  # type: ignore[arg-type]


def test_first_place_is_drawn_by_the_odds_of_the_scores() -> None:
    scores = np.log(np.array([6.0, 3.0, 1.0], np.float32))

    first = Counter(int(np.argmax(draw_order(scores, scores, seed))) for seed in range(10_000))

    for item, odds in enumerate((0.6, 0.3, 0.1)):
        assert first[item] / 10_000 == pytest.approx(odds, abs=0.02)


def test_second_place_is_drawn_by_the_odds_of_what_is_left() -> None:
    scores = np.log(np.array([6.0, 3.0, 1.0], np.float32))

    orders = [tuple(np.argsort(-draw_order(scores, scores, seed))) for seed in range(10_000)]

    after_the_first = Counter(order[1] for order in orders if order[0] == 0)
    assert after_the_first[1] / after_the_first.total() == pytest.approx(0.75, abs=0.02)


def test_drawn_order_has_the_same_scores_and_leaves_what_is_below_the_top() -> None:
    scores = np.linspace(3, 0, TOP + 10, dtype=np.float32)

    drawn = draw_order(scores, scores, seed=7)

    assert np.allclose(np.sort(drawn)[::-1], scores, atol=1e-3)
    assert np.argsort(-drawn)[TOP:].tolist() == list(range(TOP, TOP + 10))
    assert np.argsort(-drawn)[:TOP].tolist() != list(range(TOP))


def test_equal_scores_keep_the_order_that_was_dealt() -> None:
    order = np.array([3, 1, 0, 2])

    dealt = deal_out(np.zeros(4, np.float32), order)

    assert np.argsort(-dealt, kind="stable").tolist() == order.tolist()


def test_without_a_model_the_odds_fall_with_the_rank() -> None:
    assert np.exp(odds_by_rank(4)).tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])


def test_share_of_the_searches_is_explored() -> None:
    explorer = Explorer(0.2)

    explored = sum(explorer.seed(ask(f"c{n}"), NOW) is not None for n in range(10_000))

    assert explored / 10_000 == pytest.approx(0.2, abs=0.02)


def test_all_pages_of_a_search_agree_and_the_next_day_is_drawn_anew() -> None:
    explorer = Explorer(1.0)

    seed = explorer.seed(ask(), NOW)

    assert explorer.seed(ask(page=2), NOW + timedelta(minutes=5)) == seed
    assert explorer.seed(ask(text="  Kettle "), NOW) == seed
    assert explorer.seed(ask(), NOW + timedelta(days=1)) != seed
    assert explorer.seed(ask("d"), NOW) != seed


def test_session_stands_in_for_a_client_that_is_not_named() -> None:
    explorer = Explorer(1.0)

    assert explorer.seed(SearchQuery(text="kettle", session_id="s"), NOW) is not None
    assert explorer.seed(SearchQuery(text="kettle"), NOW) is None


def test_nothing_is_explored_that_has_no_order_of_a_model() -> None:
    explorer = Explorer(1.0)

    assert explorer.seed(ask(sort=Sort("price", False)), NOW) is None
    assert explorer.seed(ask(text=""), NOW) is None
    assert Explorer(0.0).seed(ask(), NOW) is None
