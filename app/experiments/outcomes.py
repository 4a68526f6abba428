"""What came of an experiment, added up in Postgres: by arm, and by shopper within it, since it is
shoppers who were dealt out, not searches."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from app.experiments.model import Experiment
from app.experiments.statistics import RatioSums

METRICS = (
    "clicks_per_search",
    "click_through_rate",
    "mean_reciprocal_rank",
    "carts_per_search",
    "purchases_per_search",
    "revenue_per_search",
)

PER_SHOPPER: Mapping[str, str] = dict(
    zip(METRICS, ("clicks", "clicked", "ranks", "carts", "purchases", "revenue"), strict=True)
)
"""By metric, the column of `_SHOPPERS` that is divided by the searches."""


class ArmOutcome(msgspec.Struct, frozen=True):
    """`searches` are first pages without those that were typing; what was done on later pages
    counts for them, too."""

    searches: int
    clients: int
    clicks: int
    clicked_searches: int
    carts: int
    purchases: int
    revenue: float
    sums: Mapping[str, RatioSums]
    """By metric."""


class ArmHealth(msgspec.Struct, frozen=True):
    searches: int
    empty: int
    degraded: int
    times_ms: Mapping[float, float]
    """By quantile."""

    @property
    def empty_rate(self) -> float:
        return self.empty / self.searches if self.searches else 0.0


class Preference(msgspec.Struct, frozen=True):
    """How often the second arm's hits were clicked more than the first's."""

    wins: int
    ties: int
    losses: int


_LISTS = """
lists as (
  select query_id, coalesce(nullif(client_id, ''), session_id) as shopper,
         experiments ->> :key as arm, first, total, total_ms, degraded, item_keys, teams
  from ranking_events
  where experiments <> '{}' and experiments ? :key and at >= :since and at <= :until
    and not typing
)"""

# One row for each list with anything done to its items. The same hit twice is one click. An event
# belongs to the list that it was found to belong to, or names, until that has been looked for.
_ACTED = """
acted as (
  select l.query_id, l.shopper, l.arm,
         count(distinct i.item_key) filter (where i.action = 'click') as clicks,
         max(1.0 / (l.first + array_position(l.item_keys, i.item_key)))
           filter (where i.action = 'click') as rank,
         count(distinct i.item_key) filter (where i.action = 'add_to_cart') as carts,
         count(distinct i.item_key) filter (where i.action = 'purchase') as purchases,
         coalesce(sum(i.revenue) filter (where i.action = 'purchase'), 0) / 1e6 as revenue
  from lists l
  join interaction_events i on coalesce(i.list_id, i.query_id) = l.query_id
  where i.at >= :since and i.item_key = any(l.item_keys)
    and i.action in ('click', 'add_to_cart', 'purchase')
  group by l.query_id, l.shopper, l.arm
)"""

_SHOPPERS = """
shoppers as (
  select l.arm, l.shopper,
         count(*) filter (where l.first = 0)::float as searches,
         coalesce(sum(a.clicks), 0)::float as clicks,
         count(a.rank)::float as clicked,
         coalesce(sum(a.rank), 0)::float as ranks,
         coalesce(sum(a.carts), 0)::float as carts,
         coalesce(sum(a.purchases), 0)::float as purchases,
         coalesce(sum(a.revenue), 0)::float as revenue
  from lists l left join acted a using (query_id)
  group by l.arm, l.shopper
)"""


def read_outcomes(connection: Connection, experiment: Experiment) -> dict[str, ArmOutcome]:
    """By arm; one that answered nothing is left out, as are all before the start."""
    columns = tuple(PER_SHOPPER.values())
    sums = ", ".join(
        f"sum({c}) as y_{c}, sum({c} * {c}) as yy_{c}, sum(searches * {c}) as xy_{c}"
        for c in columns
    )
    rows = connection.execute(
        text(
            f"with {_LISTS}, {_ACTED}, {_SHOPPERS} "  # noqa: S608 (columns of our own)
            "select arm, count(*) as units, sum(searches) as x, "
            f"sum(searches * searches) as xx, {sums} from shoppers group by arm"
        ),
        _period(experiment),
    ).mappings()
    return {row["arm"]: _outcome(row) for row in rows}


def read_health(
    connection: Connection, experiment: Experiment, quantiles: tuple[float, ...]
) -> dict[str, ArmHealth]:
    """By arm; times count from when a search was accepted, waiting for a thread included."""
    rows = connection.execute(
        text(
            f"with {_LISTS} select arm, count(*) as searches, "  # noqa: S608 (as above)
            "count(*) filter (where total = 0) as empty, "
            "count(*) filter (where degraded <> '{}') as degraded, "
            "percentile_disc(cast(:quantiles as float[])) within group (order by total_ms) "
            "as times from lists where first = 0 group by arm"
        ),
        {**_period(experiment), "quantiles": list(quantiles)},
    )
    return {
        row.arm: ArmHealth(
            row.searches,
            row.empty,
            row.degraded,
            dict(zip(quantiles, row.times or (), strict=False)),
        )
        for row in rows
    }


def read_preferences(
    connection: Connection, experiment: Experiment
) -> tuple[Preference, Preference, int]:
    """By search and by shopper, and how many searches were interleaved; only searches with a click
    on a hit that an arm stands for can be won. A shopper prefers whose hits got more clicks in all
    of their searches."""
    won = (
        "count(*) filter (where second > first) as wins, "
        "count(*) filter (where second = first) as ties, "
        "count(*) filter (where second < first) as losses"
    )
    credited = (
        "credits as (select l.query_id, l.shopper, "
        "count(distinct i.item_key) filter (where l.teams[p.place] = 0) as first, "
        "count(distinct i.item_key) filter (where l.teams[p.place] = 1) as second "
        "from lists l join interaction_events i on coalesce(i.list_id, i.query_id) = l.query_id "
        "cross join lateral (select array_position(l.item_keys, i.item_key) as place) p "
        "where i.at >= :since and i.action = 'click' and l.teams[p.place] in (0, 1) "
        "group by l.query_id, l.shopper)"
    )
    period = _period(experiment)
    with_credits = f"with {_LISTS}, {credited}"
    by_search = connection.execute(
        text(f"{with_credits} select {won} from credits"),  # noqa: S608 (as above)
        period,
    ).one()
    by_shopper = connection.execute(
        text(
            f"{with_credits} select {won} from "  # noqa: S608 (as above)
            "(select sum(first) as first, sum(second) as second from credits group by shopper) s"
        ),
        period,
    ).one()
    interleaved = connection.execute(
        text(f"with {_LISTS} select count(*) from lists where teams is not null"),  # noqa: S608
        period,
    ).scalar_one()
    return Preference(*by_search), Preference(*by_shopper), int(interleaved)


def _period(experiment: Experiment) -> dict[str, Any]:
    return {
        "key": experiment.key,
        "since": experiment.starts_at,
        "until": experiment.stopped_at or experiment.ends_at or "infinity",
    }


def _outcome(row: Mapping[Any, Any]) -> ArmOutcome:
    return ArmOutcome(
        searches=int(row["x"]),
        clients=row["units"],
        clicks=int(row["y_clicks"]),
        clicked_searches=int(row["y_clicked"]),
        carts=int(row["y_carts"]),
        purchases=int(row["y_purchases"]),
        revenue=round(row["y_revenue"], 6),
        sums={
            metric: RatioSums(
                row["units"], row["x"], row[f"y_{c}"], row["xx"], row[f"yy_{c}"], row[f"xy_{c}"]
            )
            for metric, c in PER_SHOPPER.items()
        },
    )
