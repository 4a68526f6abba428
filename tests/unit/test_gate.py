"""Which challenger may take the champion's place."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from indexing.candidates import Floats
from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.evaluate import Estimate
from ranking.features import FEATURES
from ranking.gate import ALL, Against, Comparison, GateReport, Source, compare, judge
from ranking.held_out import Measured, by_clicks, paired
from ranking.labels import LabelledList, label_all
from ranking.propensity import Examination, estimate_examination
from ranking.scorer import RetrievalOrderScorer, Scorer, Scores
from ranking.segments import NEVER_CLICKED, segments_of, traffic_of
from ranking.trial import by_held_out_lists, by_judged_queries
from tests.factories import NOW
from tests.shoppers import (
    SHOWN_BY,
    TASTE,
    World,
    clicks_at_random,
    looks_down,
    showings_of,
)

PRIOR = [position**-0.7 for position in range(1, 13)]
FLAT = Examination((1.0,) * 12, 1.0, 0, 0, (0,) * 12)


class Weighted:
    """A linear scorer by the names of its features."""

    def __init__(self, version: str, **weights: float) -> None:
        self.version = version
        self._weights = np.array([weights.get(name, 0.0) for name in FEATURES], np.float32)

    def score(self, features: Floats, fused: Floats) -> Scores:
        return Scores(features @ self._weights)


CHAMPION = Weighted("champion", **SHOWN_BY)
BETTER = Weighted("better", **TASTE)
WORSE = Weighted("worse", rating=-1.0)


class Shop:
    """A world with the lists that were held out, and what was learned before."""

    def __init__(self, world: World, lists: Sequence[LabelledList], curve: Examination) -> None:
        self.world = world
        self.curve = curve
        half = len(lists) // 2
        self.learned = traffic_of(lists[:half])
        self.held_out = lists[half:]

    def try_out(self, challenger: Scorer, champion: Scorer | None = CHAMPION) -> GateReport:
        comparisons = by_held_out_lists(
            self.held_out, self.curve, self.learned, challenger, champion
        )
        judged = self.world.judged()
        scorers = {entry.query: challenger for entry in judged}
        comparisons += by_judged_queries(judged, self.learned, scorers, champion)
        live = "retrieval" if champion is None else champion.version
        return judge(challenger.version, live, comparisons, NOW.isoformat())


def open_shop(clicks: object, lists: int = 2_500) -> Shop:
    world = World()
    entries = world.clickthroughs(lists, clicks)  # type: ignore[arg-type]
    curve = estimate_examination(showings_of(entries), PRIOR)
    return Shop(world, label_all(entries, {"click": 1.0}).lists, curve)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return open_shop(looks_down(1.0))


def test_better_challenger_passes_and_its_gains_are_kept(shop: Shop) -> None:
    report = shop.try_out(BETTER)

    assert report.passed
    assert any("better: held-out lists" in reason for reason in report.reasons)
    assert any("better: judgments" in reason for reason in report.reasons)


def test_worse_challenger_is_refused_with_where_it_is_worse(shop: Shop) -> None:
    report = shop.try_out(WORSE)

    assert not report.passed
    assert report.reasons[0].startswith("worse: held-out lists")


def test_challenger_that_is_the_champion_is_refused_as_no_better(shop: Shop) -> None:
    report = shop.try_out(CHAMPION)

    assert not report.passed
    assert report.reasons[0] == "nowhere shown to be better than the champion"


def test_first_model_stands_against_the_order_of_retrieval(shop: Shop) -> None:
    report = shop.try_out(BETTER, champion=None)

    assert report.passed
    assert report.champion == "retrieval"
    assert {entry.against for entry in report.comparisons} == {"retrieval"}


@pytest.mark.parametrize("seed", range(5))
def test_model_of_noise_is_refused_where_clicks_are_random(seed: int) -> None:
    shop = open_shop(clicks_at_random)
    rng = np.random.default_rng(seed)
    noise = {name: float(rng.normal()) for name in FEATURES}

    assert not shop.try_out(Weighted("noise", **noise)).passed


def test_clicks_alone_tell_the_better_order_in_spite_of_position(shop: Shop) -> None:
    """The champion's order is the one that was shown, so its first hits were clicked most."""
    weighed = [by_clicks(shop.held_out, shop.curve, s).estimate.mean for s in (BETTER, CHAMPION)]

    assert weighed[0] > weighed[1] + 0.1


def measured(values: Sequence[float], queries: int = 50) -> Measured:
    names = tuple(f"query {n % queries}" for n in range(len(values)))
    return Measured(np.array(values), np.ones(len(values)), names)


def verdict(
    gap: float, spread: float, *, segment: str = ALL, lists: int = 400, queries: int = 50
) -> str:
    rng = np.random.default_rng(3)
    noise = rng.normal(size=lists) * spread
    challenger = measured(0.5 + gap + noise - noise.mean(), queries)
    other = measured(np.full(lists, 0.5).tolist(), queries)
    return compare("held-out lists", segment, "champion", challenger, other).verdict


@pytest.mark.parametrize(
    ("gap", "spread", "expected"),
    [
        (0.05, 0.1, "better"),
        (0.002, 0.1, "not worse"),
        (-0.002, 0.05, "not worse"),
        (-0.002, 0.3, "worse"),  # Nothing shows that it is not worse by more than the margin.
        (-0.01, 0.01, "worse"),  # Less than the margin, and certain.
        (-0.1, 0.1, "worse"),
    ],
)
def test_over_all_the_interval_decides(gap: float, spread: float, expected: str) -> None:
    assert verdict(gap, spread) == expected


