"""Features that are broken, that say nothing any more, or that have drifted, are found out."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.candidates import Floats
from ranking.behaviour import BEHAVIOUR
from ranking.errors import InvalidFeatures
from ranking.feature_checks import (
    BINS,
    FeatureProfile,
    chance_index,
    check_live,
    check_training,
    check_values,
    describe,
    stability_index,
)
from ranking.features import FEATURES

LISTS = 500
DENSE, PRICE = FEATURES.index("dense"), FEATURES.index("price")
CLICKS = FEATURES.index("item_click_30d")


def make_features(seed: int = 1, rows: int = 5_000) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.beta(2, 3, (rows, len(FEATURES))).astype(np.float32)


def profile(features: Floats) -> FeatureProfile:
    return describe(features, LISTS)


def test_sound_features_pass() -> None:
    check_values(make_features())
    report = check_training(make_features(1), LISTS, profile(make_features(2)))

    assert report.passed
    assert report.problems == ()
    assert (report.lists, report.rows) == (LISTS, 5_000)


def break_with(value: float) -> Callable[[Floats], None]:
    def change(features: Floats) -> None:
        features[7, DENSE] = value

    return change


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.001, 1.001])
def test_value_that_no_feature_has_is_refused_at_once(value: float) -> None:
    features = make_features()
    break_with(value)(features)

    with pytest.raises(InvalidFeatures, match="1 of 5000 values"):
        check_values(features)
    report = check_training(features, LISTS)
    assert not report.passed
    assert "range of dense" in report.text


def test_matrix_of_other_columns_is_refused() -> None:
    features = make_features()[:, :-1]

    with pytest.raises(InvalidFeatures, match="the shape is"):
        check_values(features)
    assert check_training(features, LISTS).text.startswith("schema of features")


def test_feature_that_has_come_to_say_nothing_stops_training() -> None:
    features = make_features()
    features[: len(features) // 2, PRICE] = 0.5

    report = check_training(features, LISTS, profile(make_features(2)))

    assert not report.passed
    assert {p.check for p in report.problems if p.feature == "price"} == {"missing", "drift"}
    assert "50% of the values say nothing, it were 0%" in report.text


def test_feature_that_never_said_more_is_no_news() -> None:
    before, now = make_features(1), make_features(2)
    before[:, PRICE] = now[:, PRICE] = 0.5

    assert check_training(now, LISTS, profile(before)).problems == ()


def test_feature_that_drifted_stops_training_and_what_shoppers_do_only_warns() -> None:
    features = make_features()
    features[:, DENSE] = features[:, DENSE] ** 0.3
    behaviour = make_features()
    behaviour[:, CLICKS] = behaviour[:, CLICKS] ** 0.3

    text = check_training(features, LISTS, profile(make_features(2)))
    learned = check_training(behaviour, LISTS, profile(make_features(2)))

    assert not text.passed
    assert learned.passed
    assert [(p.feature, p.check) for p in learned.problems] == [("item_click_30d", "drift")]
    assert "drift of item_click_30d: the population stability index is" in learned.text


def test_what_shoppers_do_has_not_drifted_where_the_model_was_trained_before_any_did() -> None:
    before, now = make_features(), make_features(2)
    before[:, CLICKS] = 0.4
    assert not check_live(profile(now), profile(before)).problems

    before[:, CLICKS][::2] = 0.9
    assert [p.check for p in check_live(profile(now), profile(before)).problems] == ["drift"]


def test_feature_of_the_items_that_was_all_alike_in_training_has_drifted() -> None:
    before, now = make_features(), make_features(2)
    before[:, DENSE] = 0.4
    assert [p.check for p in check_live(profile(now), profile(before)).problems] == ["drift"]


def test_few_lists_say_nothing_of_drift() -> None:
    features = make_features(rows=40) ** np.float32(0.1)

    assert check_live(describe(features, 4), profile(make_features())).problems == ()


def test_live_window_of_other_features_is_an_alert() -> None:
    trained = msgspec.structs.replace(profile(make_features()), fingerprint="other")

    report = check_live(profile(make_features()), trained)

    assert [p.check for p in report.problems] == ["schema"]


def test_profile_tells_mean_missing_share_and_where_the_values_lie() -> None:
    features = np.full((4, len(FEATURES)), 0.25, np.float32)
    features[:, PRICE] = [0.0, 0.5, 0.5, 1.0]

    stats = describe(features).features["price"]

    assert (stats.mean, stats.missing) == (0.5, 0.5)
    assert stats.histogram == (1, *[0] * 9, 2, *[0] * 9, 1)
    assert len(stats.histogram) == BINS
    assert describe(features).lists == 4


def test_neutral_values_lie_inside_of_a_bin_whatever_the_last_digit() -> None:
    features = np.tile(BEHAVIOUR.neutral(3)[0], (3, 1))
    whole = np.full((3, len(FEATURES)), 0.5, np.float32)
    whole[:, -features.shape[1] :] = features + np.array([[-1e-7], [0], [1e-7]], np.float32)

    stats = describe(np.clip(whole, 0, 1)).features["item_click_30d"]

    assert max(stats.histogram) == 3
    assert stats.missing == 1.0


def test_profile_of_nothing_is_no_error() -> None:
    empty = describe(np.empty((0, len(FEATURES)), np.float32))

    assert (empty.rows, empty.features["dense"].mean) == (0, 0.0)
    assert check_live(empty, profile(make_features())).problems == ()


def test_profile_survives_being_written_down() -> None:
    made = profile(make_features())

    assert msgspec.json.decode(msgspec.json.encode(made), type=FeatureProfile) == made


def test_stability_index_is_that_of_the_textbook() -> None:
    # Shares 0.5/0.5 against 0.25/0.75: 0.25 ln 2 + (-0.25) ln (2/3).
    index = stability_index([500_000, 500_000], [250_000, 750_000])

    assert index == pytest.approx(0.25 * np.log(2) - 0.25 * np.log(2 / 3), abs=1e-5)


counts = st.lists(st.integers(0, 1_000), min_size=5, max_size=5)


@given(counts, counts)
def test_stability_index_is_finite_and_never_negative(one: list[int], other: list[int]) -> None:
    assert 0 <= stability_index(one, other) < 100
    assert stability_index(one, one) == 0


def test_chance_alone_stays_under_the_limit() -> None:
    rng = np.random.default_rng(1)
    for lists in (30, 100, 1_000):
        found = [
            stability_index(*rng.multinomial(lists, [1 / BINS] * BINS, size=2).tolist())
            for _ in range(300)
        ]
        assert max(found) < chance_index(lists, lists)
        assert 1.5 * np.mean(found) < chance_index(lists, lists)
