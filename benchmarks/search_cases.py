"""What comes back for queries that are mistyped, or said otherwise than the catalogue says it.

The cases are in `search_cases.toml`, written before they were tried; those of part numbers are made
from the catalogue, so that the table shows none of its data. The table is markdown, for docs/.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from app.commands.indexing import index_waiting
from app.live import Live
from app.search.schemas import SearchResponse
from app.settings import Settings
from benchmarks.prepare import Prepared, prepare
from indexing.codes import is_code, joined
from indexing.queries import SearchQuery
from rules.model import Rule, RuleId, Synonym
from rules.ruleset import RuleSet

CASES = Path(__file__).with_name("search_cases.toml")
TOP = 10
ALIKE = 8
"""Of the first ten hits so many must be the same, or have the word."""

SYNONYMS = (
    ("laptop", "notebook"),
    ("beamer", "projector"),
    ("cell phone", "smartphone"),
    ("flash drive", "usb stick"),
    ("telly", "tv"),
)
"""What a shop of electronics would say in its rules."""

_PART_NUMBERS = 4
_SHORTENED = 6
"""Letters and digits that a part number has at least of which the beginning is asked for."""


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    query: str
    corrected: str = ""
    same_as: str = ""
    has: str = ""
    relaxed: tuple[str, ...] = ()
    nothing: bool = False
    first: str = ""
    """The id of the item that should come first."""
    words: str = ""
    """How the table calls a query that it must not show."""


class Outcome(msgspec.Struct, frozen=True):
    case: Case
    wanted: str
    came: str
    right: bool


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """A few seconds beside the first filling of the data directory."""
    prepared = prepare(out, data_dir, lambda text: console.print(f"[dim]{text}…[/dim]"))
    cases = [*_written(), *_part_numbers(prepared)]
    with Live(Settings(data_dir=prepared.data_dir)) as live:
        index_waiting(live)
        live.store.warm_up()
        live.vocabulary.refresh()
        outcomes = [_outcome(live, case) for case in cases]
    right = sum(outcome.right for outcome in outcomes)
    table = _table(outcomes)
    file = out / "search_cases.md"
    head = f"{right} of {len(outcomes)} right, {prepared.dataset.name}, {datetime.now(UTC):%F}"
    file.write_text(f"{head}\n\n{table}\n")
    console.print(table, markup=False, soft_wrap=True)
    console.print(head)
    console.print(f"Written to {file}")


def _written() -> list[Case]:
    return msgspec.convert(tomllib.loads(CASES.read_text())["case"], list[Case])


def _part_numbers(prepared: Prepared) -> Iterator[Case]:
    """Of items spread over the catalogue whose title has a part number with a dash that no other
    title has."""
    titles = [(item, [w for w in item.title.split() if is_code(w)]) for item in prepared.items]
    known: dict[str, int] = {}
    for _, codes in titles:
        for code in codes:
            known[joined(code)] = known.get(joined(code), 0) + 1
    dashed = [
        (item, code)
        for item, codes in titles
        for code in codes
        if "-" in code and known[joined(code)] == 1 and len(joined(code)) >= _SHORTENED
    ]
    step = max(len(dashed) // _PART_NUMBERS, 1)
    for n, (item, code) in enumerate(dashed[::step][:_PART_NUMBERS], start=1):
        ways = {
            "as it is": code,
            "in lower case": code.lower(),
            "without dashes": joined(code),
            "with blanks for dashes": code.replace("-", " "),
            "but for its last letter": code[:-1],
        }
        for way, query in ways.items():
            words = f"part number {n}, {way}"
            yield Case(kind="SKU", query=query, first=item.id, words=words)


def _outcome(live: Live, case: Case) -> Outcome:
    rules = [
        Rule(id=RuleId(f"s{n}"), name=f"s{n}", then=(Synonym(terms),))
        for n, terms in enumerate(SYNONYMS)
    ]
    rule_set = RuleSet(1, rules)

    def ask(text: str) -> SearchResponse:
        return live.search.show(SearchQuery(text=text, per_page=TOP), rule_set).response

    answer = ask(case.query)
    wanted, right = _judged(case, answer, ask(case.same_as) if case.same_as else None)
    return Outcome(case, wanted, _came(answer), right)


def _judged(case: Case, answer: SearchResponse, other: SearchResponse | None) -> tuple[str, bool]:
    """What was wanted, in words, and whether it came."""
    if case.corrected:
        return f"taken for `{case.corrected}`", answer.query.corrected == case.corrected
    if other is not None:
        alike = len({hit.id for hit in answer.hits} & {hit.id for hit in other.hits})
        needed = min(ALIKE, len(other.hits))
        return f"the same as `{case.same_as}`", bool(other.hits) and alike >= needed
    if case.has:
        with_word = sum(case.has in hit.item.title.lower() for hit in answer.hits)
        needed = max(1, round(ALIKE / TOP * len(answer.hits)))
        return f"titles with `{case.has}`", with_word >= needed
    if case.relaxed:
        dropped = tuple(step.word for step in answer.query.relaxed)
        said = ", ".join(f"`{word}`" for word in case.relaxed)
        return f"without {said}", set(dropped) == set(case.relaxed)
    if case.nothing:
        return "nothing", answer.total.value == 0
    return "that item first", bool(answer.hits) and answer.hits[0].id == case.first


def _came(answer: SearchResponse) -> str:
    parts = [f"{answer.total.value:,} {'or more ' * (answer.total.relation == 'capped')}hits"]
    if answer.query.corrected is not None:
        parts.append(f"taken for `{answer.query.corrected}`")
    if answer.query.synonyms:
        parts.append(f"{len(answer.query.synonyms)} other ways to say it")
    if answer.query.relaxed:
        said = ", ".join(f"`{step.word or step.field}`" for step in answer.query.relaxed)
        parts.append(f"without {said}")
    return "; ".join(parts)


def _table(outcomes: Sequence[Outcome]) -> str:
    rows = [
        f"| {outcome.case.kind} | {outcome.case.words or f'`{outcome.case.query}`'} "
        f"| {outcome.wanted} | {outcome.came} | {'yes' if outcome.right else '**no**'} |"
        for outcome in outcomes
    ]
    return "\n".join(["| kind | query | wanted | came | right |", "|---|---|---|---|---|", *rows])
