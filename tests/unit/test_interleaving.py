"""Team-draft interleaving loses nothing, doubles nothing, and favours neither side."""

from hypothesis import given
from hypothesis import strategies as st

from app.experiments.interleaving import draft_teams

RANKINGS = st.lists(st.integers(0, 30), unique=True, max_size=20)
SEEDS = st.integers(0, 2**63)


@given(RANKINGS, RANKINGS, SEEDS)
def test_every_item_of_either_ranking_is_there_once(
    first: list[int], second: list[int], seed: int
) -> None:
    drafted = draft_teams(first, second, seed)

    assert sorted(drafted.order) == sorted(set(first) | set(second))
    assert len(drafted.teams) == len(drafted.order)


@given(RANKINGS, RANKINGS, SEEDS)
def test_each_team_picked_the_best_of_its_own_that_was_left(
    first: list[int], second: list[int], seed: int
) -> None:
    drafted = draft_teams(first, second, seed)

    for n, (item, team) in enumerate(zip(drafted.order, drafted.teams, strict=True)):
        left = [entry for entry in (first, second)[team] if entry not in drafted.order[:n]]
        assert item == left[0]


@given(st.permutations(range(12)), st.permutations(range(12)), SEEDS)
def test_after_each_round_both_teams_have_as_many(
    first: list[int], second: list[int], seed: int
) -> None:
    teams = draft_teams(first, second, seed).teams

    assert all(teams[n] + teams[n + 1] == 1 for n in range(0, len(teams), 2))


@given(RANKINGS, SEEDS)
def test_two_equal_rankings_stay_as_they_are(ranking: list[int], seed: int) -> None:
    assert draft_teams(ranking, ranking, seed).order == ranking


@given(RANKINGS, RANKINGS, SEEDS)
def test_same_seed_gives_the_same_draft(first: list[int], second: list[int], seed: int) -> None:
    assert draft_teams(first, second, seed) == draft_teams(first, second, seed)


def test_who_begins_is_a_fair_coin() -> None:
    ranking = list(range(6))

    begun = sum(draft_teams(ranking, ranking, seed).teams[0] for seed in range(4_000))

    assert abs(begun - 2_000) < 4 * 32  # standard errors


def test_clicks_without_preference_credit_both_alike() -> None:
    """Whatever positions are clicked: over many drafts each position is as often either team's."""
    first, second = list(range(10)), list(range(9, -1, -1))

    shares = [0] * 10
    for seed in range(4_000):
        for place, team in enumerate(draft_teams(first, second, seed).teams):
            shares[place] += team

    assert all(abs(share - 2_000) < 4 * 32 for share in shares)
