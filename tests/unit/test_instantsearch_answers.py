"""Hits, facets and highlights of ours in Algolia's form."""

from typing import Any

import msgspec
import pytest

from app.instantsearch.errors import BadParameter
from app.instantsearch.facets import FacetStats, counted, facet_hits
from app.instantsearch.hits import record_of, records_of
from app.instantsearch.marking import Marking, Part, mark_beginnings, marked_parts, whole_text
from app.instantsearch.names import Attribute
from app.instantsearch.parameters import read_parameters
from app.instantsearch.queries import asked_facets
from app.instantsearch.rendering import hits_result
from app.instantsearch.requests import HitsRequest
from app.search.render import hit_item
from app.search.schemas import (
    AppliedRule,
    Facet,
    Hit,
    NumberFacet,
    QueryEcho,
    Relaxation,
    SearchResponse,
    Timings,
    Total,
    ValueCount,
)
from rules.model import Banner
from tests.factories import make_item

LAMP = hit_item(
    make_item(
        "lamp",
        title="Red <b> lamp",
        description="One two three four lamp five six seven eight nine ten eleven.",
        brand="Lumen",
        categories=("Home", "Lights"),
        attributes={"colour": "red", "watts": 5.0, "brand": "of the attribute"},
    )
)
TREE: Facet = (
    ValueCount("Home", 5, (ValueCount("Home > Lights", 4), ValueCount("Home > Rugs", 1))),
    ValueCount("Garden", 2),
)


def hit(**fields: Any) -> Hit:
    return Hit(id="lamp", position=3, score=1.0, placement="organic", item=LAMP, **fields)


def response(**fields: Any) -> SearchResponse:
    defaults: dict[str, Any] = {
        "query_id": "q1",
        "query": QueryEcho("lamp", "lamp"),
        "total": Total(45, "exact"),
        "hits": (hit(),),
        "applied_rules": (),
        "degraded": (),
        "timings_ms": Timings(total=3.6),
        "ruleset_version": 0,
    }
    return SearchResponse(**{**defaults, **fields})


def result(found: SearchResponse, **given: Any) -> dict[str, Any]:
    request = HitsRequest("items", read_parameters(given), given)
    return as_sent(hits_result(request, found, with_hits=True))


def record(found: Hit, **given: Any) -> dict[str, Any]:
    (made,) = records_of([found], read_parameters(given), "q1")
    return as_sent(made)


def as_sent(answer: Any) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(answer), type=dict[str, Any])


def test_result_has_pages_from_zero_and_what_was_asked() -> None:
    made = result(response(), query="lamp", page=2, hitsPerPage=20)

    assert (made["nbHits"], made["page"], made["nbPages"], made["hitsPerPage"]) == (45, 2, 3, 20)
    assert (made["query"], made["index"], made["processingTimeMS"]) == ("lamp", "items", 4)
    assert made["params"] == "query=lamp&page=2&hitsPerPage=20"
    assert made["exhaustive"]["nbHits"] is made["exhaustiveNbHits"] is True
    assert made["renderingContent"] == {}
    for name in ("queryID", "facets", "facets_stats", "queryAfterRemoval", "parsedQuery"):
        assert name not in made


def test_result_by_offset_has_no_pages() -> None:
    made = result(response(), offset=20, length=20)

    assert (made["offset"], made["length"]) == (20, 20)
    assert "page" not in made
    assert "nbPages" not in made


def test_result_without_hits_has_no_pages_to_turn() -> None:
    assert result(response(), hitsPerPage=0)["nbPages"] == 0


def test_capped_total_is_not_exhaustive() -> None:
    made = result(response(total=Total(200, "capped")))

    assert made["exhaustiveNbHits"] is made["exhaustiveFacetsCount"] is False


def test_query_id_is_told_only_where_clicks_are_analysed() -> None:
    made = result(response(), clickAnalytics=True)

    assert made["queryID"] == made["hits"][0]["__queryID"] == "q1"
    assert "__queryID" not in result(response())["hits"][0]


def test_words_left_out_are_marked_in_the_query() -> None:
    dropped = (Relaxation("drop_word", word="green"), Relaxation("drop_filter", field="brand"))
    made = result(response(query=QueryEcho("Green <lamp>", "lamp", relaxed=dropped)))

    assert made["queryAfterRemoval"] == "<em>Green</em> &lt;lamp&gt;"


