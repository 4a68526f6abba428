"""Suggestions for what is being typed: how long an answer takes for each kind of input, at rest and
while the indexes are exchanged, and how long the indexes take to fill. In process, on a Postgres of
its own with a catalogue of invented words."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from app.features.store import FeatureStore
from app.suggest.live_suggestions import LiveSuggestions
from app.suggest.suggester import Suggester
from app.vocabulary.live_vocabulary import LiveVocabulary
from app.vocabulary.spelling import Speller
from benchmarks.databases import own_database
from benchmarks.machine import Neighbours, describe, memory_of
from rules.ruleset import RuleSet
from rules.tolerance import warm_up

AIM_MS = 5.0
LIMIT = 8
LENGTHS = (1, 2, 3, 4, 6, 8)
_AT_ONCE = 5_000
_STEEPNESS = 0.35
"""Of a Pareto distribution over the words: the commonest stands in a tenth of the titles."""


class Size(msgspec.Struct, frozen=True):
    items: int
    words: int
    queries: int
    asked: int
    """Inputs of each kind."""


FULL = Size(100_000, 60_000, 20_000, 1_000)
QUICK = Size(2_000, 3_000, 200, 50)


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds of one kind of input."""

    input: str
    p50_ms: float
    p99_ms: float
    slowest_ms: float


class SuggestResult(msgspec.Struct, frozen=True):
    at: str
    machine: dict[str, Any]
    size: Size
    aim_p99_ms: float
    reached: bool
    vocabulary_s: float
    """To count the words."""
    indexes_s: float
    memory_mb: float
    """Of the vocabulary and the indexes."""
    timings: tuple[Timing, ...]
    others_cores: float


def run(out: Path, _: Path | None, quick: bool, console: Console) -> None:
    """A minute; needs no catalogue."""
    size = QUICK if quick else FULL
    with own_database("suggest") as engine:
        result = _measure(engine, size, lambda t: console.print(f"[dim]{t}…[/dim]"))
    file = out / "suggest.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def _measure(engine: Engine, size: Size, say: Callable[[str], None]) -> SuggestResult:
    neighbours = Neighbours()
    say(f"Filling {size.items:,} items of {size.words:,} words")
    titles = _fill(engine, size)
    warm_up()  # as the service does
    store = FeatureStore(engine)
    store.catalogue()
    vocabulary, suggestions = LiveVocabulary(engine), LiveSuggestions(engine, min_shoppers=3)
    gc.collect()
    memory = memory_of(os.getpid())
    say("Counting words")
    begun = time.perf_counter()
    vocabulary.refresh()
    counted = time.perf_counter()
    say("Filling the indexes")
    suggestions.refresh()
    filled = time.perf_counter()
    gc.collect()
    gc.freeze()  # as the service does
    memory = memory_of(os.getpid()) - memory
    rules = RuleSet()
    speller = Speller(vocabulary.current)
    suggester = Suggester(suggestions, vocabulary.current, speller, lambda: rules, store.catalogue)
    say("Asking")
    inputs = _inputs(titles, size.asked)
    timings = [_time(kind, suggester, typed) for kind, typed in inputs.items()]
    say("Asking while the indexes are exchanged")
    every = [typed for of_kind in inputs.values() for typed in of_kind]
    Random(5).shuffle(every)  # noqa: S311 (no secret)
    with _exchanging(engine, suggestions):
        timings.append(_time("all, while the indexes are exchanged", suggester, every))
    suggestions.close()
    return SuggestResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=msgspec.to_builtins(describe()),
        size=size,
        aim_p99_ms=AIM_MS,
        reached=all(timing.p99_ms < AIM_MS for timing in timings),
        vocabulary_s=round(counted - begun, 2),
        indexes_s=round(filled - counted, 2),
        memory_mb=round(memory, 1),
        timings=tuple(timings),
        others_cores=neighbours.cores(),
    )


def _fill(engine: Engine, size: Size) -> list[str]:
    """Returns the titles."""
    chance = Random(3)  # noqa: S311 (no secret)
    words = _words(size.words, chance)

    def some(count: int) -> str:
        ranks = (int(chance.paretovariate(_STEEPNESS)) - 1 for _ in range(count))
        return " ".join(words[rank % size.words] for rank in ranks)

    rows = [
        {
            "id": f"item-{n}",
            "title": some(7).title(),
            "description": some(60),
            "brand": words[n % 2_000].title(),
            "categories": [words[n % 20], words[n % 300], words[n % 2_000]],
            "popularity": chance.random() * 1_000,
        }
        for n in range(size.items)
    ]
    with engine.begin() as connection:
        for first in range(0, size.items, _AT_ONCE):
            batch = msgspec.json.encode(rows[first : first + _AT_ONCE]).decode()
            connection.execute(_INSERT_ITEMS, {"rows": batch})
        queries = [some(1 + n % 3) for n in range(size.queries)]
        packed = msgspec.json.encode(queries).decode()
        connection.execute(_INSERT_LISTS, {"queries": packed})
        connection.execute(text("analyze"))
    return [str(row["title"]).lower() for row in rows]