@pytest.mark.parametrize(
    ("gap", "spread", "expected"),
    [
        (-0.015, 0.01, "not worse"),  # Certain, and within the margin.
        (-0.03, 0.9, "not worse"),  # Beyond the margin, and as likely chance.
        (-0.05, 0.1, "worse"),
        (0.05, 0.1, "better"),
    ],
)
def test_in_a_segment_chance_alone_stops_nothing(gap: float, spread: float, expected: str) -> None:
    assert verdict(gap, spread, segment="tail") == expected


@pytest.mark.parametrize(("lists", "queries"), [(29, 20), (400, 4)])
def test_segment_of_a_handful_tells_nothing(lists: int, queries: int) -> None:
    assert verdict(-0.5, 0.1, segment="tail", lists=lists, queries=queries) == "too few"


def make_comparison(
    verdict: str,
    source: Source = "held-out lists",
    segment: str = ALL,
    against: Against = "champion",
) -> Comparison:
    figure = Estimate(0.5, 0.4, 0.6)
    return Comparison(
        source=source,
        segment=segment,
        against=against,
        lists=100,
        queries=50,
        challenger=figure,
        other=figure,
        difference=Estimate(0.0, -0.1, 0.1),
        verdict=verdict,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("comparisons", "passed"),
    [
        ([make_comparison("better")], True),
        ([make_comparison("better"), make_comparison("worse", segment="tail")], False),
        ([make_comparison("better"), make_comparison("worse", against="retrieval")], False),
        ([make_comparison("better"), make_comparison("worse", "judgments")], False),
        ([make_comparison("better"), make_comparison("too few", segment="tail")], True),
        ([make_comparison("not worse"), make_comparison("better", "judgments")], True),
        ([make_comparison("not worse"), make_comparison("better", segment="head")], False),
        ([make_comparison("not worse"), make_comparison("better", against="retrieval")], False),
        ([], False),
    ],
)
def test_passed_is_what_is_better_over_all_and_nowhere_worse(
    comparisons: list[Comparison], passed: bool
) -> None:
    report = judge("v2", "v1", comparisons, NOW.isoformat())

    assert report.passed is passed
    assert report.reasons


def make_list(query: str, keys: Sequence[int], chosen: int, minute: int = 0) -> LabelledList:
    return LabelledList(
        list_id=QueryId(f"{query}-{minute}"),
        query=query,
        at=NOW + timedelta(minutes=minute),
        item_keys=tuple(map(ItemKey, keys)),
        features=np.zeros((len(keys), len(FEATURES)), np.float32),
        gains=np.array([key == chosen for key in keys], np.float32),
        positions=np.arange(1, len(keys) + 1),
        compared=np.ones(len(keys), np.bool_),
    )


def test_queries_are_parted_by_how_often_they_were_asked() -> None:
    learned = [make_list("often", [1, 2], 1, n) for n in range(60)]
    learned += [make_list(f"now and then {n % 3}", [1, 2], 1, n) for n in range(30)]
    learned += [make_list(f"once {n}", [1, 2], 1, n) for n in range(10)]

    traffic = traffic_of(learned)

    asked = ["often", "now and then 0", "once 9", "never"]
    assert [traffic.place_of(q) for q in asked] == ["head", "torso", "tail", "tail"]


def test_never_clicked_queries_and_new_items_are_segments_of_their_own() -> None:
    traffic = traffic_of([make_list("known", [1, 2, 3], 1)])
    later = [
        make_list("known", [1, 2, 9], 2),
        make_list("known", [1, 2, 9], 9),
        make_list("unknown", [1, 2, 3], 1),
    ]

    found = segments_of(later, traffic)

    assert [entry.query for entry in found[NEVER_CLICKED]] == ["unknown"]
    assert [entry.gains.tolist() for entry in found["new items"]] == [[0, 0, 1]]
    assert [len(found[name]) for name in ("head", "torso", "tail")] == [2, 0, 1]


def test_lists_of_one_query_are_no_independent_evidence() -> None:
    """A hundred lists of each of ten queries, which differ by query alone."""
    gaps = np.repeat(np.linspace(-0.3, 0.4, 10), 100)
    by_query = Measured(gaps, np.ones(1_000), tuple(f"query {n // 100}" for n in range(1_000)))
    by_list = Measured(gaps, np.ones(1_000), tuple(f"query {n}" for n in range(1_000)))
    zero = Measured(np.zeros(1_000), np.ones(1_000), by_query.queries)

    wide, narrow = paired(by_query, zero), paired(by_list, zero)

    assert wide.low < 0 < wide.high
    assert narrow.low > 0


def test_list_chosen_from_far_down_speaks_for_those_who_did_not_look() -> None:
    curve = Examination((1.0, 0.25), 1.0, 0, 0, (0, 0))
    lists = [make_list("q", [1, 2], 1), make_list("q", [1, 2], 2)]

    found = by_clicks(lists, curve, RetrievalOrderScorer())

    assert found.weights.tolist() == [1.0, 4.0]
    assert found.values == pytest.approx([1.0, 1 / np.log2(3)])
    assert found.estimate.mean == pytest.approx((1.0 + 4 / np.log2(3)) / 5)


def test_nothing_held_out_is_too_few_and_stops_nothing() -> None:
    nothing = measured([])

    assert compare("held-out lists", ALL, "champion", nothing, nothing).verdict == "too few"