def test_corrected_query_is_told() -> None:
    assert result(response(query=QueryEcho("lmap", "lamp", corrected="lamp")))["parsedQuery"] == (
        "lamp"
    )


def test_redirect_banner_data_and_rules_are_rendering_content() -> None:
    found = response(
        redirect="/sale",
        banners=(Banner("Sale", image_url="/sale.png", url="/sale"), Banner("Only words")),
        data=({"colour": "red"},),
        applied_rules=(AppliedRule("r1", "Rule"),),
    )

    made = result(found)

    assert made["renderingContent"]["redirect"] == {"url": "/sale"}
    first, second = made["renderingContent"]["widgets"]["banners"]
    assert first["image"] == {"urls": [{"url": "/sale.png"}], "title": "Sale"}
    assert first["link"] == {"url": "/sale"}
    assert "link" not in second
    assert made["userData"] == [{"colour": "red"}]
    assert made["appliedRules"] == [{"objectID": "r1"}]


def test_record_is_the_item_with_its_position() -> None:
    made = record(hit())

    assert made["objectID"] == made["id"] == "lamp"
    assert made["title"] == "Red <b> lamp"
    assert made["attributes"]["colour"] == "red"
    assert made["__position"] == 3


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["title", "colour"], {"objectID", "title", "attributes"}),
        (["attributes.colour"], {"objectID", "attributes"}),
        (["nothing"], {"objectID"}),
        ([], {"objectID"}),
    ],
)
def test_record_has_what_is_to_be_retrieved(wanted: list[str], names: set[str]) -> None:
    made = record_of(LAMP, wanted)

    assert set(made) == names
    if "attributes" in names:
        assert made["attributes"] == {"colour": "red"}


def test_record_has_all_but_what_is_left_out() -> None:
    made = record_of(LAMP, ["*", "-description", "-colour", "-objectID"])

    assert "description" not in made
    assert set(made["attributes"]) == {"watts", "brand"}
    assert made["objectID"] == "lamp"
    assert record_of(LAMP, ["-description"]).keys() == record_of(LAMP, ["*", "-description"]).keys()


def test_placeholders_are_put_around_words_and_nothing_is_escaped() -> None:
    found = hit(highlights={"title": "Red &lt;b&gt; <mark>lamp</mark>"})

    made = record(
        found, query="lamp", highlightPreTag="__ais-highlight__", highlightPostTag="__/x__"
    )

    title = made["_highlightResult"]["title"]
    assert title["value"] == "Red <b> __ais-highlight__lamp__/x__"
    assert (title["matchLevel"], title["matchedWords"]) == ("full", ["lamp"])
    assert title["fullyHighlighted"] is False


def test_text_is_escaped_where_the_tags_are_html() -> None:
    found = hit(highlights={"title": "Red &lt;b&gt; <mark>lamp</mark>"})

    title = record(found, query="green lamp")["_highlightResult"]["title"]

    assert title["value"] == "Red &lt;b&gt; <em>lamp</em>"
    assert title["matchLevel"] == "partial"


def test_text_without_matches_is_there_unmarked() -> None:
    made = record(hit(), query="lamp")["_highlightResult"]

    assert made["title"]["value"] == "Red &lt;b&gt; lamp"
    assert made["title"]["matchLevel"] == made["brand"]["matchLevel"] == "none"
    assert [category["value"] for category in made["categories"]] == ["Home", "Lights"]


def test_highlight_of_a_long_text_is_the_whole_text() -> None:
    found = hit(highlights={"description": "… four <mark>lamp</mark> five …"})

    value = record(found)["_highlightResult"]["description"]["value"]

    assert value == LAMP.description.replace("lamp", "<em>lamp</em>")


def test_only_what_is_to_be_highlighted_is() -> None:
    made = record(hit(), attributesToHighlight=["title", "colour", "watts", "nothing"])

    assert set(made["_highlightResult"]) == {"title", "attributes"}
    assert set(made["_highlightResult"]["attributes"]) == {"colour"}
    assert "_highlightResult" not in record(hit(), attributesToHighlight=[])


def test_snippet_is_cut_around_the_first_match() -> None:
    found = hit(highlights={"description": "… four <mark>lamp</mark> five …"})

    made = record(found, attributesToSnippet=["description:4"])

    snippet = made["_snippetResult"]["description"]
    assert snippet == {"value": "…four <em>lamp</em> five six…", "matchLevel": "full"}
    assert record(hit(), attributesToSnippet=["title:50"])["_snippetResult"]["title"]["value"] == (
        "Red &lt;b&gt; lamp"
    )