_INSERT_ITEMS = text(
    """
    insert into items (id, title, description, brand, categories, price, currency, in_stock,
        review_count, popularity, group_id, image_url, url, attributes, version, content_hash)
    select id, title, description, brand, categories, 9.99, 'EUR', true,
        0, popularity, id, 'https://shop.example/' || id || '.jpg', '', '{}', 1, ''
    from json_to_recordset(cast(:rows as json)) as r (
        id text, title text, description text, brand text, categories text[],
        popularity double precision
    )
    """
)
_INSERT_LISTS = text(
    """
    insert into ranking_events (query_id, at, known_at, source, client_id, session_id, query, sort,
        first, total, item_keys, placements, model_version, ruleset_version)
    select n || '/' || shopper, now(), now(), 'search', 'shopper ' || shopper, '', query,
        'relevance', 0, 20, '{}', '{}', '', 0
    from json_array_elements_text(cast(:queries as json)) with ordinality as asked (query, n)
        cross join generate_series(cast(1 as bigint), 3 + n % 5) as shopper
    """
)


def _words(count: int, chance: Random) -> list[str]:
    """Of two to four syllables, all different, in no order."""
    syllables = ["".join(parts) for parts in product("bcdfghklmnprstvw", "aeiou", ("", *"nrsl"))]
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 3, 4))))] = None
    return list(made)


def _inputs(titles: Sequence[str], count: int) -> dict[str, list[str]]:
    """By what they are, what shoppers who look for one of the items may have typed so far."""
    chance = Random(4)  # noqa: S311 (no secret)
    inputs: dict[str, list[str]] = {"nothing": [""] * count}
    for length in LENGTHS:
        looked_for = [title.split() for title in chance.choices(titles, k=count)]
        name = f"{length} letter{'s' if length > 1 else ''}"
        inputs[f"{name} of a word"] = [words[0][:length] for words in looked_for]
        inputs[f"a word and {name}"] = [f"{words[0]} {words[1][:length]}" for words in looked_for]
        if length >= 4:
            inputs[f"{name} with a typo"] = [
                _mistyped(words[0][:length], chance) for words in looked_for
            ]
    looked_for = [title.split() for title in chance.choices(titles, k=count)]
    inputs["two words with a typo each"] = [
        " ".join(_mistyped(word, chance) for word in words[:2]) for words in looked_for
    ]
    inputs["words of no item"] = [
        " ".join("".join(chance.choices("qxyzj", k=9)) for _ in range(3)) for _ in range(count)
    ]
    return inputs


def _mistyped(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word))
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    before, after = word[:at], word[at:]
    return chance.choice(
        (
            before + letter + after,
            before + letter + after[1:],
            before + after[1:],
            before[:-1] + after[0] + before[-1] + after[1:],
        )
    )


def _time(kind: str, suggester: Suggester, inputs: Sequence[str]) -> Timing:
    spent = []
    for typed in inputs:
        begun = time.perf_counter()
        suggester.suggest(typed, LIMIT)
        spent.append((time.perf_counter() - begun) * 1e3)
    spent.sort()
    p50, p99 = (spent[int(share * (len(spent) - 1))] for share in (0.5, 0.99))
    return Timing(kind, round(p50, 3), round(p99, 3), round(spent[-1], 3))


@contextmanager
def _exchanging(engine: Engine, suggestions: LiveSuggestions) -> Iterator[None]:
    """One exchange after the other, far more often than the service makes them."""
    stop = threading.Event()

    def exchange() -> None:
        while not stop.is_set():
            with engine.begin() as connection:
                connection.execute(_TOUCH)
            suggestions.refresh_catalogue()

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


_TOUCH = text(
    "update items set changed_in = pg_current_xact_id()::text::bigint where id = 'item-0'"
)


def _print(result: SuggestResult, console: Console) -> None:
    size = result.size
    table = Table(title=f"Suggestions: {size.items:,} items, {size.words:,} words, ms")
    table.add_column("typed")
    for name in ("p50", "p99", "slowest"):
        table.add_column(name, justify="right")
    for timing in result.timings:
        figures = (timing.p50_ms, timing.p99_ms, timing.slowest_ms)
        table.add_row(timing.input, *(f"{ms:.2f}" for ms in figures))
    console.print(table)
    console.print(
        f"Counted in {result.vocabulary_s:.1f} s, indexes filled in {result.indexes_s:.1f} s; "
        f"{result.memory_mb:.0f} MB, {result.others_cores:.1f} cores used by others"
    )
    reached = "reached" if result.reached else "not reached"
    console.print(f"Aim: under {AIM_MS:g} ms at p99 for each kind: {reached}")
