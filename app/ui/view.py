"""What the templates show, worked out from a `SearchResponse`; called by the page's controller."""

import zlib
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

import msgspec
from markupsafe import Markup, escape

from app.search.schemas import Hit, HitItem, SearchResponse, Timings, Total
from app.ui.addresses import PER_PAGE, SORTS, Address
from app.ui.menus import Menus, view_menus
from app.ui.money import format_price
from app.ui.searching import Answer
from app.ui.selection import Chip, chips_of, facet_label
from app.ui.traces import Scales, TraceView, format_number, measure, view_trace

STAGES = ("wait", "embed", "retrieve", "features", "score", "rules", "facets", "highlight")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One hit as a shopper sees it; `picture` is empty where there is none to use."""

    hit: Hit
    link: str
    title: Markup
    """With the query's words marked."""
    variants: str
    picture: str
    initials: str
    hue: int
    price: str
    stars: str
    filled: float
    score: str
    trace: TraceView | None


class Slice(msgspec.Struct, frozen=True):
    """One stage's part of the timing bar; `share` is a percentage of the whole."""

    name: str
    ms: str
    share: float


class Pager(msgspec.Struct, frozen=True):
    """`pages` holds None where numbers are left out."""

    current: int
    last: int
    pages: tuple[int | None, ...]


class Problem(msgspec.Struct, frozen=True):
    """What is shown in place of results; a `request` problem is the shopper's to change."""

    kind: Literal["request", "service"]
    text: str


class Results(msgspec.Struct, frozen=True, kw_only=True):
    response: SearchResponse
    cards: tuple[Card, ...]
    found: str
    shown: str
    slices: tuple[Slice, ...]
    total_ms: str
    pager: Pager | None
    last: int
    """How many pages there are, 0 where nothing is found."""
    beyond_last: bool
    """Something is found, but not so many pages of it."""
    menus: Menus
    chips: tuple[Chip, ...]
    sorts: tuple[tuple[str, str], ...]
    relaxed: tuple[str, ...]
    """A sentence for each thing that was let go of."""


def view_results(answer: Answer, address: Address) -> Results:
    response = answer.response
    currency = _currency(answer)
    last = -(-response.total.value // PER_PAGE)
    return Results(
        response=response,
        cards=view_cards(response.hits),
        found=_found(response.total),
        shown=_shown(response.hits),
        slices=_slices(response.timings_ms),
        total_ms=_ms(response.timings_ms.total),
        pager=_pager(address.page, last),
        last=last,
        beyond_last=0 < last < address.page,
        menus=view_menus(answer, address, currency),
        chips=chips_of(address, currency),
        sorts=tuple(SORTS.items()),
        relaxed=_relaxed(response),
    )


def view_cards(hits: Sequence[Hit]) -> tuple[Card, ...]:
    scales = measure(hits)
    return tuple(view_card(hit, scales) for hit in hits)


def view_card(hit: Hit, scales: Scales) -> Card:
    item = hit.item
    rating = min(max(item.rating or 0.0, 0.0), 5.0)
    marked = hit.highlights.get("title")
    return Card(
        hit=hit,
        link=link_to(hit.id),
        # The search's own highlighter has escaped all but its marks.
        title=escape(item.title) if marked is None else Markup(marked),  # noqa: S704
        variants=f"{len(hit.variants) + 1} variants" if hit.variants else "",
        picture=picture_of(item.image_url),
        initials=_initials(item),
        hue=_hue(item),
        price="" if item.price is None else format_price(item.price, item.currency),
        stars="" if item.rating is None else f"{rating:.1f}",
        filled=rating * 20,
        score=format_number(hit.score),
        trace=view_trace(hit.explain, scales) if hit.explain else None,
    )


def link_to(item_id: str) -> str:
    """The item's own page here; the shop's is linked from there."""
    return f"/items/{quote(item_id, safe='')}"


def web_link(url: str) -> str:
    """Empty for what is no address of the web, such as a script."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _currency(answer: Answer) -> str:
    counts = answer.facets.get("currency", ())
    if isinstance(counts, tuple) and counts:
        return str(counts[0].value)
    return next((hit.item.currency for hit in answer.response.hits), "")


def _relaxed(response: SearchResponse) -> tuple[str, ...]:
    return tuple(
        f"Nothing has all the words, so “{step.word}” was left out."
        if step.step == "drop_word"
        else f"Too little was found with it, so the filter {facet_label(step.field)} was left out."
        for step in response.query.relaxed
    )


def picture_of(url: str) -> str:
    """A page-relative address is left out: it would point into this service, not into the shop."""
    return url if url.lower().startswith(("http://", "https://", "/")) else ""


def _initials(item: HitItem) -> str:
    words = [word for word in item.title.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"


def _hue(item: HitItem) -> int:
    """The same for a whole department, so that a page of placeholders still has an order."""
    family = item.categories[0] if item.categories else item.brand or item.id
    return zlib.crc32(family.encode()) % 360


def _found(total: Total) -> str:
    if total.relation == "capped":
        return f"More than {total.value:,} items" if total.value else "No items"
    if not total.value:
        return "No items"
    return "1 item" if total.value == 1 else f"{total.value:,} items"


def _shown(hits: Sequence[Hit]) -> str:
    return f"{hits[0].position:,}–{hits[-1].position:,}" if hits else ""


def _slices(timings: Timings) -> tuple[Slice, ...]:
    """Stages may overlap or be cut short, so the whole is whichever is larger, total or sum."""
    spent = {name: max(0.0, getattr(timings, name)) for name in STAGES}
    whole = max(timings.total, sum(spent.values()))
    return tuple(
        Slice(name, _ms(ms), round(100 * ms / whole, 2) if whole else 0.0)
        for name, ms in spent.items()
    )


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"


def _pager(current: int, last: int) -> Pager | None:
    if not 1 < last >= current:
        return None
    near = {1, last, *range(current - 1, current + 2)}
    pages: list[int | None] = []
    for page in sorted(page for page in near if 1 <= page <= last):
        if pages and page - (pages[-1] or 0) == 2:
            pages.append(page - 1)
        elif pages and page - (pages[-1] or 0) > 2:
            pages.append(None)
        pages.append(page)
    return Pager(current, last, tuple(pages))