@pytest.mark.parametrize("wanted", ["description:0", "description:x", "description:²"])
def test_length_of_a_snippet_that_is_none_is_refused(wanted: str) -> None:
    with pytest.raises(BadParameter, match="attributesToSnippet"):
        record(hit(), attributesToSnippet=[wanted])


def test_marks_of_our_highlights_are_read_back() -> None:
    assert marked_parts("a &amp; <mark>b</mark><mark>c&lt;</mark>") == [
        Part("a & "),
        Part("b", True),
        Part("c<", True),
    ]


def test_excerpt_that_is_not_in_the_text_stays_alone() -> None:
    assert whole_text("something else", [Part("lamp", True)]) == [Part("lamp", True)]


def test_beginnings_of_words_are_marked_whatever_their_case_and_accents() -> None:
    assert mark_beginnings("Élan rouge elastic", "ELA") == [
        Part("Éla", True),
        Part("n rouge "),
        Part("ela", True),
        Part("stic"),
    ]


def test_every_word_marked_is_fully_highlighted() -> None:
    marking = Marking.of(read_parameters({"query": "red lamp"}))

    made = marking.highlight([Part("red", True), Part(" "), Part("lamp", True)])

    assert (made.fully_highlighted, made.match_level) == (True, "full")


def facets(found: dict[str, Facet], **given: Any) -> Any:
    parameters = read_parameters(given)
    return counted(asked_facets(parameters), found, parameters)


def test_facets_are_counts_by_value_under_the_name_that_was_asked_for() -> None:
    colours: Facet = (ValueCount("red", 3), ValueCount(True, 2), ValueCount(15.6, 1))

    made = facets({"attributes.colour": colours}, facets=["colour", "attributes.colour"])

    assert made.counts["colour"] == {"red": 3, "true": 2, "15.6": 1}
    assert made.counts["attributes.colour"] == made.counts["colour"]


def test_facet_without_values_is_left_out() -> None:
    assert facets({"brand": ()}, facets=["brand"]).counts == {}


def test_numbers_have_statistics() -> None:
    price = NumberFacet(count=2, min=1.0, max=3.0, avg=2.0, sum=4.0)
    watts = NumberFacet(2, 5.0, 7.0, 6.0, 12.0, values=(ValueCount(5.0, 1), ValueCount(7.0, 1)))

    made = facets({"price": price, "attributes.watts": watts}, facets=["price", "watts"])

    assert made.counts == {"price": {}, "watts": {"5": 1, "7": 1}}
    assert made.stats["price"] == FacetStats(1.0, 3.0, 2.0, 4.0)
    assert facets({"price": NumberFacet(count=0)}, facets=["price"]).counts == {}


def test_levels_of_the_category_tree_are_facets() -> None:
    made = facets({"categories": TREE}, facets=["categories.lvl0", "categories.lvl1", "categories"])

    assert made.counts["categories.lvl0"] == {"Home": 5, "Garden": 2}
    assert made.counts["categories.lvl1"] == {"Home > Lights": 4, "Home > Rugs": 1}
    assert len(made.counts["categories"]) == 4


def test_values_are_cut_and_sorted_as_asked() -> None:
    brands: Facet = (ValueCount("b", 3), ValueCount("a", 2), ValueCount("c", 1))

    cut = facets({"brand": brands}, facets=["brand"], maxValuesPerFacet=2)
    by_name = facets({"brand": brands}, facets=["brand"], sortFacetValuesBy="alpha")

    assert list(cut.counts["brand"]) == ["b", "a"]
    assert list(by_name.counts["brand"]) == ["a", "b", "c"]


def test_values_found_inside_a_facet_are_marked() -> None:
    found: Facet = (ValueCount("Dark red", 3),)

    (made,) = facet_hits(Attribute("attributes.colour"), found, "re", 10, read_parameters({}))

    assert (made.value, made.highlighted, made.count) == ("Dark red", "Dark <em>re</em>d", 3)


def test_levels_above_a_category_that_was_found_are_no_hits() -> None:
    everywhere = facet_hits(Attribute("categories"), TREE, "li", 10, read_parameters({}))
    at_level = facet_hits(Attribute("categories", 0), TREE, "ga", 10, read_parameters({}))

    assert [value.value for value in everywhere] == ["Home > Lights"]
    assert [value.value for value in at_level] == ["Garden"]
