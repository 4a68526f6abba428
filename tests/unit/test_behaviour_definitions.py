"""The one file that defines what is learned from shoppers: what it may say, and what is refused."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ranking.behaviour import Behaviour
from ranking.behaviour_definitions import (
    DEFAULT,
    Definitions,
    InterestFeature,
    parse_definitions,
    read_definitions,
)
from ranking.errors import InvalidBehaviour
from ranking.events import ACTIONS

Raw = dict[str, Any]


@pytest.fixture
def raw() -> Raw:
    return tomllib.loads(DEFAULT.read_text())


def parse(raw: Raw) -> Definitions:
    return parse_definitions(raw, "mine.toml")


def test_file_that_comes_with_endcap_has_every_rate_that_ranking_needs() -> None:
    made = read_definitions()

    assert set(made.names) >= {
        *(f"item_click_{days}d" for days in (1, 7, 30)),
        *(f"item_{rate}_30d" for rate in ("cart", "purchase", "revenue")),
        "brand_click_30d",
        "category_click_30d",
        *(f"query_item_click_{days}d" for days in (7, 30)),
        *(f"query_item_{rate}_30d" for rate in ("cart", "purchase")),
        "session_brand",
        "session_category",
    }
    assert set(made.actions) <= set(ACTIONS)
    assert made.windows == (1, 7, 30)


def test_priors_only_are_no_columns() -> None:
    made = read_definitions()

    assert "query_click_30d" in made.features
    assert "query_click_30d" not in made.names
    assert list(made.texts) == list(made.names)


def test_examination_falls_with_the_position_and_never_under_its_floor() -> None:
    parts = read_definitions().examination.parts_per_million

    assert len(parts) == 100
    assert parts[0] == 1_000_000
    assert parts[1] == round(1_000_000 * 2**-0.7)
    assert list(parts) == sorted(parts, reverse=True)
    assert parts[-1] == 50_000


def test_each_rate_comes_behind_those_that_it_is_made_of(raw: Raw) -> None:
    turned = raw | {"features": dict(reversed(raw["features"].items()))}

    order = list(parse(turned).rate_features)

    assert order.index("category_click_30d") < order.index("item_click_30d")
    assert order.index("item_click_30d") < order.index("item_click_7d")
    assert order.index("query_click_30d") < order.index("query_item_click_30d")
    Behaviour(parse(turned))


def test_labels_are_no_part_of_what_features_mean_and_all_else_is(raw: Raw) -> None:
    before = parse(raw).fingerprint

    def changed(*path: str, to: Any) -> str:
        copy = tomllib.loads(DEFAULT.read_text())
        place = copy
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to
        return parse(copy).fingerprint

    assert changed("actions", "click", to=3.0) == before
    assert changed("examination", "exponent", to=1.0) != before
    assert changed("rates", "click", "base", to=0.2) != before
    assert changed("features", "item_click_1d", "strength", to=5.0) != before
    assert changed("session", "decay", to=0.5) != before


def put(*path: str, to: Any) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        place = raw
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


def drop(*path: str) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        place = raw
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return change


ITEM = ("features", "item_click_30d")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put("colours", to={}), "colours: there is no such table"),
        (drop("session"), "session: is missing"),
        (put("actions", "wave", to=1.0), "actions.wave: no such action"),
        (put("actions", "click", to=-1.0), "actions[...]: Expected `float` >= 0"),
        (put("session", "weights", "wave", to=1.0), "session.weights.wave: no such action"),
        (put("session", "actions", to=0), "session.actions: Expected `int` >= 1"),
        (put("session", "decay", to=1.5), "session.decay: Expected `float` <= 1"),
        (put("examination", "slope", to=1), "examination: Object contains unknown field `slope`"),
        (put("examination", "floor", to=0.0), "examination.floor: Expected `float` > 0"),
        (put("examination", "exponent", to=float("nan")), "examination.exponent: "),
        (put("rates", "click", "base", to=float("inf")), "rates.click.base: "),
        (put("rates", "click", "numerator", to="winks"), "rates.click.numerator: Invalid enum"),
        (put("rates", "click", "base", to=0.0), "rates.click.base: Expected `float` > 0"),
        (put(*ITEM, "days", to=2), "features.item_click_30d.days: Invalid enum value 2"),
        (put(*ITEM, "scope", to="shop"), "features.item_click_30d.scope: Invalid enum"),
        (put(*ITEM, "strenght", to=2.0), "features.item_click_30d: Object contains unknown field"),
        (put(*ITEM, "strength", to=0.0), "features.item_click_30d.strength: Expected `float` > 0"),
        (drop(*ITEM, "prior"), "features.item_click_30d: Object missing required field `prior`"),
        (put(*ITEM, "rate", to="wink"), "features.item_click_30d.rate: there is no rate 'wink'"),
        (put(*ITEM, "prior", to="x"), "features.item_click_30d.prior: no feature 'x' has a rate"),
        (
            put(*ITEM, "prior", to="session_brand"),
            "features.item_click_30d.prior: no feature 'session_brand' has a rate",
        ),
        (
            put(*ITEM, "reference", to="item_cart_30d"),
            "features.item_click_30d.reference: item_cart_30d is a rate of another kind, cart",
        ),
        (
            put(*ITEM, "prior", to="item_click_1d"),
            "features.item_click_30d.prior: goes round in a circle: "
            "item_click_30d, item_click_7d, item_click_1d",
        ),
        (put(*ITEM, "reference", to="item_click_30d"), "goes round in a circle"),
        (put("features", "Item Click", to={}), "features.Item Click: "),
        (
            put("features", "session_brand", "of", to="colour"),
            "features.session_brand.of: Invalid enum value 'colour'",
        ),
    ],
)
def test_mistake_is_refused_with_its_place(
    raw: Raw, change: Callable[[Raw], None], problem: str
) -> None:
    change(raw)

    with pytest.raises(InvalidBehaviour) as caught:
        parse(raw)

    assert f"mine.toml: {problem}" in str(caught.value) or problem in str(caught.value)


def test_all_mistakes_are_told_at_once(raw: Raw) -> None:
    put("session", "decay", to=2.0)(raw)
    put(*ITEM, "days", to=3)(raw)
    put("colours", to={})(raw)

    with pytest.raises(InvalidBehaviour) as caught:
        parse(raw)

    assert len(str(caught.value).splitlines()) == 3


def test_file_that_defines_no_column_is_refused(raw: Raw) -> None:
    raw["features"] = {"query_click_30d": raw["features"]["query_click_30d"]}

    with pytest.raises(InvalidBehaviour, match="none that is not hidden"):
        parse(raw)


@pytest.mark.parametrize("content", [b"[", b"\xff"])
def test_file_that_is_no_toml_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(content)

    with pytest.raises(InvalidBehaviour, match=r"mine\.toml"):
        read_definitions(tmp_path / "mine.toml")


def test_session_features_say_what_they_are_of() -> None:
    features = read_definitions().features

    of = {n: f.of for n, f in features.items() if isinstance(f, InterestFeature)}
    assert of == {"session_brand": "brand", "session_category": "category"}
