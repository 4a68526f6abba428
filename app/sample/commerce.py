"""Prices, demand, reviews, stock and release dates of a product; called by `catalogue`."""

from datetime import UTC, datetime, timedelta
from math import exp, log
from random import Random

from msgspec import Struct

from app.sample.blueprint import Brand, ProductType

# The shop's "today". A constant, so that the catalogue does not change from one day to the next.
REFERENCE_DATE = datetime(2026, 11, 1, tzinfo=UTC)

_TIER_PRICE = {1: 0.62, 2: 1.0, 3: 1.75}
_TIER_RATING = {1: 3.85, 2: 4.15, 3: 4.4}
_OLDEST_DAYS = 2400


class Standing(Struct, frozen=True):
    """How a product does in the shop; its variants share it. `discount` is 0 without a sale."""

    base_price: float
    discount: float
    quality: float
    popularity: float
    released: datetime

    @property
    def age_days(self) -> int:
        return (REFERENCE_DATE - self.released).days


def draw_standing(kind: ProductType, brand: Brand, rng: Random) -> Standing:
    """Prices spread evenly on a log scale; demand is long-tailed; new releases are common."""
    low, high = kind.price
    base = exp(rng.uniform(log(low), log(high))) * _TIER_PRICE[brand.tier]
    age = 3 + int(rng.betavariate(1.1, 2.6) * _OLDEST_DAYS)
    hours = rng.randrange(6, 20)
    return Standing(
        base_price=base,
        discount=rng.choice((0.1, 0.15, 0.2, 0.3)) if rng.random() < 0.12 else 0.0,
        quality=rng.gauss(_TIER_RATING[brand.tier], 0.4),
        popularity=rng.random() ** 4,
        released=REFERENCE_DATE - timedelta(days=age) + timedelta(hours=hours),
    )


def shop_price(amount: float) -> float:
    """The amount as a shop would print it: 4.79, 34.90, 249.00, 1,189.00."""
    if amount < 10:
        return round(max(amount, 0.6), 1) - 0.01 if amount > 1 else 0.99
    if amount < 100:
        return int(amount) + 0.9
    if amount < 500:
        return float(round(amount / 5) * 5 - 1)
    return float(round(amount / 10) * 10 - 1)


def draw_reviews(standing: Standing, share: float, rng: Random) -> tuple[float | None, int]:
    """Rating and number of reviews: what is popular and has been sold for long has more."""
    years = standing.age_days / 365
    count = int(standing.popularity * share * 900 * min(years, 4) * rng.uniform(0.5, 1.5))
    count += rng.choice((0, 0, 1, 2, 5)) if years > 0.2 else 0
    if not count:
        return None, 0
    noise = rng.gauss(0, 0.5 / (1 + count / 10))
    return round(min(5.0, max(1.0, standing.quality + noise)), 1), count


def draw_stock(standing: Standing, is_variant: bool, rng: Random) -> bool:
    """Old products and single sizes run out more often."""
    chance = 0.95 - (0.06 if is_variant else 0.0) - (0.12 if standing.age_days > 1800 else 0.0)
    return rng.random() < chance
