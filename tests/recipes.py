"""What docs/recipes.md says, as values that tests can try: recipes with what shoppers then see, and
the commands. A line that cannot be tried is refused, so the guide promises nothing untested."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

GUIDE = (Path(__file__).resolve().parents[1] / "docs" / "recipes.md").read_text()

Answer = Mapping[str, Any]
Claim = Callable[[Answer], bool]


class UntestableGuide(Exception):
    """A part of the guide that is not written as the reader of it expects."""


class Sight(msgspec.Struct, frozen=True):
    """One line under `Shoppers then see`: a search, and what is true of its answer while the rule
    is live and was not before."""

    words: str
    search: dict[str, Any]
    claim: Claim | None
    """None where nothing changes."""


class Recipe(msgspec.Struct, frozen=True):
    title: str
    written: str
    """The rule as the guide has it."""
    sights: tuple[Sight, ...]

    @property
    def rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = json.loads(self.written)
        return rule


class Command(msgspec.Struct, frozen=True):
    """A call of curl."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


def read_recipes(guide: str = GUIDE) -> list[Recipe]:
    """Those under headings with a number."""
    return [
        _recipe(title, text)
        for title, text in sections(guide).items()
        if re.match(r"\d+\. ", title)
    ]


def sections(guide: str = GUIDE) -> dict[str, str]:
    """The text under each heading, up to the next one."""
    parts = re.split(r"^#+ (.+)$", guide, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def read_commands(heading: str, **variables: object) -> list[Command]:
    """The calls of curl under a heading, with these values for the shell's variables."""
    text = "".join(_blocks("sh", sections()[heading]))
    lines = text.replace("\\\n", " ").splitlines()
    return [_command(line, variables) for line in lines if line.startswith("curl ")]


def _blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.+?)^```$", text, re.MULTILINE | re.DOTALL)


def _recipe(title: str, text: str) -> Recipe:
    rules = _blocks("json", text)
    _, _, seen = text.partition("\nShoppers then see:\n")
    lines = re.findall(r"^- .+$", seen, re.MULTILINE)
    if len(rules) != 1 or not lines:
        raise UntestableGuide(f"{title}: needs one rule as JSON, and what shoppers then see")
    return Recipe(title, rules[0], tuple(_sight(line) for line in lines))


def _sight(line: str) -> Sight:
    read = re.fullmatch(r"- (?:`([^`]+)`|Browsing)(?: with `({[^`]+})`)?: (.+)\.", line)
    if read is None:
        raise UntestableGuide(f"not a search and what it shows: {line}")
    query, others, words = read.groups(default="")
    search = {"query": query, "explain": True, **json.loads(others or "{}")}
    return Sight(line, search, None if words == "nothing changes" else _claim(words))


def _claim(words: str) -> Claim:
    for pattern, claim in CLAIMS.items():
        read = re.fullmatch(pattern, words)
        if read is not None:
            return lambda answer: claim(answer, *read.groups())
    raise UntestableGuide(f"no test is known for: {words}")


def _hit_is(answer: Answer, position: str, item_id: str) -> bool:
    return any((h["position"], h["id"]) == (int(position), item_id) for h in answer["hits"])


def _first_is_of_brand(answer: Answer, brand: str) -> bool:
    return bool(answer["hits"]) and answer["hits"][0]["item"]["brand"] == brand


def _all(answer: Answer, holds: Callable[[Any], bool]) -> bool:
    """Of no hits at all nothing is said."""
    return bool(answer["hits"]) and all(map(holds, answer["hits"]))


def _sorted_newest_first(answer: Answer) -> bool:
    dates = [hit["item"]["released_at"] for hit in answer["hits"]]
    return bool(dates) and dates == sorted(dates, reverse=True)


def _at_most(answer: Answer, most: str) -> bool:
    brands = Counter(hit["item"]["brand"] for hit in answer["hits"])
    return bool(brands) and max(brands.values()) <= int(most)


CLAIMS: dict[str, Callable[..., bool]] = {
    r"hit (\d+) is `(.+)`": _hit_is,
    r"no hit is of the product `(.+)`": lambda answer, group: _all(
        answer, lambda hit: hit["item"]["group_id"] != group
    ),
    r"the first hit is of the brand `(.+)`": _first_is_of_brand,
    r"every hit is in `(.+)`": lambda answer, category: _all(
        answer, lambda hit: category in hit["item"]["categories"]
    ),
    r"no hit is in `(.+)`": lambda answer, category: _all(
        answer, lambda hit: category not in hit["item"]["categories"]
    ),
    r"no hit is boosted": lambda answer: _all(answer, lambda hit: hit["placement"] != "boosted"),
    r"nothing is found": lambda answer: answer["total"]["value"] == 0,
    r"the shop searches for `(.+)`": lambda answer, query: answer["query"]["applied"] == query,
    r"the shopper is sent to `(.+)`": lambda answer, url: (
        answer["redirect"] == url and not answer["hits"]
    ),
    r"the banner `(.+)` is there": lambda answer, title: (
        title in [banner["title"] for banner in answer["banners"]]
    ),
    r"the data has `(.+)`": lambda answer, data: json.loads(data) in answer["data"],
    r"the hits are sorted newest first": _sorted_newest_first,
    r"no brand has more than (\d+) hits": _at_most,
    r"the rule `(.+)` is held back": lambda answer, rule: (
        (rule, "") in [(e["id"], e["instruction"]) for e in answer["suppressed_rules"]]
    ),
}
"""What a line may say of an answer."""


def _command(line: str, variables: Mapping[str, object]) -> Command:
    filled = re.sub(r"\$(\w+)", lambda name: str(variables[name[1]]), line)
    words = iter(shlex.split(filled)[1:])
    method, url, body = "", "", None
    headers: dict[str, str] = {}
    for word in words:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(words)
            case "-d":
                body = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case _ if url or word.startswith("-"):
                raise UntestableGuide(f"{word} is not understood in: {line}")
            case _:
                url = word
    return Command(method or ("GET" if body is None else "POST"), url, headers, body)
